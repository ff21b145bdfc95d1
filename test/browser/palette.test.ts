/** The command palette in a real Chromium, with the keyboard alone. */
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
  await page.getByRole('button', { name: 'Start' }).waitFor()
})

const input = () => page.getByRole('combobox', { name: 'Command palette' })

it('finds views, actions and presets, and does what is chosen', async () => {
  await page.keyboard.press('Control+K')
  await input().waitFor()
  await page.keyboard.type('sweeps and')
  await page.getByRole('option', { name: /Sweeps and queue/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/sweeps/)

  await page.keyboard.press('Control+K')
  await page.keyboard.type('table1-T300-gru-double')
  const option = page.getByRole('option', { name: /table1-T300-gru-double/ })
  await option.waitFor()
  expect(await option.getAttribute('aria-selected')).toBe('true')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'table1-T300-gru-double' }).waitFor()
})

it('chooses with arrow keys, closes with Escape, and shows only what can be done here', async () => {
  await page.keyboard.press('Control+K')
  await page.keyboard.type('theme')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.getByLabel('Theme').inputValue()).toBe('light')
  await page.keyboard.press('Control+K')
  await page.keyboard.type('no such thing at all')
  await page.getByText('Nothing here is called like this.').waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => input().count()).toBe(0)
})

it.each(['light', 'dark'])('has no violation of accessibility in %s', async (theme) => {
  await page.getByLabel('Theme').selectOption(theme)
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme)
  await page.keyboard.press('Control+K')
  await page.getByRole('option').first().waitFor()
  await page.screenshot({ path: path.join(PICTURES, `palette-${theme}.png`) })
  expect(await findAxeViolations(page, '[role="dialog"]')).toEqual([])
  await page.keyboard.press('Escape')
  expect(complaints).toEqual([])
})
