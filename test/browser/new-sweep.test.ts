/** A new sweep in a real Chromium, as long as it is typed and once it is run: what was typed outlives a reload; its table and its comparison fit small windows. */
import path from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { findAxeViolations } from './axe.ts'
import { openDesign } from './file-chooser.ts'
import { SIZES } from './inspect.ts'
import { lookAtLab, PICTURES } from './look-at-lab.ts'

const CONFIG = {
  name: 'wide study',
  dataset: { kind: 'copy-first-input', steps: 8, counts: { train: 64, validation: 32, test: 32 } },
  layers: [{ cell: 'gru', units: 8 }],
  strategies: ['none', 'double'],
  warmup: { steps: 10, batch: 8, maxConvergenceSteps: 20, maxRestarts: 0 },
  training: { steps: 10, batch: 8 },
  measures: { vaa: null, vaaStar: null },
  seeds: [0, 1],
}
/** 1280x720 at a zoom of 150 %. */
const ZOOMED = { width: 853, height: 480 }

const at = lookAtLab()
let page: Page
let complaints: string[]

beforeAll(async () => {
  ;({ page, complaints } = await at.openPage())
  await openDesign(page, CONFIG)
})

const check = (): Promise<string | null> => page.getByTestId('sweep-check').textContent()
const row = (field: string) => page.getByRole('group', { name: field, exact: true })
const values = (field: string) => row(field).getByRole('textbox', { name: 'Values' })
const overflowOf = (selector: string): Promise<number> =>
  page.locator(selector).evaluate((element) => element.scrollWidth - element.clientWidth)

describe('a new sweep', () => {
  it('has what was typed after a reload, and counts one of each as one', async () => {
    await page.getByRole('button', { name: 'Sweep…' }).click()
    await expect.poll(check).toContain('6 points, with every strategy 12 runs of 2 seeds each: 24 networks.')
    await page.getByLabel('Name').fill('three axes')
    await page.getByLabel('Seeds').fill('7')
    await page.getByRole('checkbox', { name: 'Double layer' }).uncheck()
    await values('layers.*.cell').fill('mgu')
    await values('dataset.steps').fill('9')
    await page.getByRole('button', { name: 'Add a field' }).click()
    await page.getByRole('combobox', { name: 'Field' }).last().fill('training.optimizer.learningRate')
    await values('training.optimizer.learningRate').fill('1e-3')
    await expect.poll(check).toContain('1 point, with every strategy 1 run of 1 seed: 1 network.')
    await page.reload()
    await expect.poll(check).toContain('1 point, with every strategy 1 run of 1 seed: 1 network.')
    expect(await page.getByLabel('Name').inputValue()).toBe('three axes')
    expect(await values('layers.*.cell').inputValue()).toBe('mgu')
    expect(await values('training.optimizer.learningRate').inputValue()).toBe('1e-3')
    await page.screenshot({ path: path.join(PICTURES, 'new-sweep.png') })
    expect(await findAxeViolations(page)).toEqual([])

    await page.getByRole('button', { name: 'Begin anew' }).click()
    expect(await row('training.optimizer.learningRate').count()).toBe(0)
    await page.reload()
    await expect.poll(() => values('dataset.steps').inputValue()).toBe('8, 16')
  })

  it('says at its row that a range has no number to draw, and cannot be started with it', async () => {
    await page.getByRole('button', { name: 'Add a field' }).click()
    await page.getByRole('combobox', { name: 'Field' }).last().fill('warmup.steps')
    const range = row('warmup.steps')
    await range.getByRole('combobox', { name: 'How' }).selectOption('integer')
    await range.getByLabel('from', { exact: true }).fill('0.2')
    await range.getByLabel('to', { exact: true }).fill('0.8')
    expect(await range.getByRole('alert').textContent()).toContain('No whole number lies between the two.')
    expect(await page.getByTestId('start-sweep').isDisabled()).toBe(true)
    expect(await findAxeViolations(page)).toEqual([])
    // An end that is not written is no 0.
    await range.getByLabel('to', { exact: true }).fill('2')
    await range.getByLabel('from', { exact: true }).clear()
    expect(await range.getByRole('alert').textContent()).toContain('A range needs a number at both ends.')
    expect(await page.getByTestId('start-sweep').isDisabled()).toBe(true)
    await range.getByLabel('from', { exact: true }).pressSequentially('-1')
    expect(await range.getByLabel('from', { exact: true }).inputValue()).toBe('-1')
    await range.getByLabel('from', { exact: true }).fill('1') // fewer steps than none are no design
    await expect.poll(check).toContain('points')
    expect(await range.getByRole('alert').count()).toBe(0)
    await page.getByRole('button', { name: 'Begin anew' }).click()
  })

  it('is forgotten once it is started', async () => {
    await values('layers.*.cell').fill('gru, mgu')
    await page.getByRole('button', { name: 'Add a field' }).click()
    await page.getByRole('combobox', { name: 'Field' }).last().fill('warmup.restartAbove')
    await values('warmup.restartAbove').fill('1, 0.001')
    await expect.poll(check).toContain('8 points')
    await page.getByTestId('start-sweep').click()
    await page.waitForURL(/\/sweeps\/wide-study-\d/)
    await page.getByRole('link', { name: 'New sweep' }).click()
    await expect.poll(() => values('layers.*.cell').inputValue()).toBe('gru, lstm, mgu')
    expect(await row('warmup.restartAbove').count()).toBe(0)
    await page.locator('a.sweep').click()
    await expect.poll(() => page.getByTestId('sweep-state').textContent()).toBe('Some failed')
    // A notice a failed run: in sight, without taking the whole window.
    const notices = page.getByRole('log', { name: 'Notices' })
    await notices.getByText('too multi-stable').first().waitFor()
    expect((await notices.boundingBox())!.height).toBeLessThan(SIZES[0].height / 2)
    await page.getByRole('button', { name: 'Dismiss all 4' }).click()
    await expect.poll(() => notices.getByRole('article').count()).toBe(0)
  })
})

