/** A home of its own for a lab under test, in which the first-run tour has been seen, unless the tour is what is tested. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

export async function makeLabHome(isFirstRun: boolean): Promise<string> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'warmup-lab-test-'))
  if (!isFirstRun) await writeFile(path.join(home, 'settings.json'), JSON.stringify({ tourDone: true }))
  return home
}
