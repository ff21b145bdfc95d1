/** One of four seeds diverges, and in another run the only one: every view that shows a mean says over how many seeds it is, and the run's own says why. */
import { execFile } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeLabHome } from '../lab-home.ts'
import { lookAtLab, PICTURES, type OpenPage } from './look-at-lab.ts'
import REPORTED from '../unit/cli/one-seed-diverges.json' with { type: 'json' }
import { serveLab, type ServedLab } from './served-lab.ts'

const BIN = path.join(import.meta.dirname, '..', '..', 'main', 'cli', 'bin.ts')
const run = promisify(execFile)

const CONFIG = { ...REPORTED, name: 'four' }
const DIVERGED = /^Seed 2 diverged at step \d+ \(Training\): the .* is .*\. It is left out from there on\.$/

async function serveDivergedSeeds(): Promise<ServedLab> {
  const home = await makeLabHome(false)
  const file = path.join(home, 'config.json')
  for (const part of [{}, { name: 'three', seeds: [0, 1, 3] }, { name: 'alone', seeds: [2] }]) {
    writeFileSync(file, JSON.stringify({ ...CONFIG, ...part }))
    const ended = run(process.execPath, [BIN, 'run', file], { env: { ...process.env, WARMUP_LAB_HOME: home } })
    // A run without a seed left ends with code 1.
    await (part.name === 'alone' ? expect(ended).rejects.toMatchObject({ code: 1 }) : ended)
  }
  return serveLab({ home, isHomeRemoved: true })
}

describe('a diverged seed', () => {
  const at = lookAtLab(serveDivergedSeeds)
  let opened: OpenPage
  let page: Page

  beforeAll(async () => {
    opened = await at.openPage()
    ;({ page } = opened)
    await page.getByRole('button', { name: 'Start' }).waitFor()
  })

  const idOf = (beginning: string): string =>
    readdirSync(path.join(at.lab.home, 'runs')).find((id) => id.startsWith(beginning))!
  const open = (address: string): Promise<unknown> => page.goto(new URL(address, at.lab.address).href)

  it('stands in its run with step and quantity, beside a result over the others', async () => {
    await open(`/runs/${idOf('four')}`)
    await page.getByText(DIVERGED).first().waitFor()
    const result = page.locator('[data-figure="test"]')
    await expect.poll(() => result.textContent()).toContain('over 3 of 4 seeds')
    await page.locator('canvas').first().waitFor()
    await page.screenshot({ path: path.join(PICTURES, 'diverged-seed.png') })
  })

  it('is told apart in the table of runs, and a run without a seed left by its state', async () => {
    await open('/runs')
    const row = (name: string) => page.getByRole('row').filter({ hasText: name })
    await row('four').getByText('(3/4)').waitFor()
    await row('alone').getByText('Diverged').waitFor()
    expect(await row('three').innerText()).not.toContain('/')
    await page.screenshot({ path: path.join(PICTURES, 'diverged-runs.png') })
  })

  it('has the comparison say over how many seeds a mean is', async () => {
    await open(`/compare/${idOf('four')},${idOf('three')}`)
    const results = page.getByRole('region', { name: 'Results' })
    await results.getByText('over 3 of 4 seeds').waitFor()
    expect(await results.getByText(/^over /).count()).toBe(1)
    await page.screenshot({ path: path.join(PICTURES, 'diverged-compare.png') })
  })

  it('is no complaint of the page', () => {
    expect(opened.complaints).toEqual([])
  })
})
