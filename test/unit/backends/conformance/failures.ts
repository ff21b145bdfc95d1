/** Numbers that are not finite: they are told, nothing moves, no step is counted, and the engine goes on as if nothing had been. */
import type { Backend, Engine } from '../../../../shared/backends/backend.ts'
import { weights } from '../networks.ts'
import { holds, sameTensors, withEngine, type Check, type Difference } from './check.ts'
import { DOUBLE_LAYER, STEADY_ADAM, trainRequest, warmupRequest } from './requests.ts'

export const failureChecks: readonly Check[] = [
  ...[NaN, Infinity].map((value): Check => ({
    claim: `a step whose input has ${value} tells of it, moves nothing and is not counted`,
    run: (backend) =>
      withEngine(backend, DOUBLE_LAYER, {}, async (engine) => {
        const request = trainRequest(DOUBLE_LAYER)
        request.batch.inputs.fill(value, 0, DOUBLE_LAYER.inputSize)
        // Infinity leaves gates at their ends; what multiplies zero by it is a NaN.
        return staysAsItWas(
          backend,
          engine,
          async () => (await engine.trainStep([request], [STEADY_ADAM]))[0]!.gradientNorm,
        )
      }),
  })),
  {
    claim: 'a warm-up step whose perturbation has NaN tells of it, moves nothing and is not counted',
    run: (backend) =>
      withEngine(backend, DOUBLE_LAYER, {}, async (engine) => {
        const request = warmupRequest(DOUBLE_LAYER)
        request.draw.perturbations[0]!.fill(NaN)
        return staysAsItWas(
          backend,
          engine,
          async () => (await engine.warmupStep([request], [STEADY_ADAM]))[0]!.gradientNorm,
        )
      }),
  },
  {
    claim: 'a weight that is NaN shows in the loss and in no exact exit',
    run: (backend) =>
      withEngine(backend, DOUBLE_LAYER, {}, async (engine) => {
        const broken = weights(DOUBLE_LAYER, 0, 0.5)
        for (const { data } of broken.values()) data.fill(NaN)
        await engine.writeParameters(0, broken)
        const { batch } = trainRequest(DOUBLE_LAYER)
        const [evaluated] = await engine.evaluate([batch])
        const [converged] = await engine.converge([
          {
            batch,
            truncations: batch.lengths,
            perturbation: new Float32Array(DOUBLE_LAYER.inputSize),
            convergenceSteps: 40,
            stopResidual: null,
          },
        ])
        return [
          holds('the loss is NaN', Number.isNaN(evaluated!.lossSum)),
          holds('no exact exit', converged!.exactExit === null),
          holds('states are NaN', converged!.tail[0]!.every(Number.isNaN)),
        ]
      }),
  },
]

/** After a good step, a broken one; then another good one, beside an engine that never saw the broken one. */
async function staysAsItWas(backend: Backend, engine: Engine, broken: () => Promise<number>): Promise<Difference[]> {
  const step = (of: Engine, seed: number): Promise<unknown> =>
    of.trainStep([trainRequest(DOUBLE_LAYER, seed)], [STEADY_ADAM])
  await step(engine, 1)
  const [parameters, optimizer] = [await engine.readParameters(0), await engine.readOptimizer(0)]
  const norm = await broken()
  const after = await engine.readOptimizer(0)
  const differences = [
    holds('the norm is not finite', !Number.isFinite(norm)),
    ...sameTensors('parameter', await engine.readParameters(0), parameters),
    ...sameTensors('first moment', after.first, optimizer.first),
    ...sameTensors('second moment', after.second, optimizer.second),
    holds('steps', after.step === optimizer.step),
  ]
  await step(engine, 2)
  const unbroken = await withEngine(backend, DOUBLE_LAYER, {}, async (other) => {
    await step(other, 1)
    await step(other, 2)
    return other.readParameters(0)
  })
  return [...differences, ...sameTensors('parameter after another step', await engine.readParameters(0), unbroken)]
}
