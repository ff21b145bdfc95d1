/**
 * A part's steps backward as text for a kernel (recurrence-kernel.ts): adjoints of outputs and states, and what the way there has kept, enter; the rows
 * that gradients are summed from and the adjoints of the states before the first step leave. A series' row at a step that no adjoint comes to leaves
 * zeros, whatever its values are (adjoint-reach.ts).
 */
import type { NodeId } from '../../../compiler/ir.ts'
import type { ValueBuffer, ValuePlace } from '../../plan/places.ts'
import type { RecurrenceText } from './recurrence-kernel.ts'
import { columnOf, type RecurrencePlan } from './recurrence-plan.ts'
import { indent } from './replica-kernel.ts'
import { leavesOf } from './step-leaves.ts'
import { plus, range, StepWriter } from './step-writer.ts'

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
export function backwardText(
  plan: RecurrencePlan,
  variant: BackwardVariant,
): RecurrenceText<BackwardField, BackwardBuffer> {
  const { cell } = plan.part
  const { nodes } = cell.forward.ir
  const { backwardStages } = cell.stages
  const writer = new StepWriter(plan)
  const stores = valuesToStore(plan)
  const leaves = leavesOf(
    nodes,
    backwardStages,
    [...stores.map(({ node }) => node), ...cell.backward.stateAdjoints].filter((id) => id !== null),
  )
  const saved = savedPlaces(plan)
  const loadFirst = loadStateAdjoints(writer, plan)
  const step = [
    ...range(plan.shape.rows).map((row) => `let at_${row} = t * call.batch + row_${row};`),
    ...(variant.hasMarks ? loadMarks(plan) : []),
    ...addEntering(writer, plan, variant),
    ...leaves.flatMap((id) => loadLeaf(writer, plan, saved, id)),
    ...writer.stages(backwardStages),
    ...storeAdjoints(writer, plan, variant, stores),
    ...cell.backward.stateAdjoints.flatMap((id, state) =>
      writer.each('H', (unit, quad) => `${held(state, unit, quad)} = ${ofReached(writer, variant, id, unit, quad)};`),
    ),
    'if (call.truncateEvery != 0u && t > 0u && t % max(call.truncateEvery, 1u) == 0u) {',
    ...cell.backward.stateAdjoints.flatMap((_, state) =>
      writer.each('H', (unit, quad) => `  ${held(state, unit, quad)} = vec4f();`),
    ),
    '}',
  ]
  const storeLast = writer.store('H', (unit, { row, quad, entry }) =>
    cell.states.map(
      (_, state) =>
        `stateAdjoints[${stateRow('stateAdjoints', plan, state, unit, row)}] = ${held(state, unit, quad)}[${entry}];`,
    ),
  )
  return {
    shape: plan.shape,
    fields: ['batch', 'first', 'last', 'stateStride', 'truncateEvery', 'isFresh'],
    buffers: {
      ...(plan.weights.floats > 0 && { weights: { access: 'read', element: 'vec4f' } }),
      ...(leaves.some((id) => nodes[id]!.kind === 'state') && { states: { access: 'read', element: 'f32' } }),
      ...(leaves.some((id) => saved.has(id)) && { saved: { access: 'read', element: 'f32' } }),
      ...(variant.hasAbove && { above: { access: 'read', element: 'f32' } }),
      ...(variant.hasMarks && {
        reached: { access: 'read', element: 'u32' },
        entering: { access: 'read', element: 'f32' },
      }),
      ...(stores.length > 0 && { adjoints: { access: 'read-write', element: 'f32' } }),
      stateAdjoints: { access: 'read-write', element: 'f32' },
    },
    functions: writer.functions,
    memory: writer.memory(),
    body: [
      ...writer.prologue(),
      ...loadFirst,
      'for (var t = call.last; t > call.first; ) {',
      '  t -= 1u;',
      indent(step.join('\n')),
      '}',
      ...storeLast,
    ].join('\n'),
  }
}

/** The variable that has the adjoint of a state from step to step. */
const held = (state: number, unit: number, quad: number): string => `d${state}_${unit}_${quad}`
/** The same with what enters after the step. */
const entered = (state: number, unit: number, quad: number): string => `e${state}_${unit}_${quad}`

const stateRow = (buffer: string, { stateRows }: RecurrencePlan, state: number, unit: number, row: number): string =>
  `${plus(`${buffer}_base + row_${row} * ${stateRows.width}u`, stateRows.columns[state]!)} + H_${unit}`

function loadStateAdjoints(writer: StepWriter, plan: RecurrencePlan): string[] {
  return plan.placement.states.flatMap((_, state) =>
    writer.each('H', (unit, quad) => {
      const name = held(state, unit, quad)
      const kept = writer.load('stateAdjoints', quad, (row) => stateRow('stateAdjoints', plan, state, unit, row))
      return `var ${name} = vec4f(); if (call.isFresh == 0u) { ${name} = ${kept}; }`
    }),
  )
}

