/**
 * Evaluates runs, on test series or for how far their gradient reaches: a request enters, the answer or what went wrong leaves. Each has its
 * own series, weights and engine in memory, so only a few are at work at once, in threads that end with their answer.
 */
import { AskedPool } from '../asked-pool.ts'
import type { EngineOptions } from '../engine-options.ts'
import type { EvaluationQuestions, EvaluationTask } from './evaluation-protocol.ts'

/** Beside a training, which has the cores; more at once are done no sooner. */
const MOST_AT_ONCE = 2
/** Of a thousand long series on one core. */
const LIMIT_MS = 300_000

export type Evaluator = AskedPool<EvaluationQuestions>

/** @param home of the runs */
export function createEvaluator(home: string, engine: EngineOptions): Evaluator {
  const task: EvaluationTask = { home, engine }
  return new AskedPool({
    name: 'evaluation-thread',
    task,
    where: 'the evaluation of a run',
    remedy: 'Try again; with fewer series if memory or time is short.',
    mostThreads: MOST_AT_ONCE,
    mostIdle: 0,
    limitMs: () => LIMIT_MS,
  })
}
