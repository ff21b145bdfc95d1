/** A short training whose bits tell whether V8 compiles the engine's kernels the same way under two settings. */
import { gru } from '../../../cells/gru.ts'
import { lstm } from '../../../cells/lstm.ts'
import { compileCell } from '../../../compiler/passes.ts'
import type { SeriesBatch } from '../../../datasets/dataset.ts'
import { CELL_INITIAL_VALUES, createNetwork } from '../../../networks/network.ts'
import { elementCount } from '../../../numerics/dims.ts'
import { RandomStream } from '../../../numerics/random.ts'
import type { OptimizerSettings, TrainRequest } from '../../backend.ts'
import type { Tile } from '../emit/products.ts'
import { createWasmBackend } from '../wasm-backend.ts'

const STEPS = 9
const SERIES = 13
const TRAINED = 3
const OPTIMIZER: OptimizerSettings = {
  kind: 'adam',
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  momentum: 0,
  weightDecay: 0,
  clipNorm: 1,
}

/**
 * The parameters of a double layer under a plain one after three steps, all their tensors after one another.
 * @param variant makes the module's bytes its own: V8 keeps the code of a module that it has seen
 */
export async function trainedBits(tile: Tile, variant: string): Promise<Float32Array> {
  const part = (text: string, units: number): Parameters<typeof createNetwork>[0]['layers'][number][number] => ({
    cell: compileCell(text, 'self-test'),
    units,
    warm: true,
    initialValues: CELL_INITIAL_VALUES,
  })
  const network = createNetwork({
    inputSize: 3,
    outputSize: 2,
    layers: [[part(gru, 22), part(lstm, 17)], [part(gru, 32)]],
    loss: 'mse',
    dropout: 0,
  })
  const engine = await createWasmBackend({ tile, variant }).createEngine(network, 1)
  const random = new RandomStream(1, 'preview')
  const normal = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal())
  await engine.writeParameters(
    0,
    new Map(network.parameters.map(({ name, shape }) => [name, { shape, data: normal(elementCount(shape)) }])),
  )
  const batch: SeriesBatch = {
    steps: STEPS,
    batch: SERIES,
    inputs: normal(STEPS * SERIES * 3),
    lengths: new Int32Array(SERIES).fill(STEPS),
    targetSteps: new Int32Array(SERIES).fill(STEPS - 1),
    targets: normal(SERIES * 2),
  }
  const request: TrainRequest = { batch, truncateEvery: null, dropoutMasks: null, regulariser: null }
  for (let step = 0; step < TRAINED; step++) await engine.trainStep([request], [OPTIMIZER])
  const values = Float32Array.from([...(await engine.readParameters(0)).values()].flatMap(({ data }) => [...data]))
  await engine.dispose()
  return values
}
