/**
 * A part's steps backward as one kernel: adjoints of outputs and states, and what the way there has kept, enter; the rows that gradients are
 * summed from and the adjoints of the states before the first step leave. A series' row at a step that no adjoint comes to leaves zeros, whatever its
 * values are (adjoint-reach.ts).
 */
import type { NodeId } from '../../../compiler/ir.ts'
import type { ValuePlace } from '../../plan/places.ts'
import { functionsText } from './functions.ts'
import { rowBlocks } from './recurrence-forward.ts'
import { columnOf, type RecurrencePlan } from './recurrence-plan.ts'
import { indent, replicaKernel, type ReplicaKernel } from './replica-kernel.ts'
import { leavesOf } from './step-leaves.ts'
import { range, StepWriter } from './step-writer.ts'

export interface BackwardVariant {
  /** `above` has adjoints of the layer's outputs. */
  readonly hasAbove: boolean
  /** `reached` says which rows adjoints come to and where state rows enter; without it they come to all, and none enter. */
  readonly hasMarks: boolean
}

export type BackwardField = 'batch' | 'first' | 'last' | 'stateStride' | 'truncateEvery' | 'isFresh'
export type BackwardBuffer =
  'weights' | 'states' | 'saved' | 'above' | 'reached' | 'entering' | 'adjoints' | 'stateAdjoints'

/** Of `reached` [T, B]: an adjoint comes to the row (adjoint-reach.ts) ... */
export const IS_REACHED = 1
/** ... and this series' row of `entering` is added to the adjoints of its states after the step. */
export const STATES_ENTER = 2

/**
 * From step `last - 1` to `first`. `weights` (places in vectors of four) and `states` (T + 1 entries) are as in recurrence-forward.ts; `saved` and `adjoints` are
 * [T, B, width of the plan's layout]; `above` [T, B, plan.outputs.width]; `reached` [T, B] of u32; `entering` and `stateAdjoints` are state rows
 * [B, plan.stateRows.width], of which this part has its own columns. `stateAdjoints` has the adjoints of the states after step `last - 1`, or none
 * when `isFresh` is 1, and then those before step `first`. `truncateEvery` 0: no cut.
 */
