/** What happens to a page and to its lab in the middle of a run: closed, reloaded, killed, cut off, restarted. The run goes on; the view comes back whole. */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LONG_CONFIG } from '../unit/lab/lab-helpers.ts'
import { openDesign, stopFileChoosers } from './file-chooser.ts'
import { launchChromium, serveLab, type ServedLab } from './served-lab.ts'
import { PATIENCE_MS } from '../patience.ts'

describe('a page in the middle of a run', () => {
  let browser: Browser
  let lab: ServedLab
  let context: BrowserContext

  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  beforeEach(async () => {
    lab = await serveLab()
    context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
  })
  afterEach(async () => {
    await context.close()
    await lab.close()
  })

  async function openPage(address = lab.address): Promise<Page> {
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    stopFileChoosers(page)
    await page.goto(address)
    return page
  }

  async function startRun(): Promise<Page> {
    const page = await openPage()
    await openDesign(page, LONG_CONFIG)
    await page.getByRole('button', { name: 'Start' }).click()
    await untilPosition(page, 50)
    return page
  }

  const position = async (page: Page): Promise<number> => Number(await page.getByTestId('last-position').textContent())
  const untilPosition = (page: Page, least: number): Promise<void> =>
    expect.poll(() => position(page)).toBeGreaterThan(least)
  const state = (page: Page): Promise<string | null> => page.getByTestId('state').textContent()

  it('is closed: the run goes on, and a new page shows it from its first step', async () => {
    const page = await startRun()
    const address = page.url()
    const before = await position(page)
    await page.close()
    const next = await openPage(address)
    await untilPosition(next, before)
    expect(await state(next)).toBe('Running')
  })

  it('is reloaded again and again: it shows the same run, further on, as it was drawn and zoomed', async () => {
    const page = await startRun()
    await page.getByRole('slider', { name: 'Smoothing' }).fill('0.6')
    await page.getByLabel('Seeds', { exact: true }).check()
    await page.getByRole('tab', { name: 'Log' }).click()
    await page.locator('.chart').focus()
    await page.keyboard.press('+')
    const range = await page.locator('.chart').getAttribute('data-range')
    expect(range).toMatch(/^\d+ \d+$/)
    let before = await position(page)
    for (let time = 0; time < 4; time++) {
      await page.reload()
      await untilPosition(page, before)
      before = await position(page)
    }
    expect(await state(page)).toBe('Running')
    expect(await page.locator('.chart').getAttribute('data-range')).toBe(range)
    expect(await page.getByRole('slider', { name: 'Smoothing' }).inputValue()).toBe('0.6')
    expect(await page.getByLabel('Seeds', { exact: true }).isChecked()).toBe(true)
    await page.getByRole('log').getByText('Training begins.').waitFor({ state: 'attached' })
  })

  it('is killed with its process: the run goes on, and a new page shows it whole', async () => {
    const page = await startRun()
    const address = page.url()
    const before = await position(page)
    const crashed = page.waitForEvent('crash')
    await page.goto('chrome://crash').catch(() => undefined) // the navigation ends with the process
    await crashed
    const next = await openPage(address)
    await untilPosition(next, before)
    expect(await state(next)).toBe('Running')
  })

  it('loses the lab, which is ended and started again: it says so, connects by itself, and the run is resumed from it', async () => {
    const page = await startRun()
    await lab.restart('SIGTERM')
    await page.getByText('Connected again: the lab was started anew.').waitFor()
    await expect.poll(() => state(page)).toBe('Paused')
    const paused = await position(page)
    expect(paused).toBeGreaterThan(50)
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByRole('button', { name: 'Resume' }).click()
    await untilPosition(page, paused)
  })

  it('loses a lab that crashes: the run is told as crashed and can be resumed', async () => {
    const page = await startRun()
    await page.keyboard.press('p')
    await expect.poll(() => state(page)).toBe('Paused')
    const saved = await position(page)
    await page.keyboard.press('p')
    await expect.poll(() => state(page)).toBe('Running')
    await untilPosition(page, saved + 20)
    await lab.restart('SIGKILL')
    await page.getByText('Connected again: the lab was started anew.').waitFor()
    await expect.poll(() => state(page)).toBe('Crashed')
    await page.keyboard.press('p')
    await expect.poll(() => state(page)).toBe('Running')
    await untilPosition(page, saved)
  })

  it('says that the lab does not answer, what becomes of the runs, and when the token has changed', async () => {
    const page = await openPage()
    await page.getByRole('button', { name: 'Start' }).waitFor()
    await rm(path.join(lab.home, 'served.json'))
    const port = Number(new URL(lab.address).port)
    await lab.restart('SIGTERM')
    await page.getByText('The lab does not answer.').first().waitFor()
    // Another token on the port that the page knows.
    if (Number(new URL(lab.address).port) !== port) await lab.restartAt(port)
    const told = page.getByText('started with another token')
    await told.waitFor()
    expect(await told.isVisible()).toBe(true)
  })
})
