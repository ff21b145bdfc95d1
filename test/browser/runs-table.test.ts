/** The table of runs in a real Chromium, with keys alone where keys are told: sort, search, filter, group, choose, tag, delete and take back. */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { RunStore } from '../../main/store/run-store.ts'
import { makeRuns } from '../bench/lab/make-runs.ts'
import { findAxeViolations } from './axe.ts'
import { SIZES } from './inspect.ts'
import { lookAtLab, PICTURES } from './look-at-lab.ts'
import { serveLab } from './served-lab.ts'

const ROOT = path.join(import.meta.dirname, '..', '..')
const RUN_COUNT = 1000
describe('the table of runs', () => {
  const at = lookAtLab(async () => {
    const home = path.join(ROOT, 'node_modules', '.cache', `test-runs-${process.pid}`)
    await makeRuns(home, RUN_COUNT, () => undefined)
    writeFileSync(path.join(home, 'settings.json'), JSON.stringify({ tourDone: true }))
    return serveLab({ home, isHomeRemoved: true })
  })
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    ;({ page, complaints } = await at.openPage())
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.locator('a.run').first().waitFor()
  })

  const count = (): Promise<string | null> => page.getByTestId('run-count').textContent()
  const grid = () => page.getByRole('grid')
  const cursor = (): Promise<string | null> => page.locator('.cursor').getAttribute('aria-rowindex')
  const columnTexts = (column: string): Promise<string[]> =>
    page.locator(`[role="row"]:not(.waiting) [data-column="${column}"]`).allTextContents()
  /** Without the archive, which the maker fills by chance. */
  const shownCount = async (): Promise<number> => Number(/^[\d,]+/.exec((await count())!)?.[0].replace(',', ''))

  it('holds a window of many runs, which arrows, pages and ends lead through, and Enter opens', async () => {
    await expect.poll(count).toMatch(/^9\d\d of 1,000 runs$/)
    expect(await page.getByRole('row').count()).toBeLessThan(60)
    await grid().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('j')
    await expect.poll(cursor).toBe('4')
    await page.keyboard.press('End')
    await expect.poll(cursor).toBe(`${(await shownCount()) + 1}`)
    await page.keyboard.press('PageUp')
    await expect.poll(async () => Number(await cursor())).toBeLessThan((await shownCount()) - 5)
    await expect.poll(() => page.locator('.cursor:not(.waiting)').count()).toBe(1)
    await page.keyboard.press('Enter')
    await expect.poll(() => page.url()).toMatch(/\/runs\/.+/)
    await page.getByTestId('state').waitFor()
    await page.goBack()
    await expect.poll(async () => Number(await cursor())).toBeGreaterThan(900)
  })

  it('sorts by a header, and finds again what is searched for', async () => {
    const header = page.getByRole('columnheader', { name: 'Test, best weights' })
    await header.getByRole('button').press('Enter')
    expect(await header.getAttribute('aria-sort')).toBe('ascending')
    await grid().focus()
    await page.keyboard.press('Home')
    // In the page they stand in the order in which their elements are used again.
    const values = (): Promise<number[]> =>
      page
        .locator('.body > [role="row"]:not(.waiting)')
        .evaluateAll((rows) =>
          rows
            .sort((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
            .map((row) => parseFloat(row.querySelector('[data-column="result"]')!.textContent)),
        )
    await expect.poll(async () => (await values())[0]).toBeLessThan(0.02)
    const shown = await values()
    expect(shown.length).toBeGreaterThan(10)
    expect(shown).toEqual([...shown].sort((a, b) => a - b))
    await page.keyboard.press('/')
    await page.keyboard.type('lstm double')
    await expect.poll(count).toMatch(/^\d\d of 1,000 runs$/)
    // The rows are filled after the count.
    await expect.poll(async () => (await columnTexts('network')).filter((text) => !text.includes('lstm'))).toEqual([])
    for (const text of await columnTexts('strategy')) expect(text).toContain('Double layer')
    await page.screenshot({ path: path.join(PICTURES, 'runs-search.png') })
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => grid().evaluate((one) => one === document.activeElement)).toBe(true)
    await page.getByRole('button', { name: 'No filter' }).click()
    await expect.poll(count).toMatch(/^9\d\d/)
    await header.getByRole('button').press('Enter')
    await header.getByRole('button').press('Enter')
    expect(await header.getAttribute('aria-sort')).toBe('none')
  })

  it('filters by state, and shows columns by choice that it remembers', async () => {
    await page.getByRole('button', { name: 'State' }).first().press('Enter')
    await page.getByRole('menuitemcheckbox', { name: /Crashed/ }).press('Enter')
    await page.keyboard.press('Escape')
    await expect.poll(async () => new Set(await columnTexts('state'))).toEqual(new Set(['Crashed']))
    await page.screenshot({ path: path.join(PICTURES, 'runs-crashed.png') })
    await page.getByRole('button', { name: 'No filter' }).click()
    await page.getByRole('button', { name: 'Columns' }).press('Enter')
    await page.getByRole('menuitemcheckbox', { name: 'Learning rate' }).press('Enter')
    await page.getByRole('menuitemcheckbox', { name: 'Metric' }).press('Enter')
    await page.keyboard.press('Escape')
    await page.getByRole('columnheader', { name: 'Learning rate' }).waitFor({ state: 'attached' })
    await page.reload()
    await page.locator('a.run').first().waitFor()
    expect(await page.getByRole('columnheader', { name: 'Learning rate' }).count()).toBe(1)
    expect(await page.getByRole('columnheader', { name: 'Metric' }).count()).toBe(0)
    const name = page.getByRole('columnheader', { name: 'Name' })
    const width = (await name.boundingBox())!.width
    await name.getByRole('button').press('Alt+Shift+ArrowRight')
    await expect.poll(async () => (await name.boundingBox())!.width).toBe(width + 16)
  })

  it('chooses runs with Space and Shift, tags, stars and archives them', async () => {
    await grid().focus()
    await page.keyboard.press('Home')
    await page.keyboard.press(' ')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Shift+ArrowDown')
    const bar = page.getByRole('region', { name: 'Chosen runs' })
    await expect.poll(() => bar.getByRole('status').textContent()).toBe('3 runs chosen')
    await bar.getByRole('textbox', { name: 'Tag' }).fill('three, of them')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await columnTexts('tags')).filter((text) => text.includes('three')).length).toBe(3)
    await bar.getByRole('button', { name: 'Star', exact: true }).click()
    await expect.poll(() => page.locator('[aria-selected="true"] .star[aria-pressed="true"]').count()).toBe(3)
    await page.screenshot({ path: path.join(PICTURES, 'runs-chosen.png') })
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Tags' }).first().press('Enter')
    await page.getByRole('menuitemcheckbox', { name: /^three/ }).press('Enter')
    await page.keyboard.press('Escape')
    await expect.poll(count).toMatch(/^3 of/)
    await grid().focus()
    await page.keyboard.press('e')
    await expect.poll(count).toMatch(/^0 of/)
    await page.getByRole('combobox', { name: 'Archived runs' }).selectOption('only')
    await expect.poll(count).toMatch(/^3 of/)
    await page.getByRole('button', { name: 'No filter' }).click()
    await expect.poll(count).toMatch(/^9\d\d of/)
    await page.getByRole('button', { name: 'Choose none' }).click()
  })

  it('deletes with Delete and takes back', async () => {
    const before = await shownCount()
    await grid().focus()
    await page.keyboard.press('Home')
    await page.keyboard.press(' ')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Delete')
    await expect.poll(shownCount).toBe(before - 2)
    const folder = path.join(at.lab.home, 'runs')
    expect(readdirSync(folder)).toHaveLength(RUN_COUNT - 2)
    const told = page.getByRole('status').filter({ hasText: 'Deleted 2 runs.' })
    await told.waitFor()
    await told.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(shownCount).toBe(before)
    expect(readdirSync(folder)).toHaveLength(RUN_COUNT)
  })

  it('chooses from end to end, over rows that are not there yet', async () => {
    await grid().focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Shift+End')
    const chosen = page.getByRole('region', { name: 'Chosen runs' }).getByRole('status')
    await expect.poll(() => chosen.textContent()).toBe(`${await shownCount()} runs chosen`)
    await page.getByRole('button', { name: 'Choose none' }).click()
    await grid().focus()
    await page.keyboard.press('Home')
  })

  it('groups by configuration with mean and deviation, and shows the runs of one', async () => {
    await page.keyboard.press('v')
    const configurations = page.getByRole('grid', { name: 'Configurations' })
    await configurations.locator('strong').first().waitFor()
    await expect.poll(count).toMatch(/^300 configurations of 1,000 runs$/)
    await page.screenshot({ path: path.join(PICTURES, 'configurations.png') })
    await configurations.focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press(' ')
    const chosen = (await page.getByRole('region', { name: 'Chosen runs' }).getByRole('status').textContent())!
    expect(chosen).toMatch(/^\d+ runs chosen$/)
    await page.keyboard.press('Enter')
    await page.getByRole('grid', { name: 'Runs' }).waitFor()
    await expect.poll(shownCount).toBe(Number.parseInt(chosen, 10))
    expect(new Set(await columnTexts('dataset')).size).toBe(1)
    await page.getByRole('grid', { name: 'Runs' }).focus()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await configurations.waitFor()
  })

  it('does to configurations what it does to runs, with the same keys', async () => {
    const configurations = page.getByRole('grid', { name: 'Configurations' })
    const chosen = page.getByRole('region', { name: 'Chosen runs' }).getByRole('status')
    await configurations.locator('strong').first().waitFor()
    await configurations.focus()
    await page.keyboard.press('Control+a')
    await expect.poll(() => chosen.textContent()).toMatch(/^9\d\d runs chosen$/)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Home')
    await page.keyboard.press('Shift+End')
    await expect.poll(() => chosen.textContent()).toMatch(/^9\d\d runs chosen$/)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Home')

    const firstRuns = page.locator('.cursor').getByRole('gridcell').nth(4)
    const runCount = Number(await firstRuns.textContent())
    expect(runCount).toBeGreaterThan(1)
    const all = await shownCount()
    await page.keyboard.press('e')
    await expect.poll(shownCount).toBe(all - 1)
    await page.keyboard.press('Delete')
    await expect.poll(shownCount).toBe(all - 2)
    const told = page.getByRole('status').filter({ hasText: /^Deleted \d+ runs\./ })
    await told.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(shownCount).toBe(all - 1)
    await page.keyboard.press('v')
    await page.getByRole('grid', { name: 'Runs' }).waitFor()
  })

  it('shows a run that a terminal has begun, by itself', async () => {
    const config = path.join(at.lab.home, 'terminal.json')
    writeFileSync(
      config,
      JSON.stringify({
        name: 'from-a-terminal',
        dataset: { kind: 'copy-first-input', steps: 10, counts: { train: 40, validation: 8, test: 8 } },
        layers: [{ cell: 'gru', units: 4 }],
        strategies: ['none'],
        seeds: [0],
        training: { steps: 20, batch: 4, validateEverySteps: 10 },
        measures: { everySteps: 0 },
      }),
    )
    const bin = path.join(ROOT, 'main', 'cli', 'bin.ts')
    const child = spawn(process.execPath, [bin, 'run', config, '--home', at.lab.home, '--json'], { stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('close', resolve))
    const row = page.getByRole('row').filter({ hasText: 'from-a-terminal' })
    await row.filter({ hasText: 'Finished' }).waitFor()
    expect(await ended).toBe(0)
    expect(await count()).toContain('1,001 runs')
  })

  it('keeps notes and tags of a run beside it', async () => {
    await page.getByRole('link', { name: 'from-a-terminal' }).click()
    const fold = page.getByRole('button', { name: /^Notes and tags/ })
    await fold.click()
    const notes = page.getByRole('region', { name: 'Notes and tags' })
    const tag = notes.getByRole('textbox', { name: 'Tag' })
    await tag.fill('a tag of which nothing is cut off in silence')
    await page.keyboard.press('Enter')
    await notes.getByText('A tag has at most 40 characters.').waitFor()
    expect(await tag.inputValue()).toBe('a tag of which nothing is cut off in silence')
    expect(await findAxeViolations(page, '.notes')).toEqual([])
    await page.screenshot({ path: path.join(PICTURES, 'tag-too-long.png') })
    expect(await notes.getByRole('list', { name: 'Tags' }).getByRole('listitem').count()).toBe(0)
    await tag.fill('mine')
    await page.keyboard.press('Enter')
    await notes.getByRole('button', { name: 'Remove the tag mine' }).waitFor()
    await notes.getByRole('textbox', { name: 'Notes' }).fill('looks right')
    await page.keyboard.press('Tab')
    await fold.click()
    expect(await notes.count()).toBe(0)
    await fold.getByText('mine · looks right').waitFor() // folded away, still in sight
    await page.getByRole('link', { name: /^All/ }).click()
    await page.getByRole('searchbox').fill('mine right')
    await expect.poll(count).toMatch(/^1 of/)
    await page.getByRole('searchbox').fill('')
  })

  it.each(['light', 'dark'] as const)('has no violation that axe finds and fits both sizes, %s', async (theme) => {
    await page.emulateMedia({ colorScheme: theme })
    await grid().focus()
    await page.keyboard.press(' ')
    for (const isGrouped of [false, true]) {
      if (isGrouped) await page.getByRole('button', { name: 'By configuration' }).click()
      await expect.poll(() => page.locator('.body [role="row"]').count()).toBeGreaterThan(5)
      expect(await findAxeViolations(page)).toEqual([])
      for (const size of SIZES) {
        await page.setViewportSize(size)
        const overflow = await page.evaluate(() => ({
          x: document.documentElement.scrollWidth - window.innerWidth,
          y: document.documentElement.scrollHeight - window.innerHeight,
        }))
        expect(overflow).toEqual({ x: 0, y: 0 })
        const name = isGrouped ? 'configurations' : 'runs'
        await page.screenshot({ path: path.join(PICTURES, `${name}-${theme}-${size.width}.png`) })
      }
      await page.setViewportSize(SIZES[0]!)
    }
    await page.getByRole('button', { name: 'By configuration' }).click()
    await page.getByRole('button', { name: 'Choose none' }).click()
    expect(complaints).toEqual([])
  })
})

