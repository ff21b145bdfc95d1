/** A lab served in this process, with a page and a large file: what the tests of main/server share. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { startServer, type LabServer } from '../../../main/server/server.ts'
import { StaticFiles } from '../../../main/server/static-files.ts'
import { doorOf, type Door } from '../../faults/door.ts'
import { openLab, type TestLab } from '../lab/lab-helpers.ts'

/** More than the buffers of a loopback connection hold. */
export const LARGE_FILE = '/large.bin'
const LARGE_BYTES = 16 << 20

export interface ServedHere extends TestLab {
  readonly server: LabServer
  readonly door: Door
}

/** Until the test has ended. @param given a port and token of an earlier one */
export async function serveHere(given: Partial<Door> = {}): Promise<ServedHere> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'warmup-lab-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(path.join(folder, 'index.html'), '<title>Lab</title>')
  await writeFile(path.join(folder, LARGE_FILE), Buffer.alloc(LARGE_BYTES))
  const files = await StaticFiles.read(folder)
  const opened = await openLab()
  const server = await startServer(opened.lab, files, given.port ?? 0, given.token)
  onTestFinished(() => server.close())
  return { ...opened, server, door: doorOf(server.address) }
}
