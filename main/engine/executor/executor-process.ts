/**
 * The program of an executor's process: what it serves stands in its argument, calls come from the process that has started it, and a thread carries
 * them out (executor-thread.ts), so that a long one keeps nobody waiting here. A native library that crashes takes this process along and no
 * other. It ends with the line.
 */
import process from 'node:process'
import type { RemotePort } from '../../../shared/backends/remote/remote-port.ts'
import type { FromExecutor } from '../../../shared/backends/remote/remote-protocol.ts'
import { startThread } from '../start-thread.ts'
import { setTensorflowEnvironment } from '../tensorflow/environment.ts'
import { fromArgument } from './executor-request.ts'

/** Electron's utility process has this instead of `send`; Node's types do not know it. */
interface UtilityPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void
  postMessage(message: unknown): void
}

function lineToParent(): Pick<RemotePort, 'post' | 'onMessage' | 'onEnd'> {
  const { parentPort } = process as { readonly parentPort?: UtilityPort }
  if (parentPort !== undefined)
    return {
      post: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
      onEnd: () => undefined, // the parent ends this process
    }
  return {
    post: (message) => process.send?.(message),
    onMessage: (listener) => process.on('message', listener),
    onEnd: (listener) => process.once('disconnect', () => listener('the parent has ended')),
  }
}

setTensorflowEnvironment()
const line = lineToParent()
const thread = startThread('executor-thread', fromArgument(process.argv.at(-1)!))
line.onMessage((message) => thread.postMessage(message))
line.onEnd(() => process.kill(process.pid, 'SIGKILL')) // an exit would wait for what the thread computes
thread.on('message', (message: FromExecutor) => line.post(message, []))
thread.once('error', ({ message }) => line.post({ kind: 'ended', cause: message } satisfies FromExecutor, []))
thread.once('exit', (code) => process.exit(code))
