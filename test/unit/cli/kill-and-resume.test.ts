/** A run killed at any moment and resumed ends with the same weights and records, bit for bit, as one never killed. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { RandomStream } from '../../../shared/numerics/random.ts'
import { jsonLines, lab, metricsLines, runsOf, smallRun, temporaryFolder, weightBytes, type Watch } from './lab.ts'

const KILLS = 20
/** A process that ends before its kill does not count. */
const MOST_ATTEMPTS = 200
/** Checkpoints that are kept are written at their steps, however fast these follow one another. */
const ARGUMENTS = [...smallRun(160), '--set', 'measures.histograms=true', '--set', 'keepCheckpointEverySteps=7']
/** Lines of what was measured that say nothing of the time that it took. */
const TIMELESS = /^\{"type":"(?:measure|spreads|validation|test)"/

/** Kills it once it has said so many lines: a moment that does not depend on how busy the machine is. */
function killAfterLines(count: number): Watch {
  return ({ stdout }, child) => {
    if (stdout.split('\n').length > count) child.kill('SIGKILL')
  }
}

it(`the weights and what was measured are the same bits after ${KILLS} kills`, async () => {
  const calm = temporaryFolder()
  const undisturbed = await lab(ARGUMENTS, calm)
  expect(undisturbed, undisturbed.stderr).toMatchObject({ code: 0 })
  const lineCount = jsonLines(undisturbed.stdout).length

  const measured = (home: string, name: string): string[] =>
    metricsLines(home, name).filter((line) => TIMELESS.test(line))
  const whole = measured(calm, runsOf(calm)[0]!)
  expect(whole.filter((line) => line.includes('"spreads"'))).toHaveLength(6)

  const random = new RandomStream(20, 'preview')
  const home = temporaryFolder()
  const isFinished = (name: string): boolean => existsSync(path.join(home, 'runs', name, 'weights.safetensors'))
  let kills = 0
  for (let attempt = 0; kills < KILLS && attempt < MOST_ATTEMPTS; attempt++) {
    // Killed before the run was acknowledged, or finished: begin one more.
    const run = runsOf(home).find((name) => !isFinished(name))
    const command = run === undefined ? ARGUMENTS : ['resume', run, '--json']
    const { signal } = await lab(command, home, null, killAfterLines(random.integer(lineCount)))
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
}, 600_000)
