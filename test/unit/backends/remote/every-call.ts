/** Every call of an engine once, the later ones on what the earlier ones have left: an engine enters, all that it answers leaves. */
import type { Engine } from '../../../../shared/backends/backend.ts'
import { RandomStream } from '../../../../shared/numerics/random.ts'
import { ADAM, batch, network, part, weights } from '../networks.ts'

export const REPLICAS = 3
/** A double layer and a plain one. */
export const NETWORK = network([[part('gru', 4), part('lstm', 3, false)], [part('brc', 3)]], { inputs: 2, outputs: 2 })

const PERTURBATION = Float32Array.from([0.3, -0.2])

export async function callEverything(engine: Engine): Promise<Record<string, unknown>> {
  const random = new RandomStream(5, 'preview')
  const draw = (
    steps: number,
  ): { truncations: Int32Array; perturbations: Float32Array[]; convergenceSteps: number } => ({
    truncations: Int32Array.from({ length: 5 }, () => 1),
    perturbations: NETWORK.wiredLayers.map(({ inputSize }) =>
      Float32Array.from({ length: inputSize }, () => random.normal()),
    ),
    convergenceSteps: steps,
  })
  const series = batch(NETWORK, 9, 5, 3)
  const truncations = series.lengths.subarray(0, 5) // a part of a larger buffer, as datasets hand them out
  const warmUp = { batch: series, draw: draw(4), target: 0.95, epsilon: 1e-2, masked: true }
  const train = { batch: series, truncateEvery: 4, dropoutMasks: null, regulariser: null }
  const regularised = { ...train, regulariser: { weight: 0.1, draw: draw(3), target: 0.9, epsilon: 1e-2 } }
  const measured = { batch: series, truncations, perturbation: PERTURBATION }
  await Promise.all(Array.from({ length: REPLICAS }, (_, r) => engine.writeParameters(r, weights(NETWORK, r, 0.4))))
  const answers = {
    warmupStep: await engine.warmupStep([warmUp, null, warmUp], [ADAM, null, ADAM]),
    warmupGradients: await engine.warmupGradients([warmUp, warmUp, null]),
    vaaStar: await engine.vaaStar([null, { batch: series, draw: draw(5), epsilon: 1e-2 }, null]),
    trainStep: await engine.trainStep([train, regularised, null], [ADAM, ADAM, null]),
    trainGradients: await engine.trainGradients([regularised, null, train]),
    evaluate: await engine.evaluate([series, series, null]),
    converge: await engine.converge([{ ...measured, convergenceSteps: 40, stopResidual: null }, null, null]),
    convergeToRest: await engine.convergeToRest([
      null,
      {
        ...measured,
        maxConvergenceSteps: 50,
        epsilon: 1e-2,
        slices: [{ width: NETWORK.stateSize, offset: 0, size: 4 }],
      },
      null,
    ]),
    gradientByLag: await engine.gradientByLag([{ batch: series, lags: [1, 3] }, null, null]),
    readOptimizer: await engine.readOptimizer(0),
  }
  await engine.writeOptimizer(2, answers.readOptimizer)
  await engine.resetOptimizer(1)
  return {
    ...answers,
    optimizers: [await engine.readOptimizer(1), await engine.readOptimizer(2)],
    parameters: [await engine.readParameters(0), await engine.readParameters(1), await engine.readParameters(2)],
  }
}

/** Every number of an answer, in order. */
export function numbersOf(answer: unknown): number[] {
  if (typeof answer === 'number') return [answer]
  if (typeof answer !== 'object' || answer === null) return []
  if (ArrayBuffer.isView(answer)) return Array.from(answer as unknown as ArrayLike<number>)
  return [...(answer instanceof Map ? answer.values() : Object.values(answer))].flatMap(numbersOf)
}
