/** An executor as a child process of Node: a request enters, the line to it leaves. It lives as long as the line. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RemotePort } from '../../../shared/backends/remote/remote-port.ts'
import { toArgument, type ExecutorRequest } from './executor-request.ts'

const PROGRAM = fileURLToPath(new URL('./executor-process.ts', import.meta.url))

export function forkExecutor(request: ExecutorRequest): RemotePort {
  const child = fork(PROGRAM, [toArgument(request)], {
    serialization: 'advanced', // typed arrays and maps as they are
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const channel = child.channel!
  return {
    post(message) {
      // What cannot be sent any more is told by the child's end.
      if (child.connected) child.send(message as object, () => undefined)
    },
    onMessage: (listener) => child.on('message', listener),
    onEnd(listener) {
      child.once('error', (error) => listener(error.message))
      child.once('exit', (code, signal) => listener(signal === null ? `exit code ${code}` : `ended by ${signal}`))
    },
    holdOpen(isWaiting) {
      for (const held of [child, channel])
        if (isWaiting) held.ref()
        else held.unref()
    },
    close: () => child.kill('SIGKILL'), // native code may hear nothing gentler
  }
}
