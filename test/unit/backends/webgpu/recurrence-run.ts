/** Both recurrence kernels of a part on drawn values, with replicas that they are not for; what they are given and give. */
import { reachedRows, type AdjointEntries } from '../../../../shared/backends/adjoint-reach.ts'
import { parameterRanges } from '../../../../shared/backends/programs/parameter-ranges.ts'
import type { PackedProduct } from '../../../../shared/backends/webgpu/wgsl/packed-weights.ts'
import { backwardText, IS_REACHED, STATES_ENTER } from '../../../../shared/backends/webgpu/wgsl/recurrence-backward.ts'
import { forwardText, type ForwardVariant } from '../../../../shared/backends/webgpu/wgsl/recurrence-forward.ts'
import { recurrenceKernel } from '../../../../shared/backends/webgpu/wgsl/recurrence-kernel.ts'
import {
  planRecurrence,
  type RecurrencePlan,
  type RecurrenceShape,
} from '../../../../shared/backends/webgpu/wgsl/recurrence-plan.ts'
import type { Network, Part } from '../../../../shared/networks/network.ts'
import { runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { drawn, of, REPLICAS, written, type ReplicaArray } from './arrays.ts'

export const [INPUTS, BATCH, STEPS] = [3, 5, 6]
/** Of floats that no kernel may write. */
export const NOBODYS = 77
export const SHAPE: RecurrenceShape = {
  rows: 4,
  invocations: 16,
  slices: 2,
  subgroups: false,
  keptVectors: 0,
  memoryBytes: 16_384,
}

export type Floats = ReplicaArray<Float32Array<ArrayBuffer>>

/** What both kernels of a part are given. */
export interface Given {
  readonly network: Network
  readonly plan: RecurrencePlan
  readonly parameters: Floats
  readonly inputs: Floats
  /** [state, B, H] */
  readonly firstStates: Floats
  readonly above: Floats
  readonly entering: Floats
  readonly inputProducts: Floats
  readonly reached: ReplicaArray<Uint32Array<ArrayBuffer>>
  /** Places are in vectors of four. */
  readonly weights: Floats
  readonly truncateEvery: number | null
}

export interface ForwardRun {
  readonly states: Floats
  readonly saved: Floats
}

export interface BackwardRun {
  readonly adjoints: Floats
  readonly stateAdjoints: Floats
}

export interface GivenOptions {
  readonly shape?: Partial<RecurrenceShape>
  readonly truncateEvery?: number
  /** x_t is zero in rows that no adjoint comes to, as in padded steps. */
  readonly isPadded?: boolean
  /** Of the first layer. */
  readonly partIndex?: number
  /** All series have the input of the first one's first step. */
  readonly isConstant?: boolean
}

/** Outputs are read at these steps, all states of series b after step b + 1: the last steps lead to nothing. */
const OUTPUT_STEPS = Int32Array.from({ length: BATCH }, (_, b) => b % 4)
export const STATE_STEPS = Int32Array.from({ length: BATCH }, (_, b) => Math.min(b + 1, STEPS - 1))

/** Where adjoints enter. */
export const adjointEntries = (truncateEvery: number | null): AdjointEntries => ({
  outputs: { steps: OUTPUT_STEPS },
  states: { steps: STATE_STEPS },
  truncateEvery,
})

export function given(
  own: Network,
  { shape, truncateEvery, isPadded, isConstant, partIndex = 0 }: GivenOptions = {},
): Given {
  const plan = planRecurrence(own, own.wiredLayers[0]!.parts[partIndex]!, { ...SHAPE, ...shape })
  const rows = STEPS * BATCH
  const parameters = drawn(parameterRanges(own).at(-1)!.end)
  const inputs = drawn(rows * INPUTS)
  const above = drawn(rows * plan.outputs.width)
  const weights = new Float32Array(3 * plan.weights.floats)
  const inputProducts = empty(rows * plan.inputProducts.width)
  const isReached = reachedRows(adjointEntries(truncateEvery ?? null), STEPS, BATCH)!
  for (const replica of REPLICAS) {
    of(inputs, replica).forEach((_, i, all) => {
      if (isConstant) all[i] = all[i % INPUTS]!
      else if (isPadded && isReached[Math.floor(i / INPUTS)] === 0) all[i] = 0
    })
    packWeights(plan, of(parameters, replica), weights.subarray(replica * plan.weights.floats))
    multiplyInputs(
      plan,
      symbolsOf(plan.part, own, of(parameters, replica)),
      of(inputs, replica),
      of(inputProducts, replica),
    )
    // Adjoints of outputs come to some rows only.
    of(above, replica).forEach((_, i, all) => {
      const row = Math.floor(i / plan.outputs.width)
      if (OUTPUT_STEPS[row % BATCH] !== Math.floor(row / BATCH)) all[i] = 0
    })
  }
  return {
    network: own,
    plan,
    parameters,
    inputs,
    firstStates: drawn(plan.placement.states.length * BATCH * plan.sizes.H),
    above,
    entering: drawn(BATCH * plan.stateRows.width),
    inputProducts,
    reached: marks(truncateEvery ?? null),
    weights: { array: weights, place: { offset: 0, stride: plan.weights.floats / 4 } },
    truncateEvery: truncateEvery ?? null,
  }
}

/** `states` as the way there finds them. */
export function beginning({ plan, firstStates }: Given, entries: number): Floats {
  const stateFloats = BATCH * plan.sizes.H
  const states = empty(plan.placement.states.length * entries * stateFloats)
  for (const replica of REPLICAS)
    for (let state = 0; state < plan.placement.states.length; state++)
      of(states, replica).set(
        of(firstStates, replica).subarray(state * stateFloats, (state + 1) * stateFloats),
        state * entries * stateFloats,
      )
  return states
}

/** @param chunk steps of a dispatch */
export async function runForward(
  own: Given,
  variant: ForwardVariant = { saving: true, constantInput: false, keepsHistory: true },
  chunk = STEPS,
): Promise<ForwardRun> {
  const { plan, weights, inputProducts, inputs } = own
  const entries = variant.keepsHistory ? STEPS + 1 : 1
  const stateStride = entries * BATCH * plan.sizes.H
  const kernel = recurrenceKernel([forwardText(plan, variant)], 'forward')
  let [states, saved]: Floats[] = [beginning(own, entries), empty(STEPS * BATCH * plan.saved.width)]
  for (let step = 0; step < STEPS; step += chunk) {
    const result = await runReplicaKernel(
      kernel,
      { batch: BATCH, first: step, last: Math.min(step + chunk, STEPS), stateStride },
      { weights, inputProducts, inputs, states: states!, saved: saved! },
      REPLICAS,
    )
    states = written(states!, result.states!)
    saved = result.saved ? written(saved!, result.saved) : saved
  }
  return { states: states!, saved: saved! }
}

/** @param chunk steps of a dispatch */
export async function runBackward(
  { plan, weights, above, reached, entering, truncateEvery }: Given,
  { states, saved }: ForwardRun,
  chunk = STEPS,
): Promise<BackwardRun> {
  const kernel = recurrenceKernel([backwardText(plan, { hasAbove: true, hasMarks: true })], 'backward')
  let [adjoints, stateAdjoints]: Floats[] = [
    empty(STEPS * BATCH * plan.adjoints.width),
    empty(BATCH * plan.stateRows.width),
  ]
  for (let last = STEPS; last > 0; last -= chunk) {
    const result = await runReplicaKernel(
      kernel,
      {
        ...{ batch: BATCH, first: Math.max(0, last - chunk), last, stateStride: (STEPS + 1) * BATCH * plan.sizes.H },
        truncateEvery: truncateEvery ?? 0,
        isFresh: last === STEPS ? 1 : 0,
      },
      { weights, states, saved, above, reached, entering, adjoints: adjoints!, stateAdjoints: stateAdjoints! },
      REPLICAS,
    )
    adjoints = result.adjoints ? written(adjoints!, result.adjoints) : adjoints
    stateAdjoints = written(stateAdjoints!, result.stateAdjoints!)
  }
  return { adjoints: adjoints!, stateAdjoints: stateAdjoints! }
}

/** An array that a kernel fills. */
export function empty(count: number): ReplicaArray<Float32Array<ArrayBuffer>> {
  const { array, place } = drawn(count)
  return { array: array.fill(NOBODYS), place }
}

/** Of the rows [T, B], as the way back wants them. */
function marks(truncateEvery: number | null): ReplicaArray<Uint32Array<ArrayBuffer>> {
  const reached = reachedRows(adjointEntries(truncateEvery), STEPS, BATCH)!
  const array = Uint32Array.from(reached, (isReached, row) => {
    const enters = STATE_STEPS[row % BATCH] === Math.floor(row / BATCH) + 1
    return (isReached === 1 ? IS_REACHED : 0) | (enters ? STATES_ENTER : 0)
  })
  return { array, place: { offset: 0, stride: 0 } }
}

/** As packed-weights.ts describes it, float by float. */
function packWeights(
  { weights, shape, workers }: RecurrencePlan,
  parameters: Float32Array,
  packed: Float32Array,
): void {
  const packProduct = (product: PackedProduct): void => {
    const { offset, gates, units, unitsPerWorker, blocks, blockDepth, paddedBlockDepth, sources } = product
    const turns = (blocks * paddedBlockDepth) / shape.slices / 4
    let at = offset
    for (let q = 0; q < turns; q++)
      for (let gate = 0; gate < gates; gate++)
        for (let u = 0; u < unitsPerWorker; u++)
          for (let i = 0; i < shape.invocations; i++)
            for (let c = 0; c < 4; c++) {
              const unit = u * workers + Math.floor(i / shape.slices)
              const k = (q * shape.slices + (i % shape.slices)) * 4 + c
              const depth = k % paddedBlockDepth
              const { start, unitStride, depthStride } = sources[gate]![Math.floor(k / paddedBlockDepth)]!
              packed[at++] =
                unit < units && depth < blockDepth ? parameters[start + unit * unitStride + depth * depthStride]! : 0
            }
  }
  for (const product of weights.products.values()) packProduct(product)
  for (const { offset, start, size } of weights.vectors.values())
    packed.set(parameters.subarray(start, start + size), offset)
}

/** The gates of the products of x_t, for all rows. */
function multiplyInputs(
  { inputProducts, placement, part, sizes }: RecurrencePlan,
  parameters: (symbol: string) => ArrayLike<number>,
  inputs: Float32Array,
  result: Float32Array,
): void {
  for (const [buffer, first] of inputProducts.columns) {
    if (buffer.role !== 'input-product') continue
    const { matrices } = placement.projects.find(({ project }) => project === buffer.project)!
    const out = sizes[buffer.dim]
    matrices.forEach(({ symbol, isTransposed }, gate) => {
      const matrix = parameters(symbol)
      for (let row = 0; row < inputs.length / part.inputSize; row++)
        for (let j = 0; j < out; j++) {
          let sum = 0
          for (let i = 0; i < part.inputSize; i++)
            sum += inputs[row * part.inputSize + i]! * matrix[isTransposed ? i * out + j : j * part.inputSize + i]!
          result[row * inputProducts.width + first + gate * out + j] = sum
        }
    })
  }
}

/** A part's parameters by symbol. */
export function symbolsOf(part: Part, own: Network, parameters: Float32Array): (symbol: string) => Float64Array {
  const ranges = new Map(parameterRanges(own).map(({ name, start, end }) => [name, { start, end }]))
  return (symbol) => {
    const { start, end } = ranges.get(`layers.0.parts.${part.partIndex}.${symbol}`)!
    return Float64Array.from(parameters.subarray(start, end))
  }
}
