/**
 * How long a run was trained until which step: the entries of its log enter, with the time of each; steps with the milliseconds until them leave. What passed while
 * it was paused, waited or lay crashed is left out, as is what was trained in vain and taken again.
 */
import type { LogEntry } from './log.ts'
import type { PhaseStep } from './timeline.ts'

export interface TimedStep extends PhaseStep {
  readonly ms: number
}

/** Between two of them a run is taken to go at one speed; more do not show on a chart. */
const MOST_STEPS = 2000

/** @returns ascending in steps and in time; none for a log without a step */
export function timeSteps(entries: readonly LogEntry[]): TimedStep[] {
  const steps: TimedStep[] = []
  let phase: PhaseStep['phase'] = 'warm-up'
  /** Since when it is trained without its time being counted; null: it is not trained. */
  let sinceMs: number | null = null
  for (const entry of entries) {
    const atMs = Date.parse(entry.at)
    if (entry.kind === 'status') sinceMs = entry.status === 'running' ? atMs : null
    if (entry.kind === 'phase' && entry.phase !== 'test') phase = entry.phase
    const at = stepOf(entry, phase)
    if (at === null) continue
    phase = at.phase
    while (steps.length > 0 && !isBefore(steps.at(-1)!, at)) steps.pop()
    const passedMs = sinceMs === null ? 0 : Math.max(0, atMs - sinceMs)
    sinceMs = sinceMs === null ? null : atMs
    steps.push({ ...at, ms: (steps.at(-1)?.ms ?? 0) + passedMs })
  }
  return thinned(steps)
}

function stepOf(entry: LogEntry, phase: PhaseStep['phase']): PhaseStep | null {
  switch (entry.kind) {
    case 'phase':
      return entry.phase === 'test' ? null : { phase: entry.phase, step: entry.step }
    case 'validation':
      return { phase: 'training', step: entry.step }
    case 'measure':
      return { phase: entry.phase, step: entry.step }
    case 'checkpoint':
    case 'restart':
    case 'warmed-up':
      return { phase, step: entry.step }
    case 'fork':
      return { phase: entry.from.phase, step: entry.from.step }
    default:
      return null
  }
}

const isBefore = (one: PhaseStep, other: PhaseStep): boolean =>
  one.phase === other.phase ? one.step < other.step : one.phase === 'warm-up'

/** The first and the last stay. */
function thinned(steps: readonly TimedStep[]): TimedStep[] {
  const every = Math.ceil(steps.length / MOST_STEPS)
  return steps.filter((_, index) => index % every === 0 || index === steps.length - 1)
}
