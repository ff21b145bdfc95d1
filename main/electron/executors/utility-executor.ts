/** An executor in a utility process of Electron: for native libraries that its main process does not bear. A request enters, the line leaves. */
import { utilityProcess } from 'electron'
import path from 'node:path'
import type { RemotePort } from '../../../shared/backends/remote/remote-port.ts'
import { toArgument, type ExecutorRequest } from '../../engine/executor/executor-request.ts'

/** @param folder of the bundle, which holds the process's program */
export function startUtilityExecutor(folder: string, request: ExecutorRequest): RemotePort {
  const child = utilityProcess.fork(path.join(folder, 'executor-process.cjs'), [toArgument(request)], {
    serviceName: 'Warmup Lab engine',
  })
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => child.on('message', listener),
    onEnd: (listener) => child.once('exit', (code) => listener(`exit code ${code}`)),
    close: () => child.kill(),
  }
}
