/**
 * A part's steps forward as one kernel: input products, inputs where the cell reads them, and the states before the first step enter; states and
 * what the way back reads leave. The loop over time is inside, from step `first` to the one before `last`: the host may cut it where it likes.
 */
import type { NodeId } from '../../../compiler/ir.ts'
import type { ValuePlace } from '../../plan/places.ts'
import { columnOf, type RecurrencePlan } from './recurrence-plan.ts'
import { functionsText } from './functions.ts'
import { indent, replicaKernel, type ReplicaKernel } from './replica-kernel.ts'
import { leavesOf } from './step-leaves.ts'
import { range, StepWriter } from './step-writer.ts'

export interface ForwardVariant {
  /** Keeps for the way back what that reads (`RecurrencePlan.saved`). */
  readonly saving: boolean
  /** x_t is the same for all series and steps: `inputProducts` and `inputs` have one row for each replica. */
  readonly constantInput: boolean
  /**
   * true: `states` has T + 1 entries for each state, [T + 1, B, H]: step t reads entry t and writes entry t + 1. false: one entry, [B, H], which has
   * the states before `first` and then those after the last step.
   */
  readonly keepsHistory: boolean
}

export type ForwardField = 'batch' | 'first' | 'last' | 'stateStride'
export type ForwardBuffer = 'weights' | 'inputProducts' | 'inputs' | 'states' | 'saved'

/**
 * `weights` (places in vectors of four) has the part's packed weights; the others are of floats: `inputProducts` [T, B, plan.inputProducts.width], `inputs`
 * [T, B, I], `states` (state s begins `s * stateStride` floats after the first), `saved` [T, B, plan.saved.width]. Only those that the cell needs are
 * there.
 */
