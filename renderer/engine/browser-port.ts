/**
 * One end of a line as a MessagePort of the browser. Nothing is handed over with a message: at the other end of a desktop's line is Electron's
 * own kind of port, which takes copies alone.
 */
import type { RemotePort } from '../../shared/backends/remote/remote-port.ts'

export function overBrowserPort(port: MessagePort): RemotePort {
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.addEventListener('message', ({ data }) => listener(data))
      port.start()
    },
    // Older browsers do not say it; their ports end with the page.
    onEnd: (listener) => port.addEventListener('close', () => listener('the line was closed')),
    close: () => port.close(),
  }
}
