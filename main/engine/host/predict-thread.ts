/** A worker thread for one evaluation of a run on test series, so that whoever answers the windows goes on answering; it ends with its answer. */
import { parentPort, workerData } from 'node:worker_threads'
import { toWireError } from '../../../shared/protocol/wire-error.ts'
import { RunStore } from '../../store/run-store.ts'
import { predict } from '../predict.ts'
import type { PredictAnswer, PredictTask } from './predict-host.ts'

const { home, request } = workerData as PredictTask
const answer = (message: PredictAnswer): void => parentPort!.postMessage(message)

predict(new RunStore(home), home, request).then(
  (prediction) => answer({ ok: true, prediction }),
  (error: unknown) => answer({ ok: false, error: toWireError(error) }),
)
