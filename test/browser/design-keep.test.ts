/** A design kept and passed on, in a real Chromium: as a preset, as a link, over a reload; and how long it would take, told before it starts. */
import path from 'node:path'
import type { BrowserContext, Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { findAxeViolations } from './axe.ts'
import { openSection } from './form-section.ts'
import { SIZES } from './inspect.ts'
import { lookAtLab, PICTURES, type OpenPage } from './look-at-lab.ts'

describe('a design', () => {
  const at = lookAtLab()
  let context: BrowserContext

  beforeAll(async () => {
    context = await at.browser.newContext({ viewport: SIZES[0], reducedMotion: 'reduce' })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  })

  async function openPage(address = at.lab.address): Promise<OpenPage> {
    const opened = await at.openPage({ context, address })
    await opened.page.getByRole('button', { name: 'Start' }).waitFor()
    return opened
  }

  const name = (page: Page): Promise<string> => page.getByLabel('Name').inputValue()
  const units = (page: Page): Promise<string> => page.getByRole('spinbutton', { name: 'Units H' }).inputValue()

  it('is kept as a preset that every window has, replaced and removed with a way back', async () => {
    const { page, complaints } = await openPage()
    const other = await openPage()
    await page.getByLabel('Name').fill('mine')
    await page.getByRole('spinbutton', { name: 'Units H' }).fill('24')
    await expect.poll(() => page.getByRole('button', { name: 'Keep the design as a preset' }).isEnabled()).toBe(true)
    await page.keyboard.press('Control+Shift+S')
    await page.getByText('Kept mine as a preset.').waitFor()
    const own = (of: Page) => of.getByRole('region', { name: 'Your own' }).getByRole('button', { name: /^mine/ })
    await own(other.page).click()
    await expect.poll(() => units(other.page)).toBe('24')
    for (const theme of ['light', 'dark']) {
      await page.getByLabel('Theme').selectOption(theme)
      expect(await findAxeViolations(page, '[aria-label="Your own"]')).toEqual([])
    }
    await page.getByLabel('Theme').selectOption('system')

    await page.getByRole('spinbutton', { name: 'Units H' }).fill('25')
    await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
    await page.getByRole('button', { name: 'Keep the design as a preset' }).click()
    await page.getByText('Replaced the preset mine.').waitFor()
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Replaced the preset mine.').waitFor({ state: 'detached' })
    const choose = async (): Promise<string> => {
      await own(other.page).click()
      return units(other.page)
    }
    await expect.poll(choose).toBe('24') // once the other window has heard of it

    await page.getByRole('button', { name: 'Remove the preset mine' }).click()
    await expect.poll(() => own(other.page).count()).toBe(0)
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => own(other.page).count()).toBe(1)
    expect([...complaints, ...other.complaints]).toEqual([])
    await other.page.close()
    await page.close()
  })

  it('is passed on as a link, opened from the address and from the clipboard; a broken link is told and loses nothing', async () => {
    const { page, complaints } = await openPage()
    await page.getByLabel('Name').fill('shared')
    await page.getByRole('spinbutton', { name: 'Units H' }).fill('31')
    await page.getByRole('button', { name: 'Copy a link to the design' }).click()
    await page.getByText('Link copied').waitFor()
    const link = await page.evaluate(() => navigator.clipboard.readText())
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/design#design=[\w-]+$/)
    expect(link).not.toContain('token')

    const opened = await openPage(link)
    await expect.poll(() => name(opened.page)).toBe('shared')
    expect(await units(opened.page)).toBe('31')
    await expect.poll(() => opened.page.url()).not.toContain('#')

    await page.getByLabel('Name').fill('changed since')
    await page.getByRole('heading', { level: 1 }).click()
    await page.keyboard.press('Control+v')
    await expect.poll(() => name(page)).toBe('shared')
    await page.keyboard.press('Control+z')
    await expect.poll(() => name(page)).toBe('changed since')

    await page.goto(`${link.slice(0, -30)}`)
    await page.getByText('this link holds no design that can be read').waitFor()
    expect(await name(page)).toBe('changed since')
    expect([...complaints, ...opened.complaints]).toEqual([])
    await opened.page.close()
    await page.close()
  })

  it('is still on the table after a reload, wrong or right', async () => {
    const { page, complaints } = await openPage()
    await page.getByLabel('Name').fill('kept over')
    await openSection(page, 'Curriculum')
    await page.locator('[data-field="warmup.target"] input').fill('2')
    await page.locator('[data-field="warmup.target"] .error').waitFor()
    await expect
      .poll(() => page.evaluate(() => Object.values({ ...localStorage }).some((text) => text.includes('"target":2'))))
      .toBe(true)
    await page.reload()
    await expect.poll(() => name(page)).toBe('kept over')
    await page.locator('[data-field="warmup.target"] .error').waitFor()
    await page.locator('[data-field="warmup.target"] input').fill('0.95')
    expect(complaints).toEqual([])
    await page.close()
  })

  it('says how long it would take, measured here, and measures again when it changes and when it is asked to', async () => {
    const { page, complaints } = await openPage()
    await page.getByRole('button', { name: /^quick/ }).click()
    const time = page.getByRole('region', { name: 'Time on this machine' })
    await expect.poll(() => time.getByRole('status').textContent()).toMatch(/\d+ (s|min)\b.* in all\./)
    for (const strategy of ['No warm-up', 'Warmed up', 'Double layer']) await time.getByText(strategy).waitFor()
    await time.getByText('Warmed up').click()
    await time
      .getByText(/^100 × [\d.]+ (ms|s)$/)
      .first()
      .waitFor()
    await time.scrollIntoViewIfNeeded()
    await page.screenshot({ path: path.join(PICTURES, 'time.png') })
    for (const theme of ['light', 'dark']) {
      await page.getByLabel('Theme').selectOption(theme)
      expect(await findAxeViolations(page, '.time')).toEqual([])
    }
    await page.locator('[data-field="training.steps"] input').fill('2400')
    await time.getByText('Measured as soon as the design rests.').waitFor()
    await time.getByRole('button', { name: 'Measure the time again' }).click()
    await time.getByText('Steps of every strategy are being measured').waitFor()
    // Given up for a design that is another by now.
    await page.locator('[data-field="training.steps"] input').fill('1200')
    await expect.poll(() => time.getByRole('status').textContent()).toMatch(/ in all\./)
    expect(await time.getByText(/^1,200 × /).count()).toBe(3)
    expect(complaints).toEqual([])
    await page.close()
  })
})
