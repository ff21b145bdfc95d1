/** The README's numbers are those of the run that its pictures show, and that run is what today's code does. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { captions, withCaptions } from '../../pictures/captions.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { COMPARED_STEPS, quickConfig, readRecorded, readStrategies } from '../../pictures/recorded.ts'

const ROOT = path.join(import.meta.dirname, '..', '..', '..')
const REMEDY = 'npm run pictures'
/** Digits that stay whatever the processor: tiles and threads have the same bits, exp and tanh of another engine might not. */
const DIGITS = 5

const recorded = readRecorded()
const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8')

it('every caption of the README says what was recorded', () => {
  for (const [name, caption] of Object.entries(captions(recorded)))
    expect(readme, REMEDY).toContain(`![${caption}](test/pictures/${name}.png)`)
  expect(withCaptions(readme, recorded), REMEDY).toBe(readme)
})

it('a caption that says something else is found', () => {
  const { mean } = recorded.strategies[0]!
  const other = { ...recorded, strategies: recorded.strategies.map((one) => ({ ...one, mean: one.mean + mean })) }
  expect(withCaptions(readme, other)).not.toBe(readme)
})

it('what was recorded is the quick preset as it is now', () => {
  expect(parseConfig(recorded.config, 'recorded'), REMEDY).toEqual(parseConfig(quickConfig(), 'quick'))
})

it('today’s code trains as the recorded run did', () => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'warmup-lab-readme-'))
  try {
    const config = quickConfig() as { dataset: { counts: object }; training: object }
    const { dataset, training } = config
    const short = {
      ...config,
      dataset: { ...dataset, counts: { ...dataset.counts, test: 1 } },
      strategies: ['none'],
      training: { ...training, steps: COMPARED_STEPS },
      measures: { everySteps: 0 },
    }
    const file = path.join(home, 'short.json')
    writeFileSync(file, JSON.stringify(short))
    const { status, stderr } = spawnSync(process.execPath, [path.join(ROOT, 'main', 'cli', 'bin.ts'), 'run', file], {
      env: { ...process.env, WARMUP_LAB_HOME: home },
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(0)
    const { firstLosses } = readStrategies(home)
    expect(firstLosses).toHaveLength(COMPARED_STEPS)
    firstLosses.forEach((losses, step) =>
      losses.forEach((loss, seed) =>
        expect(loss, `step ${step}, seed ${seed}: ${REMEDY}`).toBeCloseTo(recorded.firstLosses[step]![seed]!, DIGITS),
      ),
    )
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})
