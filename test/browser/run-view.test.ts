/** The view of a run in a real Chromium, beside its charts: forks, predictions, the log, the device's load; with the keyboard, and for everybody. */
import path from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { LONG_CONFIG } from '../unit/lab/lab-helpers.ts'
import { findAxeViolations } from './axe.ts'
import { openDesign } from './file-chooser.ts'
import { lookAtLab, PICTURES } from './look-at-lab.ts'

/** Ends its warm-up above the limit every time. */
const STUBBORN = {
  ...LONG_CONFIG,
  name: 'stubborn',
  strategies: ['warmed-up'],
  warmup: { steps: 20, batch: 4, maxConvergenceSteps: 5, restartAbove: 0.01, maxRestarts: 2 },
}
const KEEPING = {
  name: 'keeping',
  training: { steps: 40, batch: 8, validateEverySteps: 20 },
  keepCheckpointEverySteps: 10,
}
const DIGITS = {
  ...LONG_CONFIG,
  name: 'digits',
  dataset: { kind: 'mnist', order: 'rows', counts: { train: 200, validation: 40, test: 50 } },
  seeds: [0],
  training: { steps: 40, batch: 8, validateEverySteps: 20 },
}

const at = lookAtLab()
let page: Page
let complaints: string[]

beforeAll(async () => {
  ;({ page, complaints } = await at.openPage())
})

async function start(config: { readonly name: string }): Promise<void> {
  await page.keyboard.press('Control+1')
  await openDesign(page, config)
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByTestId('state').waitFor()
}

const state = (): Promise<string | null> => page.getByTestId('state').textContent()
const position = async (): Promise<number> => Number(await page.getByTestId('last-position').textContent())

