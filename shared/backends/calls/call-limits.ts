/**
 * How long an executor may be silent about a call before it counts as hung: what a call has to compute and how long earlier ones took enter, a
 * bound leaves. A bound that is too short would end a healthy run, so it is far above what was measured.
 */
import type { SeriesBatch } from '../../datasets/dataset.ts'
import type { ConvergeRequest, LagRequest, PerReplica, RestRequest, TrainRequest, WarmupRequest } from '../backend.ts'
import { LabError } from '../../errors/errors.ts'
import type { EngineCall } from './called-engine.ts'

/** The clock of the host. */
export interface AlarmClock {
  /** ms, from any moment on */
  now(): number
  /** Calls `act` after so many ms, if it is not taken back before. @returns takes it back */
  after(ms: number, act: () => void): () => void
}

/** The first call of its kind: programs are compiled then, on some drivers for minutes. */
export const FIRST_CALL_LIMIT_MS = 15 * 60_000
/** Drivers compile anew for another shape, and a machine may be busy with something else. */
const LEAST_LIMIT_MS = 2 * 60_000
const TIMES_THE_SLOWEST = 20

export class CallLimits {
  /** By call: the most ms for one unit of work. */
  readonly #slowest = new Map<EngineCall, number>()

  /** @param work see `workOf` */
  limitMs(call: EngineCall, work: number): number {
    const slowest = this.#slowest.get(call)
    if (slowest === undefined) return FIRST_CALL_LIMIT_MS
    return Math.max(LEAST_LIMIT_MS, TIMES_THE_SLOWEST * slowest * work)
  }

  /** A call was answered. */
  note(call: EngineCall, work: number, elapsedMs: number): void {
    this.#slowest.set(call, Math.max(this.#slowest.get(call) ?? 0, elapsedMs / work))
  }
}

/** Steps times series of all batches in a call's parameters; 1 for a call without any. */
export function workOf(parameters: readonly unknown[]): number {
  const [requests] = parameters
  if (!Array.isArray(requests)) return 1
  return (requests as PerReplica<EngineRequest>).reduce((sum, request) => sum + stepsTimesSeries(request), 0) || 1
}

type EngineRequest = SeriesBatch | WarmupRequest | TrainRequest | ConvergeRequest | RestRequest | LagRequest

function stepsTimesSeries(request: EngineRequest | null): number {
  if (request === null) return 0
  if (typeof request.batch === 'number') return (request as SeriesBatch).steps * request.batch
  const { steps, batch } = request.batch
  return (steps + convergenceStepsOf(request as Exclude<EngineRequest, SeriesBatch>)) * batch
}

function convergenceStepsOf(request: Exclude<EngineRequest, SeriesBatch>): number {
  if ('draw' in request) return request.draw.convergenceSteps
  if ('convergenceSteps' in request) return request.convergenceSteps
  if ('maxConvergenceSteps' in request) return request.maxConvergenceSteps
  return 'regulariser' in request ? (request.regulariser?.draw.convergenceSteps ?? 0) : 0
}

/** What computes has not answered in time. @param where what is computed on */
export function hungDevice(where: string, limitMs: number): LabError {
  return deviceLost(where, 'the device does not answer.', `nothing for ${Math.round(limitMs / 1000)} s`)
}

/** What computes is gone, with all that it held. */
export function deviceLost(where: string, summary: string, found: string): LabError {
  return new LabError('device-lost', summary, {
    where,
    found,
    remedy: 'Resume the run: it goes on from its last checkpoint. Where it happens again, choose another backend.',
  })
}
