/** What is asked of a thread that evaluates runs, over its MessagePort. */
import type { RunGradientByLag } from '../../../shared/protocol/insight-views.ts'
import type { RunPredictions } from '../../../shared/protocol/prediction-views.ts'
import type { EngineOptions } from '../engine-options.ts'
import type { LagMeasureRequest } from '../gradient-by-lag.ts'
import type { PredictRequest } from '../predict.ts'

/** What the thread starts with. */
export interface EvaluationTask {
  readonly home: string
  readonly engine: EngineOptions
}

/** Every question, with its answer. */
export type EvaluationQuestions = {
  predict: { ask: PredictRequest; answer: RunPredictions }
  'gradient-by-lag': { ask: LagMeasureRequest; answer: RunGradientByLag }
}
