/** Both recurrence kernels of a part on drawn values, with replicas that they are not for; what they are given and give. */
import { reachedRows } from '../../../../shared/backends/adjoint-reach.ts'
import type { ValueBuffer } from '../../../../shared/backends/plan/places.ts'
import { parameterRanges } from '../../../../shared/backends/programs/parameter-ranges.ts'
import type { SequenceAdjoints } from '../../../../shared/backends/recurrence.ts'
import type { PackedProduct } from '../../../../shared/backends/webgpu/wgsl/packed-weights.ts'
import {
  IS_REACHED,
  recurrenceBackward,
  STATES_ENTER,
} from '../../../../shared/backends/webgpu/wgsl/recurrence-backward.ts'
import { recurrenceForward } from '../../../../shared/backends/webgpu/wgsl/recurrence-forward.ts'
import {
  planRecurrence,
  type RecurrencePlan,
  type RecurrenceShape,
} from '../../../../shared/backends/webgpu/wgsl/recurrence-plan.ts'
import type { Network } from '../../../../shared/networks/network.ts'
import { runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { drawn, of, REPLICAS, written, type ReplicaArray } from './arrays.ts'

export const [INPUTS, BATCH, STEPS] = [3, 5, 6]
/** Compiles such kernels ten times as fast as lavapipe. */
const ADAPTER = 'swiftshader'
/** Of floats that no kernel may write. */
export const NOBODYS = 77
export const SHAPE: RecurrenceShape = { rows: 4, invocations: 16, slices: 2, subgroups: false, memoryBytes: 16_384 }

/** What a run of both kernels is given and gives. */
export interface Run {
  readonly network: Network
  readonly plan: RecurrencePlan
  readonly parameters: ReplicaArray<Float32Array<ArrayBuffer>>
  readonly inputs: ReplicaArray<Float32Array<ArrayBuffer>>
  readonly firstStates: ReplicaArray<Float32Array<ArrayBuffer>>
  readonly above: ReplicaArray<Float32Array<ArrayBuffer>>
  readonly entering: ReplicaArray<Float32Array<ArrayBuffer>>
  readonly states: ReplicaArray
  readonly saved: ReplicaArray
  readonly adjoints: ReplicaArray
  readonly stateAdjoints: ReplicaArray
}

export interface RunOptions {
  readonly shape?: Partial<RecurrenceShape>
  /** Steps of a dispatch; all unless said. */
  readonly chunk?: number
  readonly truncateEvery?: number
}

/** Outputs are read at these steps, all states of series b after step b + 1: the last steps lead to nothing. */
const OUTPUT_STEPS = Int32Array.from({ length: BATCH }, (_, b) => b % 4)
export const STATE_STEPS = Int32Array.from({ length: BATCH }, (_, b) => Math.min(b + 1, STEPS - 1))

/** Where adjoints enter. */
export const adjointEntries = (
  truncateEvery: number | null,
): Pick<SequenceAdjoints<Float32Array>, 'outputs' | 'states' | 'truncateEvery'> => ({
  outputs: { steps: OUTPUT_STEPS, data: new Float32Array(0) },
  states: { steps: STATE_STEPS, data: new Float32Array(0) },
  truncateEvery,
})

export async function runBoth(own: Network, { shape, chunk = STEPS, truncateEvery }: RunOptions = {}): Promise<Run> {
  const plan = planRecurrence(own, own.wiredLayers[0]!.parts[0]!, { ...SHAPE, ...shape })
  const { sizes } = plan
  const stateCount = plan.placement.states.length
  const rows = STEPS * BATCH
  const stateStride = (STEPS + 1) * BATCH * sizes.H
  const parameters = drawn(parameterRanges(own).at(-1)!.end)
  const inputs = drawn(rows * INPUTS)
  const firstStates = drawn(stateCount * BATCH * sizes.H)
  const above = drawn(rows * plan.outputs.width)
  const entering = drawn(BATCH * plan.stateRows.width)
  const weights = new Float32Array(3 * plan.weights.floats)
  const inputProducts = empty(rows * plan.inputProducts.width)
  const states = empty(stateCount * stateStride)
  const reached = marks(truncateEvery ?? null)
  for (const replica of REPLICAS) {
    packWeights(plan, of(parameters, replica), weights.subarray(replica * plan.weights.floats))
    multiplyInputs(plan, symbolsOf(own, of(parameters, replica)), of(inputs, replica), of(inputProducts, replica))
    for (let state = 0; state < stateCount; state++)
      of(states, replica).set(
        of(firstStates, replica).subarray(state * BATCH * sizes.H, (state + 1) * BATCH * sizes.H),
        state * stateStride,
      )
    // Adjoints of outputs come to some rows only.
    of(above, replica).forEach((_, i, all) => {
      const row = Math.floor(i / plan.outputs.width)
      if (OUTPUT_STEPS[row % BATCH] !== Math.floor(row / BATCH)) all[i] = 0
    })
  }
  const variant: ForwardVariant = { saving: true, constantInput: false, keepsHistory: true }
  const forward = recurrenceForward(plan, variant, 'forward')
  const backward = recurrenceBackward(plan, { hasAbove: true, hasMarks: true }, 'backward')
  // Places are in vectors of four.
  const vectors = { array: weights, place: { offset: 0, stride: plan.weights.floats / 4 } }
  let [after, saved] = [states as ReplicaArray, empty(rows * plan.saved.width) as ReplicaArray]
  for (let first = 0; first < STEPS; first += chunk) {
    const last = Math.min(first + chunk, STEPS)
    const result = await runReplicaKernel(
      forward,
      { batch: BATCH, first, last, stateStride },
      { weights: vectors, inputProducts, inputs, states: after, saved },
      REPLICAS,
      ADAPTER,
    )
    after = written(after, result.states)
    saved = result.saved ? written(saved, result.saved) : saved
  }
  let adjoints: ReplicaArray = empty(rows * plan.adjoints.width)
  let stateAdjoints: ReplicaArray = empty(BATCH * plan.stateRows.width)
  for (let last = STEPS; last > 0;) {
    const first = Math.max(0, last - chunk)
    const result = await runReplicaKernel(
      backward,
      {
        ...{ batch: BATCH, first, last, stateStride },
        truncateEvery: truncateEvery ?? 0,
        isFresh: last === STEPS ? 1 : 0,
      },
      { weights: vectors, states: after, saved, above, reached, entering, adjoints, stateAdjoints },
      REPLICAS,
      ADAPTER,
    )
    adjoints = result.adjoints ? written(adjoints, result.adjoints) : adjoints
    stateAdjoints = written(stateAdjoints, result.stateAdjoints)
    last = first
  }
  return {
    network: own,
    plan,
    parameters,
    inputs,
    firstStates,
    above,
    entering,
    states: after,
    saved,
    adjoints,
    stateAdjoints,
  }
}

/** An array that a kernel fills. */
function empty(count: number): ReplicaArray<Float32Array<ArrayBuffer>> {
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
export function symbolsOf(own: Network, parameters: Float32Array): (symbol: string) => Float64Array {
  const ranges = new Map(parameterRanges(own).map(({ name, start, end }) => [name, { start, end }]))
  return (symbol) => {
    const { start, end } = ranges.get(`layers.0.parts.0.${symbol}`)!
    return Float64Array.from(parameters.subarray(start, end))
  }
}
