/** A training step's loss and gradients, and an evaluation's outputs and states: those of the oracle, whatever the batch and the network are like. */
import type { Backend, TrainRequest } from '../../../../shared/backends/backend.ts'
import type { SeriesBatch } from '../../../../shared/datasets/dataset.ts'
import type { Network } from '../../../../shared/networks/network.ts'
import { batch, network, part, WHOLE_LAYER_CELL } from '../networks.ts'
import { close, closeTensors, holds, onBoth, toleranceOf, type Check, type Difference } from './check.ts'
import { DOUBLE_LAYER, dropoutMasks, regulariserOf, trainRequest } from './requests.ts'

const CLASSES = network([[part('gru', 5)]], { inputs: 3, outputs: 4, loss: 'cross-entropy' })

export const trainingChecks: readonly Check[] = [
  checkOf('a double layer under another, series of unequal lengths', DOUBLE_LAYER, trainRequest(DOUBLE_LAYER)),
  checkOf('dropout between the layers', DOUBLE_LAYER, {
    ...trainRequest(DOUBLE_LAYER),
    dropoutMasks: dropoutMasks(DOUBLE_LAYER),
  }),
  ...[1, 4].map((truncateEvery) =>
    checkOf(`the way back cut every ${truncateEvery} steps`, DOUBLE_LAYER, {
      ...trainRequest(DOUBLE_LAYER),
      truncateEvery,
    }),
  ),
  checkOf('cross-entropy', CLASSES, trainRequest(CLASSES)),
  checkOf('one series of one step', DOUBLE_LAYER, {
    ...trainRequest(DOUBLE_LAYER),
    batch: batch(DOUBLE_LAYER, 1, 1, 3),
  }),
  checkOf('more steps than are kept or made at once', DOUBLE_LAYER, {
    ...trainRequest(DOUBLE_LAYER),
    batch: batch(DOUBLE_LAYER, 150, 4, 3),
  }),
  checkOf('more series than a tile or a workgroup has', DOUBLE_LAYER, {
    ...trainRequest(DOUBLE_LAYER),
    batch: batch(DOUBLE_LAYER, 3, 37, 3),
  }),
  checkOf('a series without targets', DOUBLE_LAYER, {
    ...trainRequest(DOUBLE_LAYER),
    batch: withoutTargets(trainRequest(DOUBLE_LAYER).batch, 2),
  }),
  regularised(DOUBLE_LAYER),
  regularised(network([[part(WHOLE_LAYER_CELL, 5)]], { inputs: 3, outputs: 2 })),
]

/** Loss, gradients, norm, outputs and final states. */
export async function compareTraining(
  backend: Backend,
  net: Network,
  request: TrainRequest,
  spread = 0.5,
): Promise<Difference[]> {
  const { found, expected } = await onBoth(backend, net, { spread }, async (engine) => ({
    trained: (await engine.trainGradients([request]))[0]!,
    evaluated: (await engine.evaluate([request.batch]))[0]!,
  }))
  const { values, vaaStar } = toleranceOf(backend)
  const allowed = request.regulariser ? vaaStar : values
  return [
    close('loss', [found.trained.loss], [expected.trained.loss], values),
    ...closeTensors('gradient', found.trained.gradients, expected.trained.gradients, allowed),
    close('norm', [found.trained.gradientNorm], [expected.trained.gradientNorm], allowed),
    close('VAA*', found.trained.vaaStar ?? [], expected.trained.vaaStar ?? [], vaaStar),
    close('sum of losses', [found.evaluated.lossSum], [expected.evaluated.lossSum], values),
    close('outputs', found.evaluated.outputs, expected.evaluated.outputs, values),
    close('final states', found.evaluated.finalStates, expected.evaluated.finalStates, values),
    holds('count of losses', found.evaluated.lossCount === expected.evaluated.lossCount),
    holds('count of correct classes', found.evaluated.correctCount === expected.evaluated.correctCount),
  ]
}

function checkOf(what: string, net: Network, request: TrainRequest): Check {
  return {
    claim: `training and evaluation with ${what} are the oracle’s`,
    run: (backend) => compareTraining(backend, net, request),
  }
}

/** Weights that spread the states, so that VAA* has a gradient. */
function regularised(net: Network): Check {
  return {
    claim: `VAA* as a regulariser of ${net.parameters.length} parameters is the oracle’s`,
    run: (backend) => compareTraining(backend, net, { ...trainRequest(net), regulariser: regulariserOf(net) }, 1.2),
  }
}

function withoutTargets(series: SeriesBatch, row: number): SeriesBatch {
  return { ...series, targetSteps: series.targetSteps.map((step, slot) => (slot % series.batch === row ? -1 : step)) }
}
