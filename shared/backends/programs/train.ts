/** The program of a training step: loss, its gradient, the regulariser's, and the move of the parameters. */
import type { TensorMap } from '../../numerics/dims.ts'
import type { OptimizerSettings, TrainRequest, TrainResult } from '../backend.ts'
import { readoutOf, toTensors } from './parameter-ranges.ts'
import type { Program } from './program.ts'
import { readOut, readOutBackward } from './readout.ts'
import { move, type Replica } from './replica.ts'
import { addWarmupGradients } from './warm-up.ts'

export function* trainStep<Job>(
  replica: Replica<Job>,
  request: TrainRequest,
  settings: OptimizerSettings,
): Program<Job, TrainResult> {
  const result = yield* train(replica, request)
  return { ...result, gradientNorm: yield* move(replica, settings, replica.allParameters) }
}

/** The gradient of a training step, nothing moved. */
export function* trainGradients<Job>(
  replica: Replica<Job>,
  request: TrainRequest,
): Program<Job, TrainResult & { gradients: TensorMap }> {
  const result = yield* train(replica, request)
  const { recurrence, learned, allParameters } = replica
  const gradientNorm = yield* recurrence.gradientNorm(allParameters)
  return { ...result, gradientNorm, gradients: toTensors(learned, recurrence.gradients) }
}

/** Loss and gradients of a training step, the regulariser's included; leaves the gradients in the recurrence. */
function* train<Job>(
  replica: Replica<Job>,
  { batch, truncateEvery, dropoutMasks, regulariser }: TrainRequest,
): Program<Job, Omit<TrainResult, 'gradientNorm'>> {
  const { recurrence, ranges, network } = replica
  yield* recurrence.clearGradients()
  yield* recurrence.forward({
    steps: batch.steps,
    batch: batch.batch,
    inputs: batch.inputs,
    isConstant: false,
    initialStates: null,
    dropoutMasks,
    saving: true,
  })
  const hidden = recurrence.outputsAt(batch.targetSteps)
  const { weight, bias } = readoutOf(ranges, recurrence.parameters)
  const gradient = readoutOf(ranges, recurrence.gradients)
  const result = readOut(hidden, weight, bias, batch, network.loss)
  const data = readOutBackward(result, hidden, weight, gradient.weight, gradient.bias, batch, network.loss)
  yield* recurrence.backward({
    outputs: { steps: batch.targetSteps, data },
    states: null,
    truncateEvery,
    movesColdParts: true,
  })
  let vaaStars: readonly number[] | null = null
  if (regulariser !== null) {
    const { weight: scale, draw, target, epsilon } = regulariser
    const request = { batch, draw, target, epsilon, masked: false }
    vaaStars = (yield* addWarmupGradients(replica, request, scale)).vaaStar
  }
  return { loss: result.lossSum / result.lossCount, vaaStar: vaaStars }
}
