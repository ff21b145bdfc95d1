/**
 * Runs that are not like the others in a real Chromium: names of other scripts and of great length, one seed, a damaged folder, the same study
 * run twice; and a new sweep whose page is loaded again.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeLabHome } from '../lab-home.ts'
import { openDesign } from './file-chooser.ts'
import { lookAtLab } from './look-at-lab.ts'
import { serveLab, type ServedLab } from './served-lab.ts'

const BIN = path.join(import.meta.dirname, '..', '..', 'main', 'cli', 'bin.ts')
const HEBREW = 'שלום עולם'
const LONG = 'averylongnamewithoutanyspacethatisfarwiderthanthelist'
const CONFIG = {
  name: 'study',
  dataset: { kind: 'copy-first-input', steps: 6, counts: { train: 32, validation: 16, test: 16 } },
  layers: [{ cell: 'gru', units: 4 }],
  strategies: ['none', 'double'],
  warmup: { steps: 2, batch: 4, maxConvergenceSteps: 4 },
  training: { steps: 8, batch: 8 },
  measures: { everySteps: 0, vaa: null, vaaStar: null },
  seeds: [0, 1, 2],
}

async function serveOddRuns(): Promise<ServedLab> {
  const home = await makeLabHome(false)
  const file = path.join(home, 'config.json')
  for (const part of [{}, { name: HEBREW }, { name: LONG }, { name: 'alone', strategies: ['none'], seeds: [7] }]) {
    writeFileSync(file, JSON.stringify({ ...CONFIG, ...part }))
    execFileSync(process.execPath, [BIN, 'run', file], { env: { ...process.env, WARMUP_LAB_HOME: home } })
  }
  return serveLab({ home, isHomeRemoved: true })
}

describe('odd runs', () => {
  const at = lookAtLab(serveOddRuns)
  let page: Page

  beforeAll(async () => {
    ;({ page } = await at.openPage())
    await page.getByRole('button', { name: 'Start' }).waitFor()
  })

  const idOf = (beginning: string, strategy: string): string =>
    readdirSync(path.join(at.lab.home, 'runs')).find((id) => id.startsWith(beginning) && id.endsWith(`-${strategy}`))!
  const open = (address: string): Promise<unknown> => page.goto(new URL(address, at.lab.address).href)
  const labels = (): Promise<string[]> =>
    page.getByRole('region', { name: 'Results' }).locator('tbody th').allInnerTexts()

  it('are found by their names in the list beside a run, and show their state however long the name is', async () => {
    await open(`/runs/${idOf('alone', 'none')}`)
    const search = page.getByRole('searchbox', { name: 'Search runs' })
    await search.fill(HEBREW)
    await expect.poll(() => page.locator('a.run .name').allTextContents()).toEqual([HEBREW, HEBREW])
    await search.fill(LONG)
    await expect.poll(() => page.locator('a.run').count()).toBe(2)
    const list = (await page.locator('ul.runs').boundingBox())!
    for (const badge of await page.locator('a.run').getByText('Finished').all()) {
      const box = (await badge.boundingBox())!
      expect(box.x + box.width).toBeLessThanOrEqual(list.x + list.width)
    }
  })

  it('of one seed have no deviation', async () => {
    const alone = idOf('alone', 'none')
    await open(`/runs/${alone}`)
    const result = page.locator('[data-figure="test"] .value')
    await expect.poll(() => result.textContent()).toMatch(/^\s*[\d.]+\s*$/)
    await open(`/compare/${idOf('study', 'none')},${alone}`)
    const row = page.getByRole('region', { name: 'Results' }).getByRole('row', { name: 'alone' })
    await expect.poll(() => row.locator('td').nth(2).textContent()).toBe('–')
  })

  it('of one configuration are told apart by their names', async () => {
    const ids = [idOf('study', 'none'), idOf('study', 'double'), idOf('run', 'none')]
    await open(`/compare/${ids.join(',')}`)
    await expect.poll(labels).toEqual(['No warm-up · study', 'Double layer · study', `No warm-up · ${HEBREW}`])
  })

  it('that are damaged, or not there, leave the others in the comparison, and are told of once', async () => {
    const [good, damaged] = [idOf('study', 'none'), idOf(LONG.slice(0, 10), 'double')]
    writeFileSync(path.join(at.lab.home, 'runs', damaged, 'run.json'), '{"broken')
    await open(`/compare/${good},${damaged}`)
    await expect.poll(labels).toEqual(['No warm-up', damaged])
    await page.getByText('Values of “validation of 2 runs” as a table').click()
    await expect.poll(() => page.locator('section.figure').first().locator('tbody tr').count()).toBe(2)
    await open('/compare/nowhere')
    await page.getByText('None of these runs is there').waitFor()
    await expect.poll(() => page.locator('article.notice').count()).toBe(1)
  })

  it('are added to a comparison by an id, and one of several is asked for', async () => {
    await open(`/compare/${idOf('study', 'none')}`)
    const field = page.getByRole('combobox', { name: 'Name or id of a run' })
    await field.fill('study')
    await page.getByRole('button', { name: 'Add a run' }).click()
    await page.getByText('2 runs match').waitFor()
    await field.fill(idOf('study', 'double'))
    await page.getByRole('button', { name: 'Add a run' }).click()
    await expect.poll(labels).toEqual(['No warm-up', 'Double layer'])
  })

  it('a new sweep is there again after a reload, and takes no field twice', async () => {
    await open('/design')
    await openDesign(page, CONFIG)
    await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).toContain('study')
    await page.getByRole('button', { name: 'Sweep…' }).click()
    await page.getByText('Starts from the design “study”').waitFor()
    await page.reload()
    await page.getByText('Starts from the design “study”').waitFor()
    const start = page.getByTestId('start-sweep')
    await expect.poll(() => start.isEnabled()).toBe(true)
    await page.getByRole('button', { name: 'Add a field' }).click()
    await page.getByRole('combobox', { name: 'Field' }).last().fill('dataset.steps')
    await page.getByText('Two rows change dataset.steps').waitFor()
    expect(await start.isEnabled()).toBe(false)
  })
})