describe('a configuration of more runs than a command takes', () => {
  const COPIES = 2100
  const at = lookAtLab(async () => {
    const home = path.join(ROOT, 'node_modules', '.cache', `test-copies-${process.pid}`)
    await makeRuns(home, 1, () => undefined)
    const runs = path.join(home, 'runs')
    const [original] = readdirSync(runs)
    const record = await new RunStore(home).readRecord(original!)
    for (let copy = 1; copy < COPIES; copy++) {
      const groupId = `copy-${copy}`
      const id = `${groupId}-${record.strategy}`
      mkdirSync(path.join(runs, id))
      writeFileSync(path.join(runs, id, 'run.json'), JSON.stringify({ ...record, id, groupId }))
    }
    writeFileSync(path.join(home, 'settings.json'), JSON.stringify({ tourDone: true }))
    return serveLab({ home, isHomeRemoved: true })
  })

  it('is starred, deleted and taken back whole', async () => {
    const { page, complaints } = await at.openPage()
    await page.getByRole('link', { name: 'Runs' }).click()
    const count = (): Promise<string | null> => page.getByTestId('run-count').textContent()
    await expect.poll(count).toBe('2,100 of 2,100 runs')
    await page.keyboard.press('v')
    const configurations = page.getByRole('grid', { name: 'Configurations' })
    await configurations.locator('strong').waitFor()
    await configurations.focus()
    await page.keyboard.press('s')
    await configurations.getByText('★ 2,100').waitFor()
    await page.keyboard.press(' ')
    const chosen = page.getByRole('region', { name: 'Chosen runs' }).getByRole('status')
    await expect.poll(() => chosen.textContent()).toBe('2,100 runs chosen')
    await page.keyboard.press('Delete')
    await expect.poll(count).toBe('0 configurations of 0 runs')
    expect(readdirSync(path.join(at.lab.home, 'runs'))).toEqual([])
    const told = page.getByRole('status').filter({ hasText: 'Deleted 2,100 runs.' })
    await told.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(count).toBe('1 configuration of 2,100 runs')
    expect(readdirSync(path.join(at.lab.home, 'runs'))).toHaveLength(COPIES)
    expect(complaints).toEqual([])
  })
})

describe('an empty lab', () => {
  const at = lookAtLab()

  it('says in the table how to begin', async () => {
    const { page, complaints } = await at.openPage()
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByText('No runs yet.').waitFor()
    expect(await findAxeViolations(page)).toEqual([])
    expect(complaints).toEqual([])
  })
})
