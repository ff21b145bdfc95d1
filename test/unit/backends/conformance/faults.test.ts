/** The suite finds what is wrong: a backend with one fault fails a claim of the topic that the fault belongs to. */
import { expect, it } from 'vitest'
import type { Backend, Engine } from '../../../../shared/backends/backend.ts'
import { referenceBackend } from '../../../../shared/backends/reference/reference-backend.ts'
import { isTooFar } from './check.ts'
import { conformanceChecks } from './checks.ts'

/** The oracle but for one method. */
function withFault(alter: (engine: Engine) => Partial<Engine>): Backend {
  return {
    ...referenceBackend,
    createEngine: async (network, replicas) => {
      const engine = await referenceBackend.createEngine(network, replicas)
      const altered = alter(engine)
      return new Proxy(engine, {
        get: (target, name) => {
          const value: unknown = Reflect.get(name in altered ? altered : target, name)
          return typeof value === 'function' ? value.bind(name in altered ? altered : target) : value
        },
      })
    },
  }
}

const FAULTS: readonly (readonly [string, string, (engine: Engine) => Partial<Engine>])[] = [
  [
    'training',
    'a gradient a thousandth too large',
    (engine) => ({
      trainGradients: async (requests) =>
        (await engine.trainGradients(requests)).map(
          (result) =>
            result && {
              ...result,
              gradients: new Map(
                [...result.gradients].map(([name, { shape, data }]) => [
                  name,
                  { shape, data: data.map((value) => value * 1.001) },
                ]),
              ),
            },
        ),
    }),
  ],
  [
    'training',
    'a way back that is never cut',
    (engine) => ({
      trainGradients: (requests) =>
        engine.trainGradients(requests.map((request) => request && { ...request, truncateEvery: null })),
    }),
  ],
  [
    'training',
    'dropout that is forgotten',
    (engine) => ({
      trainGradients: (requests) =>
        engine.trainGradients(requests.map((request) => request && { ...request, dropoutMasks: null })),
    }),
  ],
  [
    'optimisers',
    'a decay that is forgotten',
    (engine) => ({
      trainStep: (requests, optimizers) =>
        engine.trainStep(
          requests,
          optimizers.map((settings) => settings && { ...settings, weightDecay: 0 }),
        ),
    }),
  ],
  [
    'warm-up',
    'a mask that is forgotten',
    (engine) => ({
      warmupStep: (requests, optimizers) =>
        engine.warmupStep(
          requests.map((request) => request && { ...request, masked: false }),
          optimizers,
        ),
    }),
  ],
  [
    'convergence',
    'a step too many',
    (engine) => ({
      converge: (requests) =>
        engine.converge(
          requests.map((request) => request && { ...request, convergenceSteps: request.convergenceSteps + 1 }),
        ),
    }),
  ],
  [
    'replicas',
    'the weights of another replica',
    (engine) => ({
      writeParameters: (replica, values) => engine.writeParameters(replica === 2 ? 1 : replica, values),
    }),
  ],
  [
    'resuming',
    'moments that do not come back',
    (engine) => ({ writeOptimizer: (replica) => engine.resetOptimizer(replica) }),
  ],
  [
    'failures',
    'a norm that is always a number',
    (engine) => ({
      trainStep: async (requests, optimizers) =>
        (await engine.trainStep(requests, optimizers)).map((result) => result && { ...result, gradientNorm: 1 }),
    }),
  ],
]

it.each(FAULTS)('%s: %s', async (topic, _fault, alter) => {
  const backend = withFault(alter)
  const broken: string[] = []
  for (const { claim, run } of conformanceChecks({ isShort: true, randomCount: 1 }).get(topic)!)
    if ((await run(backend)).some(isTooFar)) broken.push(claim)
  expect(broken.length).toBeGreaterThan(0)
})
