/** The presets in a real Chromium: the paper's tables with the mouse and with keys alone, a search, and all of it in French. */
import path from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, expect, it } from 'vitest'
import { findAxeViolations } from './axe.ts'
import { inspectView } from './inspect.ts'
import { tabTo } from './keyboard.ts'
import { lookAtLab, PICTURES } from './look-at-lab.ts'

const at = lookAtLab()
let page: Page
let complaints: string[]

beforeAll(async () => {
  ;({ page, complaints } = await at.openPage())
  await page.getByRole('button', { name: 'Start' }).waitFor()
})

const name = (): Promise<string> => page.getByLabel('Name').inputValue()
const table = (number: number) => page.getByRole('grid', { name: new RegExp(`^Table ${number}: `) })

it('a published result is seen in its table, and opens its experiment with the number beside it', async () => {
  const row = table(1).getByRole('row').nth(4)
  expect(await row.getByRole('rowheader').textContent()).toMatch(/T\s*=\s*300\s*No warm-up/)
  const result = table(1).getByRole('button', { name: 'LSTM, No warm-up, T = 300: 0.950 ± 0.019' })
  await result.click()
  await expect.poll(name).toBe('table1-T300-lstm-none')
  expect(await result.getAttribute('aria-current')).toBe('true')
  const outcome = page.getByRole('complementary', { name: 'What it comes to' })
  await outcome.getByText('In the paper: test MSE 0.950 ± 0.019').waitFor()
  await inspectView(page, 'presets')
})

it('keys lead into a table once and from result to result', async () => {
  await page.getByRole('searchbox', { name: 'Search presets' }).focus()
  const result = (text: string) => table(2).getByRole('button', { name: text })
  await tabTo(page, result('MGU, No warm-up, N = 5: 0.005 ± 0.008'))
  for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown'])
    await page.keyboard.press(key)
  await page.keyboard.press('Enter')
  await expect.poll(name).toBe('table2-N100-lstm-warmed-up')
  await page.keyboard.press('Tab')
  const focused = await page.evaluate(() => document.activeElement?.closest('table')?.caption?.textContent)
  expect(focused).toContain('Table 3')
})

it('a search lists what matches, by name, place and words', async () => {
  const search = page.getByRole('searchbox', { name: 'Search presets' })
  const found = page.getByRole('list', { name: 'Presets' }).getByRole('listitem')
  await search.fill('double gru denoising')
  await expect.poll(() => found.count()).toBe(2)
  await search.fill('table3-mgu-double')
  await found.getByRole('button', { name: /^MGU, Double layer, T = 784/ }).click()
  await expect.poll(name).toBe('table3-mgu-double')
  expect(await findAxeViolations(page, '.presets')).toEqual([])
  await search.fill('no such preset')
  await page.getByText('No preset matches.').waitFor()
  await search.fill('')
  await table(3).waitFor()
})

it('speaks French with the rest of the screens', async () => {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('radio', { name: 'Français' }).check()
  await page.getByRole('link', { name: 'Plan', exact: true }).click()
  await page.getByRole('grid', { name: /^Tableau 1 : / }).waitFor()
  await page.getByRole('button', { name: 'LSTM, Sans échauffement, T = 300 : 0,950 ± 0,019' }).waitFor()
  await page.getByText('Copier la première entrée après 100 pas').waitFor()
  await page.screenshot({ path: path.join(PICTURES, 'presets-french.png') })
  expect(await findAxeViolations(page)).toEqual([])
  expect(complaints).toEqual([])
})
