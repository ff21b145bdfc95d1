/**
 * Graphics adapters as the whole process knows them: its main thread offers how they are found, every thread that it starts gets a port to ask over, and
 * the reports come back. They are found once for all threads, since drivers are slow to load; a thread that nobody offers them looks itself.
 */
import { MessageChannel, workerData, type MessagePort } from 'node:worker_threads'
import { fromWireError, toWireError, type WireError } from '../../../shared/errors/wire-error.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'

type FindDevices = () => Promise<readonly DeviceReport[]>

/** What start-thread.ts adds to a thread's task. */
export interface WithAdapters {
  readonly adapters?: MessagePort
}

type FromMainThread = { readonly reports: readonly DeviceReport[] } | { readonly error: WireError }

let offered: FindDevices | null = null
/** Who has asked the main thread: its answers come in the order of the questions. */
const waiting: ((answer: FromMainThread) => void)[] = []

/** For every thread that is started from here on, and for this one. @param find all devices of the machine; asked as often as somebody needs them */
export function offerDevices(find: FindDevices | null): void {
  offered = find
}

/** The port of a thread that is about to be started; null where threads look for themselves. */
export function adaptersPort(): MessagePort | null {
  if (offered === null) return null
  const find = offered
  const { port1, port2 } = new MessageChannel()
  port1.on('message', () =>
    find().then(
      (reports) => port1.postMessage({ reports } satisfies FromMainThread),
      (error: unknown) => port1.postMessage({ error: toWireError(error) } satisfies FromMainThread),
    ),
  )
  port1.unref()
  return port2
}

/** As the process knows them, those that cannot be used among them; null where this thread is to look itself. @throws LabError why they cannot be looked for */
export async function knownAdapters(): Promise<readonly DeviceReport[] | null> {
  const port = (workerData as WithAdapters | null)?.adapters
  const devices = port === undefined ? ((await offered?.()) ?? null) : await ask(port)
  return devices && devices.filter(({ backend }) => backend === 'webgpu')
}

function ask(port: MessagePort): Promise<readonly DeviceReport[]> {
  const hear = (answer: FromMainThread): void => {
    waiting.shift()!(answer)
    if (waiting.length > 0) return
    port.off('message', hear)
    port.unref()
  }
  return new Promise((resolve, reject) => {
    waiting.push((answer) => ('reports' in answer ? resolve(answer.reports) : reject(fromWireError(answer.error))))
    if (waiting.length === 1) {
      port.on('message', hear)
      port.ref()
    }
    port.postMessage(null)
  })
}
