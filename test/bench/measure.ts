/**
 * How times are taken: contestants that time themselves enter, every contestant's times leave. In each round all of
 * them work in turn, one at a time, because a machine's speed drifts by a factor of two between minutes: only what was
 * measured in the same rounds compares.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../../shared/attractors/convergence.ts'

/** Steps of each turn that are not counted: caches, clock and thread pools are another contestant's until then. */
const SETTLING_STEPS = 1
const TIMED_STEPS = 2

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
  for (let round = 0; round < rounds; round++)
    for (const [index, contestant] of contestants.entries()) {
      if (pauseMs > 0) await sleep(pauseMs)
      times[index]!.push(...(await contestant.time(SETTLING_STEPS + TIMED_STEPS)).slice(SETTLING_STEPS))
    }
  return times
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
