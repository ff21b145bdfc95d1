/** The help page in a real Chromium, in both languages. */
import path from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, expect, it } from 'vitest'
import { findAxeViolations } from './axe.ts'
import { lookAtLab, PICTURES } from './look-at-lab.ts'

const at = lookAtLab()
let page: Page
let complaints: string[]

beforeAll(async () => {
  ;({ page, complaints } = await at.openPage())
  await page.getByRole('link', { name: 'Help' }).click()
})

it('explains the method with curves of recorded runs', async () => {
  for (const title of [
    'VAA: variability amongst attractors',
    'VAA*: a VAA with a gradient',
    'Warm-up',
    'Double layers',
  ])
    await page.getByRole('heading', { name: title, exact: true }).waitFor()
  await page.getByText('Values of “Loss with and without warm-up” as a table').click()
  const cells = page.getByRole('table').getByRole('cell', { name: 'No warm-up' })
  await expect.poll(() => cells.count()).toBeGreaterThan(0)
})

it('shows every construct of the notation, and every function', async () => {
  const notation = page.getByRole('region', { name: 'The notation of cells' })
  await notation.scrollIntoViewIfNeeded()
  for (const example of ['fixed W, U', 'constant dt = 0.1', 'W^T h', 'h0 = h_init', 'output h, c'])
    expect(await notation.getByText(example, { exact: true }).count(), example).toBe(1)
  expect(await notation.textContent()).toContain('heaviside')
  await page.screenshot({ path: path.join(PICTURES, 'help-notation.png') })
})

it.each(['light', 'dark'])('has no violation of accessibility in %s', async (theme) => {
  await page.getByLabel('Theme').selectOption(theme)
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme)
  await page.screenshot({ path: path.join(PICTURES, `help-${theme}.png`) })
  expect(await findAxeViolations(page)).toEqual([])
})

it('speaks French when that is chosen, everywhere and at once', async () => {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('radio', { name: 'Français' }).check()
  await page.getByRole('heading', { name: 'Réglages' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('fr')
  await page.getByRole('link', { name: 'Aide' }).click()
  await page.getByRole('heading', { name: 'L’échauffement', exact: true }).waitFor()
  await page.screenshot({ path: path.join(PICTURES, 'help-french.png') })
  expect(await findAxeViolations(page)).toEqual([])
  await page.reload()
  await page.getByRole('heading', { name: 'Comment marche l’échauffement' }).waitFor()
  expect(complaints).toEqual([])
})