describe('the view of a run', () => {
  it('has its figures, its charts and its tabs in sight at 1280x720 without scrolling', async () => {
    await start(LONG_CONFIG)
    const figures = page.locator('[data-figure]')
    await expect
      .poll(() => figures.evaluateAll((all) => all.map((each) => (each as HTMLElement).dataset.figure)))
      .toEqual(['loss', 'validation', 'vaa', 'test'])
    const value = (name: string) => page.locator(`[data-figure="${name}"] .value`)
    await expect.poll(() => value('loss').textContent()).toMatch(/^\s*[\d.e-]+\s*± [\d.e-]+\s*$/)
    await expect.poll(() => value('validation').textContent()).toMatch(/± /)
    const lowest = async (selector: string): Promise<number> => {
      const box = (await page.locator(selector).first().boundingBox())!
      return box.y + box.height
    }
    expect(await lowest('.headline')).toBeLessThan(150)
    expect(await lowest('[role="tablist"]')).toBeLessThanOrEqual(720)
    const chart = (await page.locator('.chart').boundingBox())!
    expect(chart.height).toBeGreaterThan(300)
    await page.screenshot({ path: path.join(PICTURES, 'run-720.png') })
  })

  it('has a panel whose end is reached with the wheel and with keys, under tabs that stand still', async () => {
    const tabs = page.getByRole('tablist', { name: 'More of this run' })
    await page.getByRole('tab', { name: 'Insight' }).click()
    const panel = page.getByRole('tabpanel', { name: 'Insight' })
    const last = panel.getByText('Values of').last()
    await last.waitFor()
    const before = await tabs.boundingBox()
    await panel.hover()
    await page.mouse.wheel(0, 5000)
    const isSeen = async (): Promise<boolean> => {
      const [inner, outer] = await Promise.all([last.boundingBox(), panel.boundingBox()])
      return inner!.y + inner!.height <= outer!.y + outer!.height
    }
    await expect.poll(isSeen).toBe(true)
    await panel.focus()
    await page.keyboard.press('Home')
    await expect.poll(isSeen).toBe(false)
    await page.keyboard.press('End')
    await expect.poll(isSeen).toBe(true)
    expect(await tabs.boundingBox()).toEqual(before)
  })

  it('tells what the run takes of the processor, and follows its log', async () => {
    await expect.poll(() => page.getByTestId('load').textContent()).toMatch(/[\d.]+ of \d+ cores/)
    await page.getByRole('tab', { name: 'Log' }).click()
    const log = page.getByRole('log')
    await log.getByText('The run begins.').waitFor()
    await log.getByText('Training begins.').waitFor()
    await log
      .getByText(/^Checkpoint saved at step \d+, \d+ kB\.$/)
      .first()
      .waitFor()
    await page.keyboard.press('p')
    await log.getByText('Paused; everything is saved.').waitFor()
    // Nobody trains it any more, and it still says how far it is.
    await expect.poll(() => page.getByTestId('load').count()).toBe(0)
    expect(await page.getByTestId('step').textContent()).toMatch(/^Training, step [\d,]+ of [\d,]+$/)
    expect(await page.getByRole('progressbar', { name: 'Progress of the phase' }).count()).toBe(1)
    await page.getByLabel('Find in the log').fill('checkpoint')
    await expect.poll(() => log.getByText('Training begins.').count()).toBe(0)
    await page.getByLabel('Find in the log').fill('')
    await page.screenshot({ path: path.join(PICTURES, 'run-log.png') })
  })

  it('draws predictions of a paused run against the targets of test series', async () => {
    await page.getByRole('tab', { name: 'Convergence' }).focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.getByRole('tab', { name: 'Predictions' }).getAttribute('aria-selected')).toBe('true')
    await page.getByText(/last step of the checkpoint at Training, step \d+/).waitFor()
    expect(await page.getByText('Test series', { exact: false }).count()).toBeGreaterThanOrEqual(4)
    const told = page.getByRole('img', { name: /^step 11: target -?[\d.e-]+, prediction -?[\d.e-]+$/ })
    await expect.poll(() => told.count()).toBe(4)
    const first = await told.first().getAttribute('aria-label')
    await page.getByText('Mean squared error').first().waitFor()
    await page.getByRole('button', { name: 'Later series' }).click()
    await page.getByText('Test series 4, 12 steps').waitFor()
    await page.getByRole('button', { name: 'Earlier series' }).click()
    await page.getByText('Test series 0, 12 steps').waitFor()
    expect(await told.first().getAttribute('aria-label')).toBe(first)
    await page.getByRole('combobox', { name: 'Seed' }).selectOption('1')
    await expect.poll(() => told.first().getAttribute('aria-label')).not.toBe(first)
    await page.getByText('Mean squared error').first().scrollIntoViewIfNeeded()
    await page.screenshot({ path: path.join(PICTURES, 'run-predictions.png') })
  })

  it('forks the run with the keyboard: what must stay is refused at its field, the rest trains on from the checkpoint', async () => {
    const before = await position()
    await page.getByRole('group', { name: /^Loss, VAA/ }).focus()
    await page.keyboard.press('f')
    const banner = page.getByRole('region', { name: 'Fork' })
    await banner.getByText('its last checkpoint: Training, step').waitFor({ state: 'attached' })
    const units = page.getByRole('spinbutton', { name: 'Units H' })
    const startFork = page.getByRole('button', { name: 'Start the fork' })
    await expect.poll(() => startFork.isEnabled()).toBe(true)
    await units.fill('9')
    await expect.poll(() => startFork.isEnabled()).toBe(false)
    await page.getByText('A fork goes on with the weights of its run').first().waitFor()
    await page.screenshot({ path: path.join(PICTURES, 'fork.png') })
    expect(await findAxeViolations(page, '.fork')).toEqual([])
    await units.fill('8')
    await page
      .getByRole('group', { name: 'Training' })
      .getByLabel(/^Steps/)
      .fill(`${before + 60}`)
    await expect.poll(() => startFork.isEnabled()).toBe(true)
    await page.keyboard.press('Control+Enter')
    await page.getByText(/^forked from long-.*Training, step \d+$/).waitFor()
    await expect.poll(state).toBe('Finished')
    await expect.poll(position).toBe(before + 60)
    await page.getByRole('tab', { name: 'Log' }).click()
    await page.getByText(/This run begins as a fork of long-/).waitFor({ state: 'attached' })
  })

  it('forks a run in the middle, where its design has kept checkpoints', async () => {
    await start({ ...LONG_CONFIG, ...KEEPING })
    await expect.poll(state).toBe('Finished')
    await page.getByRole('group', { name: /^Loss, VAA/ }).focus()
    await page.keyboard.press('f')
    const points = page.getByRole('region', { name: 'Fork' }).getByRole('combobox')
    await expect
      .poll(() => points.locator('option').allTextContents())
      .toEqual([
        'its last checkpoint: Training, step 40',
        'kept on the way: Training, step 30',
        'kept on the way: Training, step 20',
        'kept on the way: Training, step 10',
      ])
    await points.selectOption('step-20')
    const startFork = page.getByRole('button', { name: 'Start the fork' })
    await expect.poll(() => startFork.isEnabled()).toBe(true)
    await page.keyboard.press('Control+Enter')
    await page.getByText(/^forked from keeping-.*Training, step 20$/).waitFor()
    await expect.poll(state).toBe('Finished')
  })

  it('marks every restart of a warm-up, and tells why the run has failed', async () => {
    await start(STUBBORN)
    await expect.poll(state).toBe('Failed')
    await page.getByRole('tab', { name: 'Log' }).click()
    const log = page.getByRole('log')
    await expect.poll(() => log.getByText(/seeds 0, 1 have a layer above the limit/).count()).toBe(3)
    await page.getByRole('combobox', { name: 'Show' }).selectOption('error')
    await expect.poll(() => log.getByRole('listitem').count()).toBe(2)
    await log.getByText(/The run has failed: .*too multi-stable/).waitFor()
    await page.screenshot({ path: path.join(PICTURES, 'run-restarts.png') })
  })

  it('shows the probabilities of a classification and which class was taken for which', async () => {
    await start(DIGITS)
    await expect.poll(state).toBe('Finished')
    await page.getByRole('tab', { name: 'Predictions' }).click()
    await page.getByText(/^Test series 0, 28 steps: class \d taken for \d with \d+ %$/).waitFor()
    const confusion = page.getByRole('table', { name: /Rows: the class/ })
    const counts = (await confusion.getByRole('cell').allTextContents()).map(Number)
    expect(counts).toHaveLength(100)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(50)
    await confusion.scrollIntoViewIfNeeded()
    await page.screenshot({ path: path.join(PICTURES, 'run-classes.png') })
  })

  it.each(['light', 'dark'])('has no violation of accessibility in %s', async (theme) => {
    await page.getByLabel('Theme').selectOption(theme)
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme)
    for (const panel of ['Predictions', 'Log', 'Convergence']) {
      await page.getByRole('tab', { name: panel }).click()
      expect(await findAxeViolations(page)).toEqual([])
    }
    expect(complaints).toEqual([])
  })
})
