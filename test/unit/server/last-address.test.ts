/** The address that a home was served at: kept for the next start, for its user alone, and given up when it is damaged. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readLastAddress, saveLastAddress } from '../../../main/server/last-address.ts'

async function makeHome(): Promise<string> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'warmup-lab-test-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  return home
}

it('is the same after a restart, and no other user can read it', async () => {
  const home = await makeHome()
  const first = await readLastAddress(home)
  expect(first.port).toBeNull()
  await saveLastAddress(home, { ...first, port: 4321 })
  expect(await readLastAddress(home)).toEqual({ port: 4321, token: first.token })
  if (process.platform !== 'win32') expect((await stat(path.join(home, 'served.json'))).mode & 0o077).toBe(0)
})

it.each(['', '{"port":1,"token":"short"}', '{"port":"80","token":null}'])(
  'is a new one, with a new token, when the file says `%s`',
  async (text) => {
    const home = await makeHome()
    await writeFile(path.join(home, 'served.json'), text)
    const { port, token } = await readLastAddress(home)
    expect(port).toBeNull()
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  },
)
