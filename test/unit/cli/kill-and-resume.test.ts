/** A run killed at any moment and resumed ends with the same weights and records, bit for bit, as one never killed. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { RandomStream } from '../../../shared/numerics/random.ts'
import { lab, metricsLines, runsOf, smallRun, temporaryFolder, weightBytes } from './lab.ts'

const KILLS = 20
/** A process that ends before its kill does not count. */
const MOST_ATTEMPTS = 200
const ARGUMENTS = [...smallRun(160), '--set', 'measures.histograms=true']
/** Lines of what was measured that say nothing of the time that it took. */
const TIMELESS = /^\{"type":"(?:measure|spreads|validation|test)"/

it(`the weights and what was measured are the same bits after ${KILLS} kills`, async () => {
  const calm = temporaryFolder()
  const started = performance.now()
  const undisturbed = await lab(ARGUMENTS, calm)
  const wholeMs = performance.now() - started
  expect(undisturbed, undisturbed.stderr).toMatchObject({ code: 0 })

  const measured = (home: string, name: string): string[] =>
    metricsLines(home, name).filter((line) => TIMELESS.test(line))
  const whole = measured(calm, runsOf(calm)[0]!)
  expect(whole.filter((line) => line.includes('"spreads"'))).toHaveLength(6)

  const random = new RandomStream(20, 'preview')
  const home = temporaryFolder()
  let kills = 0
  let run: string | undefined
  for (let attempt = 0; kills < KILLS && attempt < MOST_ATTEMPTS; attempt++) {
    if (run === undefined || existsSync(path.join(home, 'runs', run, 'weights.safetensors'))) {
      // Killed before the run was acknowledged, or finished: begin one more.
      const { signal } = await lab(ARGUMENTS, home, random.uniform() * wholeMs)
      if (signal === 'SIGKILL') kills++
      run = runsOf(home).find((name) => !existsSync(path.join(home, 'runs', name, 'weights.safetensors')))
      continue
    }
    const { signal } = await lab(['resume', run, '--json'], home, random.uniform() * wholeMs)
    if (signal === 'SIGKILL') kills++
  }
  expect(kills).toBe(KILLS)
  expect(runsOf(home).length).toBeGreaterThan(0)
  for (const name of runsOf(home)) {
    const resumed = await lab(['resume', name, '--json'], home)
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 })
    expect(weightBytes(home, name).equals(weightBytes(calm, runsOf(calm)[0]!))).toBe(true)
    expect(measured(home, name)).toEqual(whole)
  }
}, 300_000)
