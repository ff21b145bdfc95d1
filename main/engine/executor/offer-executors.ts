/**
 * The main thread's side of executors that only it can start, as Electron's: every thread that is started here gets a port to ask over. A line
 * is led through this thread, which reads nothing of what goes over it.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { RemotePort } from '../../../shared/backends/remote/remote-port.ts'
import type { FromExecutor } from '../../../shared/backends/remote/remote-protocol.ts'
import { toWireError, type WireError } from '../../../shared/protocol/wire-error.ts'
import type { ExecutorRequest } from './executor-request.ts'
import { overMessagePort } from './message-port.ts'

export type OpenExecutor = (request: ExecutorRequest) => Promise<RemotePort>

export interface ToOffering {
  readonly id: number
  readonly request: ExecutorRequest
}

export type FromOffering =
  | { readonly id: number; readonly kind: 'opened'; readonly port: MessagePort }
  | { readonly id: number; readonly kind: 'refused'; readonly error: WireError }

let offered: OpenExecutor | null = null

/** From here on, for every thread that is started. */
export function offerExecutors(open: OpenExecutor): void {
  offered = open
}

/** In the thread that offers them. */
export const offeredExecutors = (): OpenExecutor | null => offered

/** The port of a thread that is about to be started; null where threads start executors themselves. */
export function offeringPort(): MessagePort | null {
  if (offered === null) return null
  const open = offered
  const { port1, port2 } = new MessageChannel()
  let hasEnded = false
  port1.once('close', () => (hasEnded = true))
  port1.on('message', ({ id, request }: ToOffering) => {
    open(request).then(
      (executor) => {
        if (hasEnded) {
          executor.close() // the thread has not waited for it
          return
        }
        const port = relay(executor)
        port1.postMessage({ id, kind: 'opened', port } satisfies FromOffering, [port])
      },
      (error: unknown) => port1.postMessage({ id, kind: 'refused', error: toWireError(error) } satisfies FromOffering),
    )
  })
  port1.unref()
  return port2
}

/** @returns the other end of a line through this thread; it and the executor end together */
function relay(executor: RemotePort): MessagePort {
  const { port1, port2 } = new MessageChannel()
  const near = overMessagePort(port1)
  near.onMessage((message) => executor.post(message, []))
  near.onEnd(() => executor.close())
  executor.onMessage((message) => near.post(message, []))
  executor.onEnd((cause) => {
    near.post({ kind: 'ended', cause } satisfies FromExecutor, [])
    near.close()
  })
  port1.unref()
  return port2
}
