/**
 * A part's steps forward as text for a kernel (recurrence-kernel.ts): input products, inputs where the cell reads them, and the states before the first
 * step enter; states and what the way back reads leave. The loop over time is inside, from step `first` to the one before `last`: the host may cut it
 * where it likes.
 */
import type { Dim, NodeId } from '../../../compiler/ir.ts'
import type { ValueBuffer } from '../../plan/places.ts'
import type { RecurrenceText } from './recurrence-kernel.ts'
import { columnOf, type RecurrencePlan } from './recurrence-plan.ts'
import { indent } from './replica-kernel.ts'
import { leavesOf } from './step-leaves.ts'
import { plus, range, StepWriter } from './step-writer.ts'

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
export function forwardText(
  plan: RecurrencePlan,
  variant: ForwardVariant,
): RecurrenceText<ForwardField, ForwardBuffer> {
  const { cell } = plan.part
  const { nodes } = cell.forward.ir
  const writer = new StepWriter(plan)
  const saved = variant.saving ? valuesToSave(plan) : []
  const leaves = leavesOf(nodes, cell.stages.forwardStages, [
    ...cell.forward.newStates,
    ...saved.map(({ node }) => node),
  ])
  const isOfEveryStep = (id: NodeId): boolean => !variant.constantInput || nodes[id]!.kind === 'state'

  const loadFirst = loadStates(writer, plan, variant.keepsHistory ? 'call.first' : '0u')
  const loadConstants = leaves.filter((id) => !isOfEveryStep(id)).flatMap((id) => loadLeaf(writer, plan, variant, id))
  const step = [
    ...range(plan.shape.rows).map((row) => `let at_${row} = t * call.batch + row_${row};`),
    ...leaves.filter(isOfEveryStep).flatMap((id) => loadLeaf(writer, plan, variant, id)),
    ...writer.stages(cell.stages.forwardStages),
    ...storeSaved(writer, plan, saved),
    ...cell.forward.newStates.flatMap((id, state) =>
      writer.each('H', (unit, quad) => `${held(state, unit, quad)} = ${writer.value(id, unit, quad)};`),
    ),
    ...(variant.keepsHistory ? storeStates(writer, plan, '(t + 1u)') : []),
  ]
  const storeLast = variant.keepsHistory ? [] : storeStates(writer, plan, '0u')
  const reads = new Set(leaves.map((id) => nodes[id]!.kind))
  return {
    shape: plan.shape,
    fields: ['batch', 'first', 'last', 'stateStride'],
    buffers: {
      ...(plan.weights.floats > 0 && { weights: { access: 'read', element: 'vec4f' } }),
      ...(reads.has('gate') && { inputProducts: { access: 'read', element: 'f32' } }),
      ...(reads.has('input') && { inputs: { access: 'read', element: 'f32' } }),
      states: { access: 'read-write', element: 'f32' },
      ...(saved.length > 0 && { saved: { access: 'read-write', element: 'f32' } }),
    },
    functions: writer.functions,
    memory: writer.memory(),
    body: [
      ...writer.prologue(),
      ...loadFirst,
      ...loadConstants,
      'for (var t = call.first; t < call.last; t++) {',
      indent(step.join('\n')),
      '}',
      ...storeLast,
    ].join('\n'),
  }
}

/** The variable that has a state from step to step. */
const held = (state: number, unit: number, quad: number): string => `h${state}_${unit}_${quad}`

const statePlace = ({ sizes }: RecurrencePlan, state: number, entry: string, unit: number, row: number): string => {
  const first = state === 0 ? 'states_base' : `states_base + ${state}u * call.stateStride`
  return `${first} + (${entry} * call.batch + row_${row}) * ${sizes.H}u + H_${unit}`
}

function loadStates(writer: StepWriter, plan: RecurrencePlan, entry: string): string[] {
  return plan.placement.states.flatMap((_, state) =>
    writer.each('H', (unit, quad) => {
      const value = writer.load('states', quad, (row) => statePlace(plan, state, entry, unit, row))
      return `var ${held(state, unit, quad)} = ${value};`
    }),
  )
}

function storeStates(writer: StepWriter, plan: RecurrencePlan, entry: string): string[] {
  return writer.store('H', (unit, { row, quad, entry: of }) =>
    plan.placement.states.map(
      (_, state) => `states[${statePlace(plan, state, entry, unit, row)}] = ${held(state, unit, quad)}[${of}];`,
    ),
  )
}

/** Declares what does not come from the step itself. */
function loadLeaf(writer: StepWriter, plan: RecurrencePlan, { constantInput }: ForwardVariant, id: NodeId): string[] {
  const node = plan.part.cell.forward.ir.nodes[id]!
  if (node.kind === 'state') return writer.define(id, (unit, quad) => held(node.state, unit, quad))
  if (node.kind !== 'input' && node.kind !== 'gate') throw new TypeError(`node ${id} is no leaf of a step forward`)
  const dim: Dim = node.dim
  const { buffer, width, column } =
    node.kind === 'input'
      ? { buffer: 'inputs', width: plan.sizes.I, column: 0 }
      : {
          buffer: 'inputProducts',
          width: plan.inputProducts.width,
          column: columnOf(
            plan.inputProducts,
            { buffer: inputProduct(plan, node.project), gate: node.index },
            plan.sizes,
          ),
        }
  return writer.define(id, (unit, quad) =>
    constantInput
      ? `vec4f(${buffer}[${plus(`${buffer}_base`, column)} + ${dim}_${unit}])`
      : writer.load(buffer, quad, (row) => writer.place(buffer, { width, column, dim, unit }, row)),
  )
}

function inputProduct({ inputProducts }: RecurrencePlan, project: NodeId): ValueBuffer {
  const found = [...inputProducts.columns.keys()].find(
    (buffer) => buffer.role === 'input-product' && buffer.project === project,
  )
  if (!found) throw new TypeError(`project ${project} does not read the input`)
  return found
}

/** A node whose value the way back reads. */
interface SavedValue {
  readonly node: NodeId
  readonly column: number
}

function valuesToSave({ saved, part }: RecurrencePlan): SavedValue[] {
  const input = part.cell.forward.ir.nodes.findIndex(({ kind }) => kind === 'input')
  return [...saved.columns].map(([buffer, column]) => ({ node: buffer.role === 'saved' ? buffer.node : input, column }))
}

function storeSaved(writer: StepWriter, plan: RecurrencePlan, saved: readonly SavedValue[]): string[] {
  const { width } = plan.saved
  return (['H', 'I', '1'] as const).flatMap((dim) => {
    const mine = saved.filter(({ node }) => writer.dimOf(node) === dim)
    if (mine.length === 0) return []
    return writer.store(dim, (unit, { row, quad, entry }) =>
      mine.map(
        ({ node, column }) =>
          `saved[${writer.place('saved', { width, column, dim, unit }, row)}] = ${writer.value(node, unit, quad)}[${entry}];`,
      ),
    )
  })
}
