/**
 * Whether a device computes right: a short training and a warm-up on it and on the float64 oracle enter, the first result that is another one leaves
 * as a refusal. Drivers that compile a kernel wrong exist; no number of theirs may reach a run.
 */
import { gru } from '../cells/gru.ts'
import { compileCell } from '../compiler/passes.ts'
import type { SeriesBatch } from '../datasets/dataset.ts'
import { CELL_INITIAL_VALUES, createNetwork } from '../networks/network.ts'
import { elementCount, type TensorMap } from '../numerics/dims.ts'
import { RandomStream } from '../numerics/random.ts'
import { LabError } from '../errors/errors.ts'
import type { Backend } from './backend.ts'
import { referenceBackend } from './reference/reference-backend.ts'

/** Odd sizes, more series than a workgroup has, series of unequal lengths. */
const [UNITS, STEPS, SERIES, INPUTS, OUTPUTS] = [7, 6, 5, 3, 2]
const EPSILON = 0.1
/** Relative to the largest entry: a hundred times what sums in another order and other functions come to. */
const TOLERANCE = 1e-4
/** Distances amplify what states differ by. */
const VAA_STAR_TOLERANCE = 2e-3

/** @throws LabError `backend`, naming what is wrong and by how much */
export async function requireRightResults(backend: Backend): Promise<void> {
  const [found, expected] = await Promise.all([resultsOn(backend), resultsOn(referenceBackend)])
  for (const [what, { values: right, tolerance }] of expected) {
    const { values } = found.get(what)!
    const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const error = right.reduce((most, value, i) => Math.max(most, Math.abs(value - values[i]!)), 0) / largest
    if (error <= tolerance) continue // a NaN is not
    throw new LabError('backend', 'The graphics processor computes wrong.', {
      where: `${backend.name}, ${backend.device ?? 'the device'}`,
      expected: `${what} within ${tolerance} of the float64 oracle’s`,
      found: `a difference of ${error.toPrecision(2)}`,
      remedy: 'Update its driver; until then, run on `wasm`.',
    })
  }
}

interface Result {
  readonly values: readonly number[]
  readonly tolerance: number
}

async function resultsOn(backend: Backend): Promise<ReadonlyMap<string, Result>> {
  const network = createNetwork({
    inputSize: INPUTS,
    outputSize: OUTPUTS,
    layers: [[{ cell: compileCell(gru, 'self-test'), units: UNITS, warm: true, initialValues: CELL_INITIAL_VALUES }]],
    loss: 'mse',
    dropout: 0,
  })
  const random = new RandomStream(1, 'preview')
  const normal = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal() / 2)
  const parameters: TensorMap = new Map(
    network.parameters.map(({ name, shape }) => [name, { shape, data: normal(elementCount(shape)) }]),
  )
  const lengths = Int32Array.from({ length: SERIES }, (_, b) => Math.max(2, STEPS - b))
  const batch: SeriesBatch = {
    steps: STEPS,
    batch: SERIES,
    inputs: normal(STEPS * SERIES * INPUTS),
    lengths,
    targetSteps: lengths.map((length) => length - 1),
    targets: normal(SERIES * OUTPUTS),
  }
  const draw = {
    truncations: lengths.map((length) => length - 1),
    perturbations: [normal(INPUTS)],
    convergenceSteps: 4,
  }
  const engine = await backend.createEngine(network, 1)
  try {
    await engine.writeParameters(0, parameters)
    const [trained] = await engine.trainGradients([
      { batch, truncateEvery: null, dropoutMasks: null, regulariser: null },
    ])
    const [warmed] = await engine.warmupGradients([{ batch, draw, target: 1, epsilon: EPSILON, masked: false }])
    return new Map([
      ['a loss', { values: [trained!.loss], tolerance: TOLERANCE }],
      ['gradients', { values: flat(trained!.gradients), tolerance: TOLERANCE }],
      ['VAA*', { values: warmed!.vaaStar, tolerance: VAA_STAR_TOLERANCE }],
      ['gradients of VAA*', { values: flat(warmed!.gradients), tolerance: VAA_STAR_TOLERANCE }],
    ])
  } finally {
    await engine.dispose()
  }
}

const flat = (tensors: TensorMap): number[] => [...tensors.values()].flatMap(({ data }) => [...data])
