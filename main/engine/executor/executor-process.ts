/**
 * The program of an executor's process: what it serves stands in its argument, calls come from the process that has started it. A native library
 * that crashes takes this process along and no other. It ends with the line.
 */
import process from 'node:process'
import type { RemotePort } from '../../../shared/backends/remote/remote-port.ts'
import { serveBackend } from '../../../shared/backends/remote/serve-backend.ts'
import { loadBackend } from '../load-backend.ts'
import { fromArgument } from './executor-request.ts'
import { becomeExecutor } from './executor-role.ts'

/** Electron's utility process has this instead of `send`; Node's types do not know it. */
interface UtilityPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void
  postMessage(message: unknown): void
}

function lineToParent(): RemotePort {
  const { parentPort } = process as { readonly parentPort?: UtilityPort }
  if (parentPort !== undefined)
    return {
      post: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
      onEnd: () => undefined, // the parent ends this process
      close: () => process.exit(),
    }
  return {
    post: (message) => process.send?.(message),
    onMessage: (listener) => process.on('message', listener),
    onEnd: (listener) => process.once('disconnect', () => listener('the parent has ended')),
    close: () => process.disconnect(),
  }
}

becomeExecutor()
const { backend, options } = fromArgument(process.argv.at(-1)!)
const line = lineToParent()
line.onEnd(() => process.exit())
serveBackend(line, loadBackend(backend, options))
