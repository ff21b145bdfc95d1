/** Designs and sweeps that take long or end a thread: each is answered with that where its mistakes stand, and the lab and all others go on. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'
import { DesignDesk } from '../../../main/lab/designs/design-desk.ts'
import { makeHome, openLab, SMALL_CONFIG } from './lab-helpers.ts'

const ENDLESS_MS = 2 ** 30
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)
/** Every point is read: seconds. */
const MANY_POINTS = {
  config: { ...SMALL_CONFIG, layers: upTo(16).map((units) => ({ cell: 'gru', units })), strategies: ['none'] },
  grid: { 'training.batch': upTo(100), 'warmup.steps': upTo(100) },
}
const GOOD_CELL = { name: 'own', text: "cell own\nh' = tanh(W x + U h + b)", inputSize: 1, units: 4 }

async function openDesk(limits: Partial<ConstructorParameters<typeof DesignDesk>[2]> = {}): Promise<DesignDesk> {
  const endless = { textMs: ENDLESS_MS, pointsMs: ENDLESS_MS, filesMs: ENDLESS_MS, sweepMs: ENDLESS_MS }
  const desk = new DesignDesk(await makeHome(), readEngineOptions(), { ...endless, ...limits })
  onTestFinished(() => desk.close())
  return desk
}

describe('a check that takes too long', () => {
  it('of a sweep is answered as a mistake of the sweep, and of a cell that was asked after it as ever', async () => {
    const desk = await openDesk({ pointsMs: 1 })
    const sweep = desk.checkSweep(MANY_POINTS)
    expect(await desk.checkCell(GOOD_CELL)).toMatchObject({ ok: true, name: 'own' })
    expect(await sweep).toMatchObject({ ok: false, error: { code: 'worker', expected: 'an answer within 0.001 s' } })
    expect(await desk.checkCell(GOOD_CELL)).toMatchObject({ ok: true })
  })
})

describe('a thread of the designs that dies', () => {
  it('ends the questions it was at, and the next ones are answered', async () => {
    const desk = await openDesk()
    expect(await desk.checkCell(GOOD_CELL)).toMatchObject({ ok: true })
    const sweep = desk.checkSweep(MANY_POINTS)
    await desk.kill()
    expect(await sweep).toMatchObject({ ok: false, error: { code: 'worker' } })
    expect(await desk.checkCell(GOOD_CELL)).toMatchObject({ ok: true })
  })
})

describe('the lab', () => {
  it('goes on while ten thousand points are checked', async () => {
    const { run } = await openLab()
    let turns = 0
    let isChecked = false
    const turn = (): void => {
      turns++
      if (!isChecked) setImmediate(turn)
    }
    setImmediate(turn)
    const checked = await run('sweep.check', { definition: MANY_POINTS })
    isChecked = true
    expect(checked).toMatchObject({ ok: true, pointCount: 10_000, runCount: 10_000 })
    // Read in the lab's own thread it leaves one or two.
    expect(turns).toBeGreaterThan(100)
  })

  it('refuses a range without a number to draw, and goes on', async () => {
    const { run } = await openLab()
    const fields = { 'warmup.steps': { kind: 'integer', low: 0.2, high: 0.8 } }
    const definition = { preset: 'quick', random: { count: 2, fields } }
    const error = { code: 'config', where: 'sweep, random.fields.warmup.steps', found: '0.2 to 0.8' }
    expect(await run('sweep.check', { definition })).toMatchObject({ ok: false, error })
    await expect(run('sweep.start', { definition })).rejects.toMatchObject({ code: 'config' })
    expect(await run('cell.check', GOOD_CELL)).toMatchObject({ ok: true })
  })
})
