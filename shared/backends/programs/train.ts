/** The program of a training step: loss, its gradient, the regulariser's, and the move of the parameters. */
import type { TensorMap } from '../../numerics/dims.ts'
import type { OptimizerSettings, TrainRequest, TrainResult } from '../backend.ts'
import type { Handles } from '../recurrence.ts'
import { toTensors } from './parameter-ranges.ts'
import type { Program } from './program.ts'
import { lossCount } from './readout.ts'
import { move, type Replica } from './replica.ts'
import { addWarmupGradients } from './warm-up.ts'

/** What a training step leaves to be read. */
interface TrainScalars<H extends Handles> {
  readonly lossSum: H['scalar']
  readonly vaaStars: readonly H['scalar'][] | null
}

export function* trainStep<H extends Handles>(
  replica: Replica<H>,
  request: TrainRequest,
  settings: OptimizerSettings,
): Program<H['job'], TrainResult> {
  const scalars = yield* train(replica, request)
  return yield* readResult(replica, request, scalars, yield* move(replica, settings, replica.allParameters))
}

/** The gradient of a training step, nothing moved. */
export function* trainGradients<H extends Handles>(
  replica: Replica<H>,
  request: TrainRequest,
): Program<H['job'], TrainResult & { gradients: TensorMap }> {
  const { recurrence, learned, allParameters } = replica
  const scalars = yield* train(replica, request)
  const result = yield* readResult(replica, request, scalars, yield* recurrence.gradientNorm(allParameters))
  return { ...result, gradients: toTensors(learned, yield* recurrence.readGradients()) }
}

/** Loss and gradients of a training step, the regulariser's included; leaves the gradients in the recurrence. */
function* train<H extends Handles>(
  replica: Replica<H>,
  { batch, truncateEvery, dropoutMasks, regulariser }: TrainRequest,
): Program<H['job'], TrainScalars<H>> {
  const { recurrence, network } = replica
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
  const hidden = yield* recurrence.newRows(batch.targetSteps.length, network.wiredLayers.at(-1)!.outputSize)
  yield* recurrence.takeOutputs(batch.targetSteps, hidden)
  const readout = yield* recurrence.readOut(hidden, batch)
  yield* recurrence.backward({
    outputs: { steps: batch.targetSteps, data: yield* recurrence.readOutBackward(readout, hidden, batch) },
    states: null,
    truncateEvery,
    movesColdParts: true,
  })
  let vaaStars: readonly H['scalar'][] | null = null
  if (regulariser !== null) {
    const { weight, draw, target, epsilon } = regulariser
    vaaStars = yield* addWarmupGradients(replica, { batch, draw, target, epsilon, masked: false }, weight)
  }
  return { lossSum: readout.lossSum, vaaStars }
}

function* readResult<H extends Handles>(
  { recurrence, network }: Replica<H>,
  { batch }: TrainRequest,
  { lossSum, vaaStars }: TrainScalars<H>,
  norm: H['scalar'],
): Program<H['job'], TrainResult> {
  const [sum, gradientNorm, ...values] = yield* recurrence.read([lossSum, norm, ...(vaaStars ?? [])])
  return { loss: sum! / lossCount(batch, network), vaaStar: vaaStars && values, gradientNorm: gradientNorm! }
}
