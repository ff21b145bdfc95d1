/**
 * An executor as a child process of Node: a request enters, the line to it leaves. It lives as long as the line. What native libraries write while all is
 * well is kept from the terminal; the end of it is told when the process ends.
 */
import { fork } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { RemotePort } from '../../../shared/backends/remote/remote-port.ts'
import { toArgument, type ExecutorRequest } from './executor-request.ts'

/** Of what it has written, so much at most is told. */
const LAST_WORDS = 400

const PROGRAM = fileURLToPath(new URL('./executor-process.ts', import.meta.url))

export function forkExecutor(request: ExecutorRequest): RemotePort {
  const child = fork(PROGRAM, [toArgument(request)], {
    serialization: 'advanced', // typed arrays and maps as they are
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const channel = child.channel!
  let lastWords = ''
  const errors = child.stderr as Socket
  errors.setEncoding('utf8').on('data', (text: string) => (lastWords = (lastWords + text).slice(-LAST_WORDS)))
  errors.unref()
  return {
    post(message) {
      // What cannot be sent any more is told by the child's end.
      if (child.connected) child.send(message as object, () => undefined)
    },
    onMessage: (listener) => child.on('message', listener),
    onEnd(listener) {
      child.once('error', (error) => listener(error.message))
      child.once('close', (code, signal) => {
        const end = signal === null ? `exit code ${code}` : `ended by ${signal}`
        listener(lastWords === '' ? end : `${end}, after it wrote: ${lastWords.trim()}`)
      })
    },
    holdOpen(isWaiting) {
      for (const held of [child, channel])
        if (isWaiting) held.ref()
        else held.unref()
    },
    close: () => child.kill('SIGKILL'), // native code may hear nothing gentler
  }
}
