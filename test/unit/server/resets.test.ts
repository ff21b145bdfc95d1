/** Connections that are reset at every stage of every kind of request end nothing but themselves. */
import { expect, it, onTestFinished } from 'vitest'
import { RandomStream } from '../../../shared/numerics/random.ts'
import { bitsOf, disturbedConfig } from '../../faults/disturbed-run.ts'
import { resetAt, RESET_STAGES } from '../../faults/reset-stages.ts'
import { ScriptWindow } from '../../faults/script-window.ts'
import { openLab, runIs, type TestLab } from '../lab/lab-helpers.ts'
import { LARGE_FILE, serveHere } from './served-here.ts'

const CONFIG = disturbedConfig(1000)
const LEAST_ROUNDS = 6
/** A watchdog: a machine whose cores are busy with something else takes a minute. */
const HANGS_MS = 600_000

async function trained({ run, until, home }: TestLab, meanwhile: (hasEnded: () => boolean) => Promise<void>) {
  const { runIds } = await run('run.start', { config: CONFIG })
  let hasEnded = false
  const ended = until(runIs(runIds[0]!, 'finished')).then(() => (hasEnded = true))
  await Promise.all([ended, meanwhile(() => hasEnded)])
  // The run is told as finished; its last row may still be on its way.
  await expect.poll(() => bitsOf(home, runIds[0]!).measured.at(-1), { timeout: HANGS_MS }).toContain('"type":"test"')
  return bitsOf(home, runIds[0]!)
}

it(
  'a lab whose connections are reset at every stage answers on, and its run ends with the bits of an undisturbed one',
  async () => {
    const calm = await trained(await openLab(), () => Promise.resolve())
    const served = await serveHere()
    const window = await ScriptWindow.open(served.door)
    const random = new RandomStream(1, 'preview')
    // An error that nobody hears would end a lab that is not in a test.
    const unheard: string[] = []
    const hear = (error: Error): void => void unheard.push(error.message)
    process.on('uncaughtException', hear)
    onTestFinished(() => void process.off('uncaughtException', hear))
    let resets = 0
    const disturbed = await trained(served, async (hasEnded) => {
      for (let round = 0; round < LEAST_ROUNDS || !hasEnded(); round++) {
        const shares = RESET_STAGES.map(() => (round % 2 === 0 ? 1 : random.uniform()))
        await Promise.all(RESET_STAGES.map((stage, index) => resetAt(stage, served.door, LARGE_FILE, shares[index])))
        resets += RESET_STAGES.length
        await window.execute('presets.list', {})
      }
    })
    expect(resets).toBeGreaterThanOrEqual(LEAST_ROUNDS * RESET_STAGES.length)
    expect(unheard).toEqual([])
    expect(window.isOpen).toBe(true)
    expect(disturbed).toEqual(calm)
  },
  HANGS_MS,
)
