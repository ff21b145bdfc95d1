/**
 * The whole programs of backend.ts, written once over the recurrence of a backend: steps are made of its parts. The programs stand beside
 * this file.
 */
import type { TensorMap } from '../../numerics/dims.ts'
import type {
  OptimizerSettings,
  PerReplica,
  TrainRequest,
  TrainResult,
  WarmupRequest,
  WarmupResult,
} from '../backend.ts'
import type { Handles, Recurrence } from '../recurrence.ts'
import { batchOf, MeasuringEngine, optimizerOf } from './measuring-engine.ts'
import { trainGradients, trainStep } from './train.ts'
import { warmupGradients, warmupStep } from './warm-up.ts'

export type { JobHost, SequenceSize } from './measuring-engine.ts'

export class ProgramEngine<H extends Handles> extends MeasuringEngine<H, Recurrence<H>> {
  trainStep(
    requests: PerReplica<TrainRequest>,
    optimizers: PerReplica<OptimizerSettings>,
  ): Promise<PerReplica<TrainResult>> {
    return this.runAll(requests, batchOf, (replica, request, index) =>
      trainStep(replica, request, optimizerOf(optimizers, index)),
    )
  }

  trainGradients(requests: PerReplica<TrainRequest>): Promise<PerReplica<TrainResult & { gradients: TensorMap }>> {
    return this.runAll(requests, batchOf, trainGradients)
  }

  warmupStep(
    requests: PerReplica<WarmupRequest>,
    optimizers: PerReplica<OptimizerSettings>,
  ): Promise<PerReplica<WarmupResult>> {
    return this.runAll(requests, batchOf, (replica, request, index) =>
      warmupStep(replica, request, optimizerOf(optimizers, index)),
    )
  }

  warmupGradients(requests: PerReplica<WarmupRequest>): Promise<PerReplica<WarmupResult & { gradients: TensorMap }>> {
    return this.runAll(requests, batchOf, warmupGradients)
  }
}
