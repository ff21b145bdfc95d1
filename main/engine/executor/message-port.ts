/** One end of a line as a MessagePort of Node, between threads of a process. */
import type { MessagePort } from 'node:worker_threads'
import type { RemotePort } from '../../../shared/backends/remote/remote-port.ts'

/** @param close ends what is on the other side, too, where this side has started it */
export function overMessagePort(port: MessagePort, close = (): void => port.close()): RemotePort {
  return {
    post: (message, transfer) => port.postMessage(message, [...transfer]),
    onMessage: (listener) => port.on('message', listener),
    onEnd(listener) {
      port.once('close', () => listener('the line was closed'))
      port.once('messageerror', (error) => {
        listener(`a message that cannot be read: ${error.message}`)
        close()
      })
    },
    holdOpen: (isWaiting) => (isWaiting ? port.ref() : port.unref()),
    close,
  }
}
