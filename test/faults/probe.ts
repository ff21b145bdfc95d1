/**
 * A thread that uses a served lab as anybody would while others attack it: a command on its own socket and a file over a new connection, ten
 * times a second; how long the answers took leaves. A thread of its own, so that the attackers' work does not count as the lab's.
 */
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { doorOf } from './door.ts'
import { ScriptWindow } from './script-window.ts'

const EVERY_MS = 100

export interface ProbeResult {
  /** Of every answer: of commands and files in turn. */
  readonly elapsedMs: readonly number[]
  /** Empty unless an answer did not come. */
  readonly failure: string
}

/** @returns ends it; once it has its socket */
export async function startProbe(address: string): Promise<() => Promise<ProbeResult>> {
  const worker = new Worker(import.meta.filename, { workerData: address })
  const message = <Message>(): Promise<Message> =>
    new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
  await message<'ready'>()
  const result = message<ProbeResult>() // it may fail before it is asked for
  return () => {
    worker.postMessage('enough')
    return result
  }
}

async function probe(address: string, port: NonNullable<typeof parentPort>): Promise<void> {
  let isEnough = false
  port.on('message', () => (isEnough = true))
  const door = doorOf(address)
  const elapsedMs: number[] = []
  let failure = ''
  const window = await ScriptWindow.open(door)
  port.postMessage('ready')
  try {
    do {
      const begin = performance.now()
      await window.execute('lab.snapshot', {})
      const between = performance.now()
      // One connection a request, as a newcomer has.
      const headers = { authorization: `Bearer ${door.token}`, connection: 'close' }
      const response = await fetch(`http://127.0.0.1:${door.port}/`, { headers })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`the page was answered with ${response.status}`)
      const end = performance.now()
      elapsedMs.push(between - begin, end - between)
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    } while (!isEnough)
    await window.close()
  } catch (error) {
    failure = String(error)
  }
  port.postMessage({ elapsedMs, failure } satisfies ProbeResult)
  port.close()
}

if (parentPort) await probe(workerData as string, parentPort)
