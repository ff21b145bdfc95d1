/** The whole way in a real Chromium against the real lab: preset, change, start, charts move, pause, resume, finish. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INSTALL_MS } from '../debian-package.ts'
import { launchChromium, serveLab, watchComplaints, type ServedLab } from './served-lab.ts'

const PICTURES = path.join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'pictures')
/** Served page, from the address to fields that can be used. */
const PAGE_START_MS = 5000

let lab: ServedLab
let browser: Browser

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true })
  ;[lab, browser] = await Promise.all([serveLab(), launchChromium()])
}, INSTALL_MS)

afterAll(async () => {
  await browser?.close()
  await lab?.close()
})

async function openLab(): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints = watchComplaints(page)
  await page.goto(lab.address)
  await page.getByRole('button', { name: 'Start' }).waitFor({ timeout: PAGE_START_MS })
  await page.getByRole('img', { name: /^Series 1/ }).waitFor() // nothing moves any more
  return { page, complaints }
}

const position = async (page: Page): Promise<number> => Number(await page.getByTestId('last-position').textContent())

async function untilPositionIsOver(page: Page, least: number): Promise<void> {
  await expect.poll(() => position(page), { timeout: 30_000, interval: 50 }).toBeGreaterThan(least)
}

describe('the served lab', () => {
  it('takes a preset, changes it, trains it live, pauses, resumes and finishes it', async () => {
    const { page, complaints } = await openLab()
    expect(page.url()).not.toContain('token')
    await page.getByRole('button', { name: /^quick/ }).click()
    await page.getByLabel('Name').fill('journey')
    await page.getByLabel(/^Steps of a series/).fill('20')
    await page.getByRole('spinbutton', { name: 'Units H' }).fill('16')
    await page.getByLabel('Cell', { exact: true }).selectOption('mgu')
    await page.getByLabel('Warmed up').uncheck()
    await page.getByLabel('No warm-up').uncheck()
    await page
      .getByRole('group', { name: 'Warm-up' })
      .getByLabel(/^Steps/)
      .fill('20')
    await page
      .getByRole('group', { name: 'Training' })
      .getByLabel(/^Steps/)
      .fill('1500')
    await page.getByLabel('Measure every').fill('200')
    await page.getByLabel('Seeds').fill('0, 1')
    await page.getByRole('slider', { name: 'Warmed units' }).press('ArrowRight')
    await expect.poll(() => page.getByText('9 | 7').count()).toBe(1)
    await page.screenshot({ path: path.join(PICTURES, 'design.png') })
    await page.getByRole('button', { name: 'Start' }).click()

    const state = page.getByTestId('state')
    await untilPositionIsOver(page, 40)
    await untilPositionIsOver(page, (await position(page)) + 40)
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect.poll(() => state.textContent(), { timeout: 20_000 }).toBe('Paused')
    const paused = await position(page)
    await page.screenshot({ path: path.join(PICTURES, 'paused.png') })
    await page.getByRole('button', { name: 'Resume' }).click()
    await untilPositionIsOver(page, paused)
    await expect.poll(() => state.textContent(), { timeout: 60_000 }).toBe('Finished')
    await expect.poll(() => position(page), { timeout: 10_000 }).toBe(1520) // drawn a little after it is told
    await page.screenshot({ path: path.join(PICTURES, 'finished.png') })

    await page.getByLabel('Theme').selectOption('dark')
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
    await page.screenshot({ path: path.join(PICTURES, 'finished-dark.png') })
    expect(complaints).toEqual([])
    await page.context().close()
  }, 120_000)

  it('shows a second window the same state, and a reloaded one the whole run', async () => {
    const { page, complaints } = await openLab()
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('link', { name: /journey/ }).click()
    await untilPositionIsOver(page, 1500)
    await page.reload()
    await untilPositionIsOver(page, 1500)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('gives nothing without the token', async () => {
    const response = await fetch(lab.address.replace(/\?.*/, ''))
    expect(response.status).toBe(401)
  })
})
