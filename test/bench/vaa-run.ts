/** VAA (Algorithm 1) on an engine of its own: a measurement of n series and M steps, whose states come to rest or do not. */
import type { Backend, ConvergedStates, ConvergeRequest, Engine } from '../../shared/backends/backend.ts'
import { elementCount } from '../../shared/numerics/dims.ts'
import { RandomStream } from '../../shared/numerics/random.ts'
import { createEngine } from './engines.ts'
import { createCaseNetwork, randomBatch } from './networks.ts'

export interface VaaSize {
  readonly units: number
  readonly layers: number
  /** Of the series that states begin with. */
  readonly steps: number
  /** n */
  readonly batch: number
  readonly inputs: number
}

/** So large that states stay on the move, and no exact exit cuts the run short. */
const RESTLESS_SPREAD = 0.5
/** Compiles everything, and lets what is measured as it runs settle. */
const WARM_UP_STEPS = 200

export interface VaaRun {
  readonly engine: Engine
  readonly run: () => Promise<ConvergedStates>
}

/** `engine.dispose()` is left to the caller. @param isRestless no two states are the same */
export async function openVaaRun(
  backend: Backend,
  size: VaaSize,
  { isRestless, convergenceSteps }: { readonly isRestless: boolean; readonly convergenceSteps: number },
): Promise<VaaRun> {
  const network = createCaseNetwork({ ...size, parts: [{ cell: 'gru', units: size.units, warm: true }] })
  const engine = await createEngine(backend, network, 1)
  if (isRestless) await makeRestless(engine)
  const request: ConvergeRequest = { ...drawSeries(size), convergenceSteps, stopResidual: null }
  await engine.converge([{ ...request, convergenceSteps: Math.min(WARM_UP_STEPS, convergenceSteps) }])
  return { engine, run: async () => (await engine.converge([request]))[0]! }
}

async function makeRestless(engine: Engine): Promise<void> {
  const stream = new RandomStream(1, 'initial-values')
  await engine.writeParameters(
    0,
    new Map(
      engine.network.parameters.map(({ name, shape }) => [
        name,
        { shape, data: Float32Array.from({ length: elementCount(shape) }, () => RESTLESS_SPREAD * stream.normal()) },
      ]),
    ),
  )
}

export function drawSeries(size: VaaSize): Pick<ConvergeRequest, 'batch' | 'truncations' | 'perturbation'> {
  const stream = new RandomStream(0, 'preview')
  return {
    batch: randomBatch({ ...size, lossSteps: 1 }, stream),
    truncations: Int32Array.from({ length: size.batch }, () => 1 + stream.integer(size.steps)),
    perturbation: Float32Array.from({ length: size.inputs }, () => stream.normal()),
  }
}
