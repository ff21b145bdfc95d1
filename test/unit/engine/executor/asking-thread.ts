/** A thread that asks its main thread for an executor, calls everything there, and tells what came back or what went wrong. */
import { parentPort, workerData } from 'node:worker_threads'
import { openRemoteBackend } from '../../../../shared/backends/remote/remote-backend.ts'
import { toWireError } from '../../../../shared/errors/wire-error.ts'
import { ALARM_CLOCK } from '../../../../main/engine/alarm-clock.ts'
import { describeExecutor, openExecutor } from '../../../../main/engine/executor/open-executor.ts'
import { callEverything, NETWORK, REPLICAS } from '../../backends/remote/every-call.ts'

const { backend: name, onlyDescribes } = workerData as { backend: string; onlyDescribes?: boolean }

const request = { backend: name, options: {} }

try {
  if (onlyDescribes) parentPort!.postMessage({ answers: await describeExecutor(request) })
  else {
    const backend = await openRemoteBackend({ open: () => openExecutor(request), clock: ALARM_CLOCK, where: name })
    parentPort!.postMessage({ answers: await callEverything(await backend.createEngine(NETWORK, REPLICAS)) })
    backend.close()
  }
} catch (error) {
  parentPort!.postMessage({ error: toWireError(error) })
}
