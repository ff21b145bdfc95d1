/** Every optimiser with clipping and decay: parameters and moments after some steps are the oracle's, and what is frozen stays. */
import type { OptimizerSettings } from '../../../../shared/backends/backend.ts'
import { network, part, weights } from '../networks.ts'
import { closeTensors, close, holds, onBoth, same, toleranceOf, withEngine, type Check } from './check.ts'
import { DOUBLE_LAYER, STEADY_ADAM, trainRequest } from './requests.ts'

const STEP_COUNT = 3

const SGD: OptimizerSettings = { ...STEADY_ADAM, kind: 'sgd', learningRate: 0.05 }

const settings: readonly (readonly [string, OptimizerSettings])[] = [
  ['Adam without clipping', { ...STEADY_ADAM, clipNorm: null }],
  ['Adam, clipped, with decay', { ...STEADY_ADAM, clipNorm: 0.01, weightDecay: 0.1 }],
  ['AdamW, clipped, with decay', { ...STEADY_ADAM, kind: 'adamw', clipNorm: 0.01, weightDecay: 0.1 }],
  ['SGD', { ...SGD, clipNorm: null }],
  ['SGD with momentum, clipped, with decay', { ...SGD, momentum: 0.9, clipNorm: 0.1, weightDecay: 0.1 }],
]

const FROZEN = network([[part("h' = tanh(W x + U h + w * h + g * (V h) + b)\ng: 1\nfixed W, U, w", 5)]], {
  inputs: 3,
  outputs: 2,
})
const FROZEN_SYMBOLS = ['W', 'U', 'w']

export const optimizerChecks: readonly Check[] = [
  ...settings.map(([name, optimizer]): Check => ({
    claim: `steps of ${name} move as the oracle’s`,
    run: async (backend) => {
      const { found, expected } = await onBoth(backend, DOUBLE_LAYER, {}, async (engine) => {
        const norms: number[] = []
        for (let step = 0; step < STEP_COUNT; step++)
          norms.push((await engine.trainStep([trainRequest(DOUBLE_LAYER, step)], [optimizer]))[0]!.gradientNorm)
        return {
          norms,
          parameters: await engine.readParameters(0),
          optimizer: await engine.readOptimizer(0),
        }
      })
      const { moved } = toleranceOf(backend)
      return [
        close('norms', found.norms, expected.norms, moved),
        ...closeTensors('parameter', found.parameters, expected.parameters, moved),
        holds('steps are counted', found.optimizer.step === STEP_COUNT),
        ...(optimizer.kind === 'sgd' && optimizer.momentum === 0
          ? []
          : closeTensors('first moment', found.optimizer.first, expected.optimizer.first, moved)),
        ...(optimizer.kind === 'sgd'
          ? []
          : closeTensors('second moment', found.optimizer.second, expected.optimizer.second, moved)),
      ]
    },
  })),
  {
    claim: 'what is frozen keeps its bits and stands in no moment, whatever decays beside it',
    run: async (backend) => {
      const initial = weights(FROZEN, 0, 0.5)
      return withEngine(backend, FROZEN, {}, async (engine) => {
        for (let step = 0; step < STEP_COUNT; step++)
          await engine.trainStep([trainRequest(FROZEN, step)], [{ ...STEADY_ADAM, weightDecay: 0.1 }])
        const parameters = await engine.readParameters(0)
        const { first } = await engine.readOptimizer(0)
        return FROZEN.parameters.map(({ name, symbol, isFrozen }) => {
          const { data } = initial.get(name)!
          const now = parameters.get(name)!.data
          if (isFrozen !== FROZEN_SYMBOLS.includes(symbol) || first.has(name) === isFrozen)
            return holds(`${name}: frozen or not`, false)
          return isFrozen
            ? same(name, now, data)
            : holds(
                `${name} moves`,
                now.every((value, i) => value !== data[i]),
              )
        })
      })
    },
  },
]
