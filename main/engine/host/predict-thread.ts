/** A worker thread for one evaluation of a run, so that whoever answers the windows goes on answering; it ends with its answer. */
import { parentPort, workerData } from 'node:worker_threads'
import { toWireError } from '../../../shared/protocol/wire-error.ts'
import { RunStore } from '../../store/run-store.ts'
import { measureGradientByLag } from '../gradient-by-lag.ts'
import { predict } from '../predict.ts'
import type { PredictAnswer, PredictTask } from './predict-host.ts'

const task = workerData as PredictTask
const answer = (message: PredictAnswer): void => parentPort!.postMessage(message)
const store = new RunStore(task.home)

const work =
  task.kind === 'predict'
    ? predict(store, task.home, task.request)
    : measureGradientByLag(store, task.home, task.request)
work.then(
  (result) => answer({ ok: true, result }),
  (error: unknown) => answer({ ok: false, error: toWireError(error) }),
)
