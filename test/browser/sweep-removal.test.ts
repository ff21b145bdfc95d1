/** Sweeps deleted in a real Chromium, with keys and with the button, and taken back: with their runs, without them, seen by another window. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Locator, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INSTALL_MS } from '../debian-package.ts'
import { makeLabHome } from '../lab-home.ts'
import { jsonLines, lab as terminal, runsOf } from '../unit/cli/lab.ts'
import { inspectView } from './inspect.ts'
import { tabTo } from './keyboard.ts'
import { launchChromium, serveLab, watchComplaints, type ServedLab } from './served-lab.ts'

const PICTURES = path.join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'pictures')
const WAIT = { timeout: 20_000, interval: 50 }
const CONFIG = {
  name: 'tiny',
  dataset: { kind: 'copy-first-input', steps: 12, counts: { train: 64, validation: 16, test: 16 } },
  layers: [{ cell: 'gru', units: 8 }],
  strategies: ['none'],
  training: { steps: 20, batch: 8 },
  measures: { vaa: null, vaaStar: null },
  seeds: [0],
}

describe('sweeps in their list', { timeout: 60_000 }, () => {
  let browser: Browser
  let lab: ServedLab
  let page: Page
  let other: Page
  let complaints: string[]
  const ids: Record<string, string> = {}

  async function open(): Promise<Page> {
    const opened = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage()
    opened.setDefaultTimeout(10_000)
    await opened.goto(lab.address)
    await opened.getByRole('link', { name: 'Sweeps' }).click()
    await link(opened, 'alpha').waitFor()
    return opened
  }
  const link = (of: Page, name: string): Locator => of.locator('a.sweep', { hasText: name })
  const banner = (): Locator => page.locator('.removed')
  const fileOf = (name: string): string => path.join(lab.home, 'sweeps', `${ids[name]}.json`)
  const isFocused = (locator: Locator): Promise<boolean> => locator.evaluate((one) => one === document.activeElement)

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true })
    const home = await makeLabHome(false)
    for (const name of ['alpha', 'beta']) {
      const file = path.join(home, `${name}.json`)
      writeFileSync(file, JSON.stringify({ name, config: CONFIG, grid: { 'layers.*.cell': ['gru', 'mgu'] } }))
      const { stdout, code } = await terminal(['sweep', file, '--json'], home)
      expect(code).toBe(0)
      ids[name] = (jsonLines(stdout)[0] as { id: string }).id
    }
    ;[browser, lab] = await Promise.all([launchChromium(), serveLab({ home, isHomeRemoved: true })])
    page = await open()
    complaints = watchComplaints(page)
    other = await open()
  }, INSTALL_MS)

  afterAll(async () => {
    await browser?.close()
    await lab?.close()
  })

  it('asks, on Delete, what becomes of the runs, and Escape leaves all as it was', async () => {
    await tabTo(page, link(page, 'alpha'))
    await page.keyboard.press('Delete')
    const question = page.getByRole('group', { name: 'Delete the sweep “alpha”?' })
    await expect.poll(() => isFocused(question.getByRole('button', { name: 'Keep its runs' }))).toBe(true)
    await inspectView(page, 'sweep-delete')
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    expect(await isFocused(link(page, 'alpha'))).toBe(true)
    expect(existsSync(fileOf('alpha'))).toBe(true)
  })

  it('deletes one with its runs by keys alone, leads on to its neighbour, and brings all of it back', async () => {
    const before = runsOf(lab.home).sort()
    await page.keyboard.press('Delete')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => banner().textContent(), WAIT).toContain('Deleted the sweep alpha and its 2 runs.')
    expect(await isFocused(link(page, 'beta'))).toBe(true)
    expect(existsSync(fileOf('alpha'))).toBe(false)
    expect(runsOf(lab.home)).toHaveLength(2)
    await link(page, 'alpha').waitFor({ state: 'detached' })
    await link(other, 'alpha').waitFor({ state: 'detached' })
    await inspectView(page, 'sweep-deleted')
    await tabTo(page, banner().getByRole('button', { name: 'Undo' }))
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/sweeps/${ids.alpha}`)
    await link(other, 'alpha').waitFor()
    expect(runsOf(lab.home).sort()).toEqual(before)
    expect(existsSync(fileOf('alpha'))).toBe(true)
    await expect.poll(() => page.locator('section.rows tr[data-status="finished"]').count(), WAIT).toBe(2)
    expect(await banner().count()).toBe(0)
  })

  it('deletes the one that is open and keeps its runs', async () => {
    await page.locator('article').getByRole('button', { name: 'Delete' }).click()
    await inspectView(page, 'sweep-delete-open')
    await page.getByRole('button', { name: 'Keep its runs' }).click()
    await expect.poll(() => banner().textContent(), WAIT).toContain('Deleted the sweep alpha.')
    await page.waitForURL(/\/sweeps$/)
    expect(runsOf(lab.home)).toHaveLength(4)
    await banner().getByRole('button', { name: 'Dismiss' }).click()
    expect(await banner().count()).toBe(0)
    expect(complaints).toEqual([])
  })
})
