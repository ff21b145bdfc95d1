/** Warm-up: VAA* of every layer, its gradient and the step that follows it are the oracle's; a masked step moves the warm parts alone. */
import { same, close, closeTensors, onBoth, toleranceOf, withEngine, type Check } from './check.ts'
import { weights } from '../networks.ts'
import { DOUBLE_LAYER, drawOf, STEADY_ADAM, warmupRequest } from './requests.ts'

/** Spreads the states, so that VAA* has a gradient. */
const SPREAD = 1.2

export const warmupChecks: readonly Check[] = [
  ...[true, false].flatMap((masked) =>
    [0, 6].map((convergenceSteps): Check => ({
      claim: `a ${masked ? 'masked ' : ''}warm-up of ${convergenceSteps} steps to converge is the oracle’s`,
      run: async (backend) => {
        const request = warmupRequest(DOUBLE_LAYER, 7, { masked, draw: drawOf(DOUBLE_LAYER, 7, convergenceSteps) })
        const { found, expected } = await onBoth(backend, DOUBLE_LAYER, { spread: SPREAD }, async (engine) => ({
          vaaStar: (await engine.vaaStar([request]))[0]!,
          gradients: (await engine.warmupGradients([request]))[0]!,
          step: (await engine.warmupStep([request], [STEADY_ADAM]))[0]!,
          parameters: await engine.readParameters(0),
        }))
        const { values, vaaStar, moved } = toleranceOf(backend)
        return [
          close('VAA*', found.vaaStar, expected.vaaStar, values),
          close('VAA* of the gradient', found.gradients.vaaStar, expected.gradients.vaaStar, values),
          close('loss', [found.gradients.loss], [expected.gradients.loss], vaaStar),
          ...closeTensors('gradient', found.gradients.gradients, expected.gradients.gradients, vaaStar),
          close('norm', [found.step.gradientNorm], [expected.step.gradientNorm], vaaStar),
          ...closeTensors('parameter', found.parameters, expected.parameters, moved),
        ]
      },
    })),
  ),
  {
    claim: 'a masked warm-up leaves every bit of cold parts and of the readout',
    run: (backend) =>
      withEngine(backend, DOUBLE_LAYER, { spread: SPREAD }, async (engine) => {
        await engine.warmupStep([warmupRequest(DOUBLE_LAYER, 7, { masked: true })], [STEADY_ADAM])
        const parameters = await engine.readParameters(0)
        const initial = weights(DOUBLE_LAYER, 0, SPREAD)
        return DOUBLE_LAYER.parameters
          .filter(({ part }) => !part?.warm)
          .map(({ name }) => same(name, parameters.get(name)!.data, initial.get(name)!.data))
      }),
  },
]
