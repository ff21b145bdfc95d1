/** Evaluates a run in a thread of its own, on test series or for how far its gradient reaches: a request enters, the answer or what went wrong leaves. */
import { LabError } from '../../../shared/protocol/errors.ts'
import type { RunGradientByLag, RunPredictions } from '../../../shared/protocol/views.ts'
import { fromWireError, toWireError, type WireError } from '../../../shared/protocol/wire-error.ts'
import type { LagMeasureRequest } from '../gradient-by-lag.ts'
import type { PredictRequest } from '../predict.ts'
import { startThread } from '../start-thread.ts'

export type PredictTask =
  | { readonly kind: 'predict'; readonly home: string; readonly request: PredictRequest }
  | { readonly kind: 'gradient-by-lag'; readonly home: string; readonly request: LagMeasureRequest }

export type PredictAnswer =
  | { readonly ok: true; readonly result: RunPredictions | RunGradientByLag }
  | { readonly ok: false; readonly error: WireError }

/** @throws LabError what `predict` throws; `worker` when the thread dies */
export function predictInThread(home: string, request: PredictRequest): Promise<RunPredictions> {
  return evaluateInThread<RunPredictions>({ kind: 'predict', home, request })
}

/** @throws LabError what `measureGradientByLag` throws; `worker` when the thread dies */
export function gradientByLagInThread(home: string, request: LagMeasureRequest): Promise<RunGradientByLag> {
  return evaluateInThread<RunGradientByLag>({ kind: 'gradient-by-lag', home, request })
}

function evaluateInThread<Result>(task: PredictTask): Promise<Result> {
  const worker = startThread('predict-thread', task)
  return new Promise<Result>((resolve, reject) => {
    let failure: unknown = null
    worker.on('message', (answer: PredictAnswer) => {
      if (answer.ok) resolve(answer.result as Result)
      else reject(fromWireError(answer.error))
    })
    worker.on('error', (error) => (failure = error))
    // Comes last; after an answer it changes nothing.
    worker.on('exit', (code) =>
      reject(
        new LabError('worker', 'the evaluation has ended without an answer.', {
          where: task.request.runId,
          found: failure === null ? `exit code ${code}` : toWireError(failure).message,
          remedy: 'Try again; with fewer series if memory is short.',
          cause: failure,
        }),
      ),
    )
  }).finally(() => void worker.terminate())
}
