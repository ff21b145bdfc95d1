/** A worker thread that evaluates runs, so that whoever answers the windows goes on answering. */
import { workerData } from 'node:worker_threads'
import { RunStore } from '../../store/run-store.ts'
import { answerQuestions } from '../answer-questions.ts'
import { measureGradientByLag } from '../gradient-by-lag.ts'
import { predict } from '../predict.ts'
import type { EvaluationQuestions, EvaluationTask } from './evaluation-protocol.ts'

const { home, engine } = workerData as EvaluationTask
const store = new RunStore(home)

answerQuestions<EvaluationQuestions>({
  predict: (request) => predict(store, home, engine, request),
  'gradient-by-lag': (request) => measureGradientByLag(store, home, engine, request),
})
