/** The process that keeps a core busy for `npm run bench -- --busy`. */
import { expect, it, vi } from 'vitest'
import { startBusyCore } from '../../bench/busy-core.ts'

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Generous: it tells one that ends from one that does not. */
const ENDS_MS = 20_000

it('works until it is closed, and does not outlive that', async () => {
  const busyCore = await startBusyCore()
  expect(isAlive(busyCore.pid)).toBe(true)
  expect(await busyCore.share()).toBeGreaterThan(0)
  busyCore.close()
  await vi.waitFor(() => expect(isAlive(busyCore.pid)).toBe(false), { timeout: ENDS_MS, interval: 20 })
})
