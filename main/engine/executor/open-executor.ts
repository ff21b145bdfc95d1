/**
 * Starts executors for the thread that asks: over the port that its main thread has given it, or else as a child process. A request enters, the
 * line to a new executor leaves.
 */
import { workerData, type MessagePort } from 'node:worker_threads'
import type { RemotePort } from '../../../shared/backends/remote/remote-port.ts'
import { fromWireError } from '../../../shared/errors/wire-error.ts'
import type { ExecutorRequest } from './executor-request.ts'
import { forkExecutor } from './fork-executor.ts'
import { overMessagePort } from './message-port.ts'
import {
  describeOffered,
  offeredExecutors,
  type ExecutorDevice,
  type FromOffering,
  type ToOffering,
} from './offer-executors.ts'

/** What start-thread.ts adds to a thread's task. */
export interface WithExecutors {
  readonly executors?: MessagePort
}

let requestCount = 0

/** Whether executors are started by the main thread for all, as under Electron. */
export function hasOfferedExecutors(): boolean {
  return offeredExecutors() !== null || mainThreadPort() !== undefined
}

/** @throws LabError why none can be started */
export async function openExecutor(request: ExecutorRequest): Promise<RemotePort> {
  const open = offeredExecutors()
  if (open !== null) return open(request)
  const port = mainThreadPort()
  if (port === undefined) return forkExecutor(request)
  const answer = await ask(port, 'open', request)
  return overMessagePort(answer.port)
}

/** What an executor that the main thread starts computes on. @throws LabError why none can be started, or what is wrong with its backend */
export async function describeExecutor(request: ExecutorRequest): Promise<ExecutorDevice> {
  const open = offeredExecutors()
  if (open !== null) return describeOffered(open, request)
  const port = mainThreadPort()
  if (port === undefined) throw new TypeError('no main thread offers executors')
  return (await ask(port, 'describe', request)).device
}

function mainThreadPort(): MessagePort | undefined {
  return (workerData as WithExecutors | null)?.executors
}

/** The answer to each kind of question. */
interface Answers {
  readonly open: FromOffering & { readonly kind: 'opened' }
  readonly describe: FromOffering & { readonly kind: 'described' }
}

function ask<Kind extends ToOffering['kind']>(
  port: MessagePort,
  kind: Kind,
  request: ExecutorRequest,
): Promise<Answers[Kind]> {
  const id = ++requestCount
  return new Promise((resolve, reject) => {
    const hear = (message: FromOffering): void => {
      if (message.id !== id) return
      port.off('message', hear)
      if (port.listenerCount('message') === 0) port.unref()
      if (message.kind === 'refused') reject(fromWireError(message.error))
      else resolve(message as Answers[Kind])
    }
    port.on('message', hear)
    port.ref()
    port.postMessage({ id, kind, request } satisfies ToOffering)
  })
}
