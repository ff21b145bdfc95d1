/**
 * The main thread's side of executors that only it can start, as Electron's: every thread that is started here gets a port to ask over. A line
 * is led through this thread, which reads nothing of what goes over it.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Backend } from '../../../shared/backends/backend.ts'
import { openRemoteBackend } from '../../../shared/backends/remote/remote-backend.ts'
import type { RemotePort } from '../../../shared/backends/remote/remote-port.ts'
import type { FromExecutor } from '../../../shared/backends/remote/remote-protocol.ts'
import { toWireError, type WireError } from '../../../shared/errors/wire-error.ts'
import { ALARM_CLOCK } from '../alarm-clock.ts'
import type { ExecutorRequest } from './executor-request.ts'
import { overMessagePort } from './message-port.ts'

export type OpenExecutor = (request: ExecutorRequest) => Promise<RemotePort>

/** What an executor computes on. */
export type ExecutorDevice = Pick<Backend, 'device' | 'isSoftwareDevice' | 'adapter'>

export interface ToOffering {
  readonly id: number
  /** A line to a new executor, or only what such a one computes on. */
  readonly kind: 'open' | 'describe'
  readonly request: ExecutorRequest
}

export type FromOffering =
  | { readonly id: number; readonly kind: 'opened'; readonly port: MessagePort }
  | { readonly id: number; readonly kind: 'described'; readonly device: ExecutorDevice }
  | { readonly id: number; readonly kind: 'refused'; readonly error: WireError }

let offered: OpenExecutor | null = null
/** By backend. */
const devices = new Map<string, Promise<ExecutorDevice>>()

/** From here on, for every thread that is started. */
export function offerExecutors(open: OpenExecutor): void {
  offered = open
  devices.clear()
}

/** Asked once for all threads: every design and every run that leaves its engine to the lab wants to know, and a window takes its time. */
export function describeOffered(open: OpenExecutor, request: ExecutorRequest): Promise<ExecutorDevice> {
  const known = devices.get(request.backend) ?? describe(open, request)
  devices.set(request.backend, known)
  return known
}

/** Of an executor that is gone with its answer. */
async function describe(open: OpenExecutor, request: ExecutorRequest): Promise<ExecutorDevice> {
  const { device, isSoftwareDevice, adapter, close } = await openRemoteBackend({
    open: () => open(request),
    clock: ALARM_CLOCK,
    where: request.backend,
  })
  close()
  return { device, isSoftwareDevice, adapter }
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
  const answerOpen = async (id: number, request: ExecutorRequest): Promise<void> => {
    const executor = await open(request)
    if (hasEnded) {
      executor.close() // the thread has not waited for it
      return
    }
    const port = relay(executor)
    port1.postMessage({ id, kind: 'opened', port } satisfies FromOffering, [port])
  }
  const answerDescribe = async (id: number, request: ExecutorRequest): Promise<void> =>
    port1.postMessage({
      id,
      kind: 'described',
      device: await describeOffered(open, request),
    } satisfies FromOffering)
  port1.on('message', ({ id, kind, request }: ToOffering) => {
    const answer = kind === 'open' ? answerOpen : answerDescribe
    answer(id, request).catch((error: unknown) =>
      port1.postMessage({ id, kind: 'refused', error: toWireError(error) } satisfies FromOffering),
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