export function recurrenceForward(
  plan: RecurrencePlan,
  variant: ForwardVariant,
  name: string,
): ReplicaKernel<ForwardField, ForwardBuffer> {
  const { part, placement, sizes, shape } = plan
  const { cell } = part
  const { nodes } = cell.forward.ir
  const writer = new StepWriter(plan)
  const savedPlaces = variant.saving ? placesToSave(plan) : []
  const roots = [...cell.forward.newStates, ...savedPlaces.map(({ node }) => node)]
  const leaves = leavesOf(nodes, cell.stages.forwardStages, roots)
  const states = range(placement.states.length)
  const held = (state: number, unit: number, quad: number): string => `h${state}_${unit}_${quad}`
  const statePlace = (state: number, entry: string, unit: number, row: number): string =>
    `states_base + ${state}u * call.stateStride + (${entry} * call.batch + row_${row}) * ${sizes.H}u + H_${unit}`
  const storeStates = (entry: string): string[] =>
    writer
      .unitsOf('H')
      .flatMap((unit) =>
        rowBlocks(shape.rows, `owns_H_${unit}`, (row) =>
          states.map(
            (state) =>
              `states[${statePlace(state, entry, unit, row)}] = ${held(state, unit, Math.floor(row / 4))}[${row % 4}];`,
          ),
        ),
      )

  /** Loads what does not come from the step itself. */
  const loadLeaf = (id: NodeId): void => {
    const node = nodes[id]!
    if (node.kind === 'state') writer.define(id, (unit, quad) => held(node.state, unit, quad))
    else if (node.kind === 'input') loadRows(id, 'inputs', sizes.I, 0)
    else if (node.kind === 'gate') {
      const buffer = placement.buffers.find(
        ({ role, ...rest }) => role === 'input-product' && 'project' in rest && rest.project === node.project,
      )!
      loadRows(
        id,
        'inputProducts',
        plan.inputProducts.width,
        columnOf(plan.inputProducts, { buffer, gate: node.index }, sizes),
      )
    } else throw new TypeError(`node ${id} is no leaf of a step forward`)
  }
  const loadRows = (id: NodeId, buffer: 'inputs' | 'inputProducts', width: number, column: number): void => {
    const dim = writer.dimOf(id)
    writer.define(id, (unit, quad) => {
      const at = `${column}u + ${dim}_${unit}`
      if (variant.constantInput) return `vec4f(${buffer}[${buffer}_base + ${at}])`
      return writer.load(buffer, quad, (row) => `${buffer}_base + at_${row} * ${width}u + ${at}`)
    })
  }
  const isConstant = (id: NodeId): boolean => variant.constantInput && nodes[id]!.kind !== 'state'

  const firstEntry = variant.keepsHistory ? 'call.first' : '0u'
  for (const state of states)
    writer.each('H', (unit, quad) => {
      const value = writer.load('states', quad, (row) => statePlace(state, firstEntry, unit, row))
      writer.lines.push(`var ${held(state, unit, quad)} = ${value};`)
    })
  leaves.filter(isConstant).forEach(loadLeaf)
  const before = writer.lines.splice(0)

  for (const row of range(shape.rows)) writer.lines.push(`let at_${row} = t * call.batch + row_${row};`)
  leaves.filter((id) => !isConstant(id)).forEach(loadLeaf)
  writer.stages(cell.stages.forwardStages)
  for (const dim of ['H', 'I', '1'] as const) {
    const mine = savedPlaces.filter(({ node }) => writer.dimOf(node) === dim)
    if (mine.length === 0) continue
    for (const unit of writer.unitsOf(dim))
      writer.lines.push(
        ...rowBlocks(shape.rows, dim === '1' ? 'lane == 0u' : `owns_${dim}_${unit}`, (row) =>
          mine.map(({ node, place }) => {
            const column = columnOf(plan.saved, place, sizes)
            const at = `saved_base + at_${row} * ${plan.saved.width}u + ${column}u${dim === '1' ? '' : ` + ${dim}_${unit}`}`
            return `saved[${at}] = ${writer.value(node, unit, Math.floor(row / 4))}[${row % 4}];`
          }),
        ),
      )
  }
  cell.forward.newStates.forEach((id, state) =>
    writer.each('H', (unit, quad) =>
      writer.lines.push(`${held(state, unit, quad)} = ${writer.value(id, unit, quad)};`),
    ),
  )
  if (variant.keepsHistory) writer.lines.push(...storeStates('(t + 1u)'))
  const step = writer.lines.splice(0)

  const reads = new Set(leaves.map((id) => nodes[id]!.kind))
  return replicaKernel<ForwardField, ForwardBuffer>({
    name,
    fields: { batch: 'u32', first: 'u32', last: 'u32', stateStride: 'u32' },
    buffers: {
      ...(plan.weights.floats > 0 && { weights: { access: 'read', element: 'vec4f' } }),
      ...(reads.has('gate') && { inputProducts: { access: 'read', element: 'f32' } }),
      ...(reads.has('input') && { inputs: { access: 'read', element: 'f32' } }),
      states: { access: 'read-write', element: 'f32' },
      ...(savedPlaces.length > 0 && { saved: { access: 'read-write', element: 'f32' } }),
    },
    workgroupSize: shape.invocations,
    subgroups: shape.subgroups && shape.slices > 1,
    declarations: [...writer.declarations(), functionsText(writer.functions)].join('\n'),
    body: [
      ...writer.prologue(),
      ...before,
      'for (var t = call.first; t < call.last; t++) {',
      indent(step.join('\n')),
      '}',
      ...(variant.keepsHistory ? [] : storeStates('0u')),
    ].join('\n'),
    workgroups: ({ batch }) => [Math.ceil(batch / shape.rows), 1],
  })
}

/** Nodes that the way back reads, and where. */
function placesToSave({ placement, saved, part }: RecurrencePlan): { node: NodeId; place: ValuePlace }[] {
  const { nodes } = part.cell.forward.ir
  const input = nodes.findIndex(({ kind }) => kind === 'input')
  return [...saved.columns.keys()].map((buffer) => ({
    node: buffer.role === 'saved' ? buffer.node : input,
    place: { buffer, gate: 0 },
  }))
}

/** Statements for each of the rows that there are, done by whom the condition names. */
export function rowBlocks(rows: number, condition: string, statements: (row: number) => readonly string[]): string[] {
  return [
    `if (${condition}) {`,
    ...range(rows).flatMap((row) => [`  if (has_${row}) {`, ...statements(row).map((text) => `    ${text}`), '  }']),
    '}',
  ]
}