export function recurrenceBackward(
  plan: RecurrencePlan,
  variant: BackwardVariant,
  name: string,
): ReplicaKernel<BackwardField, BackwardBuffer> {
  const { part, placement, sizes, shape, stateRows, outputs } = plan
  const { cell } = part
  const { nodes } = cell.forward.ir
  const { backwardStages } = cell.stages
  const writer = new StepWriter(plan)
  const stores = placesToStore(plan)
  const roots = [...stores.flatMap(({ node }) => node ?? []), ...cell.backward.stateAdjoints.flatMap((id) => id ?? [])]
  const leaves = leavesOf(nodes, backwardStages, roots)
  const states = range(placement.states.length)
  const savedBuffers = new Map(
    [...plan.saved.columns.keys()].map((buffer) => [buffer.role === 'saved' ? buffer.node : 'input', buffer]),
  )
  const held = (state: number, unit: number, quad: number): string => `d${state}_${unit}_${quad}`
  const entering = (state: number, unit: number, quad: number): string => `e${state}_${unit}_${quad}`
  const reached = (quad: number): string => `reached_${quad}`
  const ofReached = (text: string, quad: number): string =>
    variant.hasMarks ? `select(vec4f(), ${text}, ${reached(quad)})` : text
  const stateRow = (state: number, unit: number, row: number): string =>
    `row_${row} * ${stateRows.width}u + ${stateRows.columns[state]!}u + H_${unit}`

  const loadLeaf = (id: NodeId): void => {
    const node = nodes[id]!
    const dim = writer.dimOf(id)
    const savedBuffer = savedBuffers.get(node.kind === 'input' ? 'input' : id)
    if (savedBuffer) {
      const column = columnOf(plan.saved, { buffer: savedBuffer, gate: 0 }, sizes)
      writer.define(id, (unit, quad) =>
        writer.load('saved', quad, (row) => {
          const first = `saved_base + at_${row} * ${plan.saved.width}u + ${column}u`
          return dim === '1' ? first : `${first} + ${dim}_${unit}`
        }),
      )
    } else if (node.kind === 'state')
      writer.define(id, (unit, quad) =>
        writer.load(
          'states',
          quad,
          (row) => `states_base + ${node.state}u * call.stateStride + at_${row} * ${sizes.H}u + H_${unit}`,
        ),
      )
    else if (node.kind === 'state-adjoint') writer.define(id, (unit, quad) => entering(node.state, unit, quad))
    else throw new TypeError(`node ${id} is no leaf of a step backward`)
  }

  for (const state of states)
    writer.each('H', (unit, quad) => {
      const kept = writer.load('stateAdjoints', quad, (row) => `stateAdjoints_base + ${stateRow(state, unit, row)}`)
      writer.lines.push(
        `var ${held(state, unit, quad)} = vec4f();`,
        `if (call.isFresh == 0u) { ${held(state, unit, quad)} = ${kept}; }`,
      )
    })
  const before = writer.lines.splice(0)

  for (const row of range(shape.rows)) {
    writer.lines.push(`let at_${row} = t * call.batch + row_${row};`)
    if (variant.hasMarks) writer.lines.push(`let mark_${row} = reached[reached_base + at_${row}];`)
  }
  if (variant.hasMarks)
    for (const quad of range(shape.rows / 4)) {
      const marks = range(4).map((row) => `mark_${quad * 4 + row}`)
      writer.lines.push(`let ${reached(quad)} = vec4u(${marks.join(', ')}) != vec4u();`)
    }
  for (const state of states)
    writer.each('H', (unit, quad) => {
      const name = entering(state, unit, quad)
      const column = outputs.columns.get(state)
      const above =
        variant.hasAbove && column !== undefined
          ? ` + ${writer.load('above', quad, (row) => `above_base + at_${row} * ${outputs.width}u + ${column}u + H_${unit}`)}`
          : ''
      writer.lines.push(`var ${name} = ${held(state, unit, quad)}${above};`)
      if (variant.hasMarks)
        for (const row of range(4)) {
          const place = `entering_base + ${stateRow(state, unit, quad * 4 + row)}`
          writer.lines.push(
            `if ((mark_${quad * 4 + row} & ${STATES_ENTER}u) != 0u) { ${name}[${row}] += entering[${place}]; }`,
          )
        }
    })
  leaves.forEach(loadLeaf)
  writer.stages(backwardStages)
  for (const dim of ['H', 'I', '1'] as const) {
    const mine = stores.filter(({ place }) => place.buffer.dim === dim)
    if (mine.length === 0) continue
    for (const unit of writer.unitsOf(dim)) {
      for (const quad of range(shape.rows / 4))
        mine.forEach(({ node }, index) => {
          const value = node === null ? 'vec4f()' : ofReached(writer.value(node, unit, quad), quad)
          writer.lines.push(`let out_${dim}_${index}_${unit}_${quad} = ${value};`)
        })
      writer.lines.push(
        ...rowBlocks(shape.rows, dim === '1' ? 'lane == 0u' : `owns_${dim}_${unit}`, (row) =>
          mine.map(({ place }, index) => {
            const first = `adjoints_base + at_${row} * ${plan.adjoints.width}u + ${columnOf(plan.adjoints, place, sizes)}u`
            const at = dim === '1' ? first : `${first} + ${dim}_${unit}`
            return `adjoints[${at}] = out_${dim}_${index}_${unit}_${Math.floor(row / 4)}[${row % 4}];`
          }),
        ),
      )
    }
  }
  cell.backward.stateAdjoints.forEach((id, state) =>
    writer.each('H', (unit, quad) => {
      const value = id === null ? 'vec4f()' : ofReached(writer.value(id, unit, quad), quad)
      writer.lines.push(`${held(state, unit, quad)} = ${value};`)
    }),
  )
  writer.lines.push('if (call.truncateEvery != 0u && t > 0u && t % max(call.truncateEvery, 1u) == 0u) {')
  for (const state of states)
    writer.each('H', (unit, quad) => writer.lines.push(`  ${held(state, unit, quad)} = vec4f();`))
  writer.lines.push('}')
  const step = writer.lines.splice(0)

  const storeStateAdjoints = writer
    .unitsOf('H')
    .flatMap((unit) =>
      rowBlocks(shape.rows, `owns_H_${unit}`, (row) =>
        states.map(
          (state) =>
            `stateAdjoints[stateAdjoints_base + ${stateRow(state, unit, row)}] = ${held(state, unit, Math.floor(row / 4))}[${row % 4}];`,
        ),
      ),
    )
  const isRead = (predicate: (id: NodeId) => boolean): boolean => leaves.some(predicate)
  return replicaKernel<BackwardField, BackwardBuffer>({
    name,
    fields: { batch: 'u32', first: 'u32', last: 'u32', stateStride: 'u32', truncateEvery: 'u32', isFresh: 'u32' },
    buffers: {
      ...(plan.weights.floats > 0 && { weights: { access: 'read', element: 'vec4f' } }),
      ...(isRead((id) => nodes[id]!.kind === 'state') && { states: { access: 'read', element: 'f32' } }),
      ...(isRead((id) => savedBuffers.has(nodes[id]!.kind === 'input' ? 'input' : id)) && {
        saved: { access: 'read', element: 'f32' },
      }),
      ...(variant.hasAbove && { above: { access: 'read', element: 'f32' } }),
      ...(variant.hasMarks && {
        reached: { access: 'read', element: 'u32' },
        entering: { access: 'read', element: 'f32' },
      }),
      ...(stores.length > 0 && { adjoints: { access: 'read-write', element: 'f32' } }),
      stateAdjoints: { access: 'read-write', element: 'f32' },
    },
    workgroupSize: shape.invocations,
    subgroups: shape.subgroups && shape.slices > 1,
    declarations: [...writer.declarations(), functionsText(writer.functions)].join('\n'),
    body: [
      ...writer.prologue(),
      ...before,
      'for (var t = call.last; t > call.first; ) {',
      '  t -= 1u;',
      indent(step.join('\n')),
      '}',
      ...storeStateAdjoints,
    ].join('\n'),
    workgroups: ({ batch }) => [Math.ceil(batch / shape.rows), 1],
  })
}

/** What the plan's adjoint rows are made of; node null: zeros. */
function placesToStore({ placement, adjoints }: RecurrencePlan): { node: NodeId | null; place: ValuePlace }[] {
  return placement.backward
    .flatMap(({ kernels }) => kernels.flatMap(({ stores }) => stores))
    .filter(({ place }) => adjoints.columns.has(place.buffer))
}
