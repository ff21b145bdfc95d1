/**
 * The log of a run: what happened to it, when, as data; the words are the screens'. Events and changes of its state enter, entries leave.
 * Unlike the metrics it is not cut: steps that were taken twice, because of a crash, stand there twice. Only a status that was not reached goes.
 */
import { isSameContent } from './data-content.ts'
import type { Divergence } from './divergence.ts'
import { isSameEngine, type DeviceLoss, type EngineStretch, type RunDevice } from './engine-history.ts'
import { meanInterval, readObject, readUsedSteps, readVaa } from './read-vaa.ts'
import type { CheckpointName, RunEvent, RunOrigin, RunRecord, RunStatus } from './run.ts'

export type LogEntryBody =
  /** @see previous: `running` before `running` is a run that was taken up after a crash */
  | {
      readonly kind: 'status'
      readonly status: RunStatus
      readonly previous: RunStatus
      readonly message: string | null
    }
  | { readonly kind: 'phase'; readonly phase: 'warm-up' | 'training' | 'test'; readonly step: number }
  | ({ readonly kind: 'diverged' } & Divergence)
  | { readonly kind: 'restart'; readonly step: number; readonly seeds: readonly number[] }
  /** The warm-up was checked: VAA* of the worst layer, a value a seed. */
  | { readonly kind: 'warmed-up'; readonly step: number; readonly vaaStar: readonly (number | null)[] }
  | {
      readonly kind: 'validation'
      readonly step: number
      readonly epoch: number
      readonly loss: number
      readonly accuracy: number | null
      /** Seeds that have never been better. */
      readonly bestCount: number
    }
  | {
      readonly kind: 'measure'
      readonly phase: 'warm-up' | 'training'
      readonly step: number
      /** Means over seeds. Null where VAA is no point. */
      readonly vaa: number | null
      /** Means of the ends of the seeds' intervals, and M of the series that took longest; entries of earlier versions have none. */
      readonly vaaLow?: number | null
      readonly vaaHigh?: number | null
      readonly vaaSteps?: number | null
      /** Whether no M was given: the states counted below are then at rest, or not. */
      readonly isAtRest?: boolean
      readonly vaaStar: number | null
      readonly unconvergedCount: number
      readonly comparedCount: number
    }
  | { readonly kind: 'checkpoint'; readonly keptAs: CheckpointName; readonly bytes: number; readonly step: number }
  | { readonly kind: 'test'; readonly metric: string; readonly best: number; readonly bestIsLast?: true }
  | { readonly kind: 'fork'; readonly from: RunOrigin }
  /** The run goes on with other data than it began with, as the user has asked for. */
  | { readonly kind: 'other-data'; readonly sha256: string; readonly before: string }
  /** The run goes on, or begins, on another engine than that of the steps before, or on the same device with other kernels; `before` is null where there are none. */
  | { readonly kind: 'engine'; readonly engine: EngineStretch; readonly before: RunDevice | null }
  | ({ readonly kind: 'device-lost' } & DeviceLoss)
  | { readonly kind: 'message'; readonly level: 'info' | 'warning' | 'error'; readonly message: string }

/** One line of `log.jsonl`. */
export type LogEntry = LogEntryBody & {
  /** ISO time. */
  readonly at: string
}

export type LogLevel = 'info' | 'warning' | 'error'

export function logLevel(entry: LogEntryBody): LogLevel {
  switch (entry.kind) {
    case 'message':
      return entry.level
    case 'restart':
    case 'other-data':
    case 'diverged':
    case 'device-lost':
      return 'warning'
    case 'engine':
      return entry.before === null ? 'info' : 'warning'
    case 'status':
      if (entry.status === 'failed' || entry.status === 'diverged') return 'error'
      return entry.status === 'running' && entry.previous === 'running' ? 'warning' : 'info'
    default:
      return 'info'
  }
}

const mean = (values: readonly (number | null | undefined)[]): number | null => {
  const known = values.filter((value): value is number => typeof value === 'number' && !Number.isNaN(value))
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/**
 * What a log says of an event; null for those that come with every step.
 * @param step the last one of the run's phase
 */
export function describeEvent(event: RunEvent, seeds: readonly number[], step: number): LogEntryBody | null {
  switch (event.type) {
    case 'phase':
      return { kind: 'phase', phase: event.phase, step: event.step }
    case 'warmup-end': {
      const again = seeds.filter((_, r) => event.restarted[r])
      if (again.length > 0) return { kind: 'restart', step, seeds: again }
      return {
        kind: 'warmed-up',
        step,
        vaaStar: event.vaaStar.map((layers) => {
          const known = layers.filter((value) => typeof value === 'number' && !Number.isNaN(value))
          return known.length === 0 ? null : known.reduce((most, value) => Math.max(most, value))
        }),
      }
    }
    case 'validation':
      return {
        kind: 'validation',
        step: event.step,
        epoch: event.epoch,
        loss: mean(event.loss) ?? 0,
        accuracy: event.accuracy && mean(event.accuracy),
        bestCount: event.best.filter((isBest) => isBest).length,
      }
    case 'measure': {
      const seedsMeasured = (event.vaa ?? []).map(readObject).filter((entry) => entry !== null)
      const interval = meanInterval(seedsMeasured.map(readVaa))
      const steps = seedsMeasured.map(readUsedSteps).filter((count) => count !== null)
      const total = (field: string): number =>
        seedsMeasured.reduce((sum, entry) => sum + (typeof entry[field] === 'number' ? entry[field] : 0), 0)
      const unconvergedCount = total('unconvergedCount')
      return {
        kind: 'measure',
        phase: event.phase,
        step: event.step,
        vaa: interval !== null && interval.low === interval.high ? interval.low : null,
        vaaLow: interval && interval.low,
        vaaHigh: interval && interval.high,
        vaaSteps: steps.length === 0 ? null : Math.max(...steps),
        isAtRest: seedsMeasured.some(({ vaaLow }) => typeof vaaLow === 'number'),
        vaaStar: mean((event.vaaStar ?? []).map(mean)),
        unconvergedCount,
        comparedCount: total('fixedCount') + total('periodicCount') + unconvergedCount,
      }
    }
    case 'diverged': {
      const { seed, phase, step: at, quantity, value } = event
      return { kind: 'diverged', seed, phase, step: at, quantity, value }
    }
    case 'test': {
      const { metric, best, bestIsLast } = event.result
      return { kind: 'test', metric, best: mean(best) ?? 0, ...(bestIsLast && { bestIsLast }) }
    }
    case 'fork':
      return { kind: 'fork', from: event.from }
    case 'log':
      return { kind: 'message', level: event.level, message: event.message }
    default:
      return null
  }
}

/** What a log says of a change of the record, beside that of its status. */
export function describeChange(before: RunRecord, now: RunRecord): LogEntryBody[] {
  const entries: LogEntryBody[] = []
  if (before.data !== null && now.data !== null && !isSameContent(before.data, now.data))
    entries.push({ kind: 'other-data', sha256: now.data.sha256, before: before.data.sha256 })
  for (const loss of now.deviceLosses.slice(before.deviceLosses.length)) entries.push({ kind: 'device-lost', ...loss })
  const engine = now.engines.at(-1)
  const engineBefore = before.engines.at(-1) ?? null
  if (engine !== undefined && (engineBefore === null || !isSameEngine(engine, engineBefore)))
    entries.push({
      kind: 'engine',
      engine,
      before: engineBefore && { backend: engineBefore.backend, device: engineBefore.device },
    })
  return entries
}
