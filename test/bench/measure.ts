/**
 * How times are taken: contestants that time themselves enter, every contestant's times leave. In each round all of
 * them work in turn, one at a time, because a machine's speed drifts by a factor of two between minutes: only what was
 * measured in the same rounds compares.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../../shared/attractors/convergence.ts'

/** The beginning of each turn is not counted: caches, clock and thread pools are another contestant's until then. */
const SETTLING_MS = 100
const TIMED_MS = 200
/** Of short steps; and at least one that settles and two that count. */
const MOST_STEPS = 20

export interface Contestant {
  readonly name: string
  /** @returns ms of each of that many steps, in order */
  time(steps: number): Promise<readonly number[]>
}

export interface Summary {
  readonly stepMs: number
  readonly minMs: number
}

/** Median and minimum. @param times ms, at least one */
export function summarize(times: readonly number[]): Summary {
  return { stepMs: median(Float64Array.from(times))!, minMs: Math.min(...times) }
}

/** 6 operations a weight, series and step: two forward, four backward; products only. */
export function trainingGflops(weights: number, seriesSteps: number, stepMs: number): number {
  return (6 * weights * seriesSteps) / stepMs / 1e6
}

/**
 * Lets contestants take turns.
 * @param pauseMs between two turns, for threads that spin a while after their work
 * @returns the counted times by contestant, ms, in the contestants' order
 */
export async function alternate(
  contestants: readonly Contestant[],
  { rounds, pauseMs }: { readonly rounds: number; readonly pauseMs: number },
): Promise<number[][]> {
  const times = contestants.map((): number[] => [])
  const turns: { readonly settling: number; readonly timed: number }[] = []
  for (const contestant of contestants) turns.push(planTurn((await contestant.time(2))[1]!))
  for (let round = 0; round < rounds; round++)
    for (const [index, contestant] of contestants.entries()) {
      if (pauseMs > 0) await sleep(pauseMs)
      const { settling, timed } = turns[index]!
      times[index]!.push(...(await contestant.time(settling + timed)).slice(settling))
    }
  return times
}

/** How many steps of about `stepMs` a turn has. */
function planTurn(stepMs: number): { settling: number; timed: number } {
  const steps = (ms: number, least: number): number =>
    stepMs > 0 ? Math.min(MOST_STEPS, Math.max(least, Math.ceil(ms / stepMs))) : least
  return { settling: steps(SETTLING_MS, 1), timed: steps(TIMED_MS, 2) }
}

/**
 * Times something that is too long, or too different each time, for rounds.
 * @param limits runs until `least` are done and either `most` are or `budgetMs` has passed
 * @returns ms of each run
 */
export async function repeat(
  run: () => Promise<void>,
  limits: { readonly least: number; readonly most: number; readonly budgetMs: number },
): Promise<number[]> {
  const times: number[] = []
  const start = performance.now()
  while (times.length < limits.least || (times.length < limits.most && performance.now() - start < limits.budgetMs)) {
    const runStart = performance.now()
    await run()
    times.push(performance.now() - runStart)
  }
  return times
}
