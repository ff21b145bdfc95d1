/** `lab serve` as a process: where it is served, and with which token. */
import net, { type AddressInfo } from 'node:net'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readLastAddress } from '../../../main/server/last-address.ts'
import { doorOf, type Door } from '../../faults/door.ts'
import { jsonLines, lab, temporaryFolder, when } from './lab.ts'

/** @returns what it was served at, and ended again */
async function serveOnce(home: string): Promise<Door> {
  const served = await lab(
    ['serve', '--json'],
    home,
    null,
    when('stdout', '\n', (child) => child.kill('SIGTERM')),
  )
  return doorOf(String(jsonLines(served.stdout)[0]!.address))
}

it('a lab whose port another program has taken gives that program no token of use', async () => {
  const home = temporaryFolder()
  const first = await serveOnce(home)
  const other = net.createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  // Whoever opens the address from before shows the other program its token.
  const { port } = other.address() as AddressInfo
  await writeFile(path.join(home, 'served.json'), JSON.stringify({ ...first, port }))
  const second = await serveOnce(home)
  expect(second.port).not.toBe(port)
  expect(second.token).not.toBe(first.token)
  expect(await readLastAddress(home)).toEqual(second)
})
