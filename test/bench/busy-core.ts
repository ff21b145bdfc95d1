/** Somebody else's work for the benchmark: a process of our own that keeps a core busy, on whichever the system puts it, from its start until it is closed. */
import path from 'node:path'
import { LineServer } from './line-server.ts'

export interface BusyCore {
  readonly pid: number
  /** @returns processor time over time since the start: 1 where nobody else wanted the core */
  share(): Promise<number>
  close(): void
}

/** @throws LabError `backend` when the process does not start */
export async function startBusyCore(): Promise<BusyCore> {
  const server = await LineServer.start<{ pid: number }, object, { share: number }>('busy core', process.execPath, [
    path.join(import.meta.dirname, 'busy-server.ts'),
  ])
  const { pid } = server.hello
  return { pid, share: async () => (await server.ask({})).share, close: () => server.close() }
}