function loadMarks({ shape }: RecurrencePlan): string[] {
  const rows = range(shape.rows)
  return [
    ...rows.map((row) => `let mark_${row} = reached[reached_base + at_${row}];`),
    ...range(shape.rows / 4).map((quad) => {
      const marks = range(4).map((row) => `mark_${quad * 4 + row}`)
      return `let reached_${quad} = vec4u(${marks.join(', ')}) != vec4u();`
    }),
  ]
}

/** Adjoints of the states after the step: from the steps behind it, from the layer above, and from what the loss reads of the states. */
function addEntering(writer: StepWriter, plan: RecurrencePlan, { hasAbove, hasMarks }: BackwardVariant): string[] {
  const { width, columns } = plan.outputs
  return plan.placement.states.flatMap((_, state) =>
    writer.each('H', (unit, quad) => {
      const name = entered(state, unit, quad)
      const column = columns.get(state)
      const above =
        hasAbove && column !== undefined
          ? ` + ${writer.load('above', quad, (row) => writer.place('above', { width, column, dim: 'H', unit }, row))}`
          : ''
      const entering = range(hasMarks ? 4 : 0).map((entry) => {
        const row = quad * 4 + entry
        const place = stateRow('entering', plan, state, unit, row)
        return `if ((mark_${row} & ${STATES_ENTER}u) != 0u) { ${name}[${entry}] += entering[${place}]; }`
      })
      return [`var ${name} = ${held(state, unit, quad)}${above};`, ...entering].join('\n')
    }),
  )
}

/** By node: what the way there has saved. */
function savedPlaces({ saved, part }: RecurrencePlan): ReadonlyMap<NodeId, ValueBuffer> {
  const input = part.cell.forward.ir.nodes.findIndex(({ kind }) => kind === 'input')
  return new Map([...saved.columns.keys()].map((buffer) => [buffer.role === 'saved' ? buffer.node : input, buffer]))
}

/** Declares what does not come from the step itself. */
function loadLeaf(
  writer: StepWriter,
  plan: RecurrencePlan,
  saved: ReadonlyMap<NodeId, ValueBuffer>,
  id: NodeId,
): string[] {
  const node = plan.part.cell.forward.ir.nodes[id]!
  const buffer = saved.get(id)
  if (buffer) {
    const [column, dim, { width }] = [plan.saved.columns.get(buffer)!, writer.dimOf(id), plan.saved]
    return writer.define(id, (unit, quad) =>
      writer.load('saved', quad, (row) => writer.place('saved', { width, column, dim, unit }, row)),
    )
  }
  if (node.kind === 'state') {
    const first = node.state === 0 ? 'states_base' : `states_base + ${node.state}u * call.stateStride`
    return writer.define(id, (unit, quad) =>
      writer.load('states', quad, (row) => `${first} + at_${row} * ${plan.sizes.H}u + H_${unit}`),
    )
  }
  if (node.kind !== 'state-adjoint') throw new TypeError(`node ${id} is no leaf of a step backward`)
  return writer.define(id, (unit, quad) => entered(node.state, unit, quad))
}

/** A value that the rows of adjoints are made of; node null: zeros. */
interface StoredValue {
  readonly node: NodeId | null
  readonly place: ValuePlace
}

function valuesToStore({ placement, adjoints }: RecurrencePlan): StoredValue[] {
  return placement.backward
    .flatMap(({ kernels }) => kernels.flatMap(({ stores }) => stores))
    .filter(({ place }) => adjoints.columns.has(place.buffer))
}

function storeAdjoints(
  writer: StepWriter,
  plan: RecurrencePlan,
  variant: BackwardVariant,
  stores: readonly StoredValue[],
): string[] {
  const { width } = plan.adjoints
  return (['H', 'I', '1'] as const).flatMap((dim) => {
    const mine = stores.filter(({ place }) => place.buffer.dim === dim)
    if (mine.length === 0) return []
    const name = (index: number, unit: number, quad: number): string => `out_${dim}_${index}_${unit}_${quad}`
    return [
      ...mine.flatMap(({ node }, index) =>
        writer.each(
          dim,
          (unit, quad) => `let ${name(index, unit, quad)} = ${ofReached(writer, variant, node, unit, quad)};`,
        ),
      ),
      ...writer.store(dim, (unit, { row, quad, entry }) =>
        mine.map(({ place }, index) => {
          const column = columnOf(plan.adjoints, place, plan.sizes)
          const at = writer.place('adjoints', { width, column, dim, unit }, row)
          return `adjoints[${at}] = ${name(index, unit, quad)}[${entry}];`
        }),
      ),
    ]
  })
}

/** A value in the rows that adjoints come to, zero in the others; of null zeros everywhere. */
function ofReached(
  writer: StepWriter,
  { hasMarks }: BackwardVariant,
  id: NodeId | null,
  unit: number,
  quad: number,
): string {
  if (id === null) return 'vec4f()'
  const value = writer.value(id, unit, quad)
  return hasMarks ? `select(vec4f(), ${value}, reached_${quad})` : value
}
