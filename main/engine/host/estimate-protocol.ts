/** What is asked of the thread that measures designs, over its MessagePort. */
import type { Strategy } from '../../../shared/experiments/config.ts'
import type { TimeEstimate } from '../../../shared/training/estimate.ts'
import type { EngineOptions } from '../engine-options.ts'

/** What the thread starts with. */
export interface EstimateTask {
  readonly engine: EngineOptions
  /** Where relative paths of own series start. */
  readonly baseFolder: string
}

export type StrategyEstimate = TimeEstimate & { readonly strategy: Strategy }

/** Every question, with its answer. */
export type EstimateQuestions = {
  /** @param ask any JSON that a configuration file may hold */
  measure: { ask: unknown; answer: readonly StrategyEstimate[] }
}
