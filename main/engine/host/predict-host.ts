/** Evaluates a run on test series in a thread of its own: a request enters, the predictions or what went wrong leave. */
import { Worker } from 'node:worker_threads'
import { LabError } from '../../../shared/protocol/errors.ts'
import type { RunPredictions } from '../../../shared/protocol/views.ts'
import { fromWireError, toWireError, type WireError } from '../../../shared/protocol/wire-error.ts'
import type { PredictRequest } from '../predict.ts'
import { threadFile } from '../thread-file.ts'

export interface PredictTask {
  readonly home: string
  readonly request: PredictRequest
}

export type PredictAnswer =
  { readonly ok: true; readonly prediction: RunPredictions } | { readonly ok: false; readonly error: WireError }

/** @throws LabError what `predict` throws; `worker` when the thread dies */
export function predictInThread(home: string, request: PredictRequest): Promise<RunPredictions> {
  const task: PredictTask = { home, request }
  const worker = new Worker(threadFile('predict-thread'), { workerData: task })
  return new Promise<RunPredictions>((resolve, reject) => {
    let failure: unknown = null
    worker.on('message', (answer: PredictAnswer) => {
      if (answer.ok) resolve(answer.prediction)
      else reject(fromWireError(answer.error))
    })
    worker.on('error', (error) => (failure = error))
    // Comes last; after an answer it changes nothing.
    worker.on('exit', (code) =>
      reject(
        new LabError('worker', 'the evaluation has ended without an answer.', {
          where: request.runId,
          found: failure === null ? `exit code ${code}` : toWireError(failure).message,
          remedy: 'Try again; with fewer series if memory is short.',
          cause: failure,
        }),
      ),
    )
  }).finally(() => void worker.terminate())
}