describe('a sweep of three axes', () => {
  it('says how far it is in the same words in the list and beside it', async () => {
    const failedCount = await page.locator('section.rows tr[data-status="failed"]').count()
    expect(failedCount).toBeGreaterThan(0)
    const words = `16 / 16 runs, ${failedCount} failed`
    await expect.poll(() => page.locator('a.sweep').textContent()).toContain(words)
    expect(await page.locator('article .facts').textContent()).toContain(words)
  })

  it.each(['light', 'dark'])(
    'fits a window of 1280 pixels in %s, and is sorted by mean and by deviation',
    async (theme) => {
      await page.getByLabel('Theme').selectOption(theme)
      await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme)
      expect(await overflowOf('section.rows .scroll')).toBe(0)
      for (const column of ['mean', 'std']) {
        await page
          .getByRole('columnheader', { name: new RegExp(`^${column}$`, 'i') })
          .getByRole('button')
          .click()
        const titles = await page
          .locator(`section.rows td.${column}`)
          .evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).title).filter((title) => title !== ''))
        const numbers = titles.map(Number)
        expect(numbers.length).toBeGreaterThan(1)
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
      }
      await page.getByRole('columnheader', { name: 'Point' }).getByRole('button').click()
      // One background from edge to edge, with the mouse on it.
      await page.locator('a.sweep').hover()
      expect(await page.locator('a.sweep').evaluate((link) => getComputedStyle(link).backgroundColor)).toBe(
        'rgba(0, 0, 0, 0)',
      )
      await page.screenshot({ path: path.join(PICTURES, `sweep-wide-${theme}-top.png`) })
      await page.locator('section.rows').scrollIntoViewIfNeeded()
      await page.screenshot({ path: path.join(PICTURES, `sweep-wide-${theme}.png`) })
      expect(await findAxeViolations(page)).toEqual([])
    },
  )

  it('is compared in a small window without scrolling sideways', async () => {
    await page.getByLabel('Theme').selectOption('light')
    await page.getByRole('checkbox', { name: 'Choose all shown' }).check()
    await page.getByRole('button', { name: /^Compare chosen/ }).click()
    await page.getByRole('heading', { name: 'Test mse' }).waitFor()
    await page.setViewportSize(ZOOMED)
    await page.screenshot({ path: path.join(PICTURES, 'compare-zoomed.png') })
    expect(await overflowOf('main')).toBe(0)
    expect(await overflowOf('html')).toBe(0)
    await page.setViewportSize(SIZES[0])
    expect(complaints).toEqual([])
  })
})
