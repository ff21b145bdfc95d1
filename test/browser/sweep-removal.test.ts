/** Sweeps deleted in a real Chromium, with keys and with the button, and taken back: with their runs, without them, seen by another window. */
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Locator, Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeLabHome } from '../lab-home.ts'
import { jsonLines, lab as terminal, runsOf } from '../unit/cli/lab.ts'
import { inspectView } from './inspect.ts'
import { tabTo } from './keyboard.ts'
import { lookAtLab, type OpenPage } from './look-at-lab.ts'
import { serveLab } from './served-lab.ts'

const CONFIG = {
  name: 'tiny',
  dataset: { kind: 'copy-first-input', steps: 12, counts: { train: 64, validation: 16, test: 16 } },
  layers: [{ cell: 'gru', units: 8 }],
  strategies: ['none'],
  training: { steps: 20, batch: 8 },
  measures: { vaa: null, vaaStar: null },
  seeds: [0],
}

describe('sweeps in their list', () => {
  const at = lookAtLab(async () => {
    const home = await makeLabHome(false)
    for (const name of ['alpha', 'beta']) {
      const file = path.join(home, `${name}.json`)
      writeFileSync(file, JSON.stringify({ name, config: CONFIG, grid: { 'layers.*.cell': ['gru', 'mgu'] } }))
      const { stdout, code } = await terminal(['sweep', file, '--json'], home)
      expect(code).toBe(0)
      ids[name] = (jsonLines(stdout)[0] as { id: string }).id
    }
    return serveLab({ home, isHomeRemoved: true })
  })
  let page: Page
  let other: Page
  let complaints: string[]
  const ids: Record<string, string> = {}

  async function open(): Promise<OpenPage> {
    const opened = await at.openPage()
    await opened.page.getByRole('link', { name: 'Sweeps' }).click()
    await link(opened.page, 'alpha').waitFor()
    return opened
  }
  const link = (of: Page, name: string): Locator => of.locator('a.sweep', { hasText: name })
  const banner = (): Locator => page.locator('.removed')
  const fileOf = (name: string): string => path.join(at.lab.home, 'sweeps', `${ids[name]}.json`)
  const isFocused = (locator: Locator): Promise<boolean> => locator.evaluate((one) => one === document.activeElement)

  beforeAll(async () => {
    ;({ page, complaints } = await open())
    other = (await open()).page
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
    const before = runsOf(at.lab.home).sort()
    await page.keyboard.press('Delete')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => banner().textContent()).toContain('Deleted the sweep alpha and its 2 runs.')
    expect(await isFocused(link(page, 'beta'))).toBe(true)
    expect(existsSync(fileOf('alpha'))).toBe(false)
    expect(runsOf(at.lab.home)).toHaveLength(2)
    await link(page, 'alpha').waitFor({ state: 'detached' })
    await link(other, 'alpha').waitFor({ state: 'detached' })
    await inspectView(page, 'sweep-deleted')
    await tabTo(page, banner().getByRole('button', { name: 'Undo' }))
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/sweeps/${ids.alpha}`)
    await link(other, 'alpha').waitFor()
    expect(runsOf(at.lab.home).sort()).toEqual(before)
    expect(existsSync(fileOf('alpha'))).toBe(true)
    await expect.poll(() => page.locator('section.rows tr[data-status="finished"]').count()).toBe(2)
    expect(await banner().count()).toBe(0)
  })

  it('deletes the one that is open and keeps its runs', async () => {
    await page.locator('article').getByRole('button', { name: 'Delete' }).click()
    await inspectView(page, 'sweep-delete-open')
    await page.getByRole('button', { name: 'Keep its runs' }).click()
    await expect.poll(() => banner().textContent()).toContain('Deleted the sweep alpha.')
    await page.waitForURL(/\/sweeps$/)
    expect(runsOf(at.lab.home)).toHaveLength(4)
    await banner().getByRole('button', { name: 'Dismiss' }).click()
    expect(await banner().count()).toBe(0)
    expect(complaints).toEqual([])
  })
})
