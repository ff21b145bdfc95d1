/** Every view that the navigation leads to, empty and filled, and every panel of a run: for everybody, in both themes and sizes, without a complaint. */
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INSTALL_MS } from '../debian-package.ts'
import { openDesign, stopFileChoosers } from './file-chooser.ts'
import { inspectView, SIZES } from './inspect.ts'
import { untilState } from './journey-steps.ts'
import { launchChromium, serveLab, watchComplaints, type ServedLab } from './served-lab.ts'

const CONFIG = {
  name: 'every view',
  dataset: { kind: 'copy-first-input', steps: 20, counts: { train: 512, validation: 64, test: 64 } },
  layers: [{ cell: 'gru', units: 16 }],
  strategies: ['double'],
  warmup: { steps: 40, maxConvergenceSteps: 50 },
  training: { steps: 600, batch: 16, validateEverySteps: 50 },
  measures: { everySteps: 100, vaa: { series: 16, convergenceSteps: 100 } },
  seeds: [0, 1, 2],
}

describe('every view', { timeout: 240_000 }, () => {
  let browser: Browser
  let lab: ServedLab
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    ;[browser, lab] = await Promise.all([launchChromium(), serveLab()])
    page = await (await browser.newContext({ viewport: SIZES[0], reducedMotion: 'reduce' })).newPage()
    page.setDefaultTimeout(15_000)
    complaints = watchComplaints(page)
    stopFileChoosers(page)
    await page.goto(lab.address)
    await page.getByRole('img', { name: /^Series 1/ }).waitFor()
  }, INSTALL_MS)
  afterAll(async () => {
    await browser?.close()
    await lab?.close()
  })

  const links = () => page.getByRole('navigation').getByRole('link')

  async function inspectAll(state: string): Promise<void> {
    const names = await links().evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''))
    expect(names).toContain('/design')
    for (const href of names) {
      await page.locator(`nav a[href="${href}"]`).click()
      await page.getByRole('main').waitFor()
      await page.evaluate(() => document.fonts.ready)
      await inspectView(page, `${href.slice(1).replace(/\W+/g, '-')}-${state}`)
    }
  }

  it('is right while there is nothing', async () => {
    await inspectAll('empty')
    expect(complaints).toEqual([])
  })

  it('is right once there is a run, and so is every panel of the run', async () => {
    await page.getByRole('link', { name: 'Design' }).click()
    await openDesign(page, CONFIG)
    await page.getByRole('button', { name: 'Start' }).click()
    await untilState(page, 'Finished')
    await inspectView(page, 'run')
    const tabs = await page.getByRole('tab').allTextContents()
    expect(tabs.length).toBeGreaterThan(1)
    for (const tab of tabs) {
      await page.getByRole('tab', { name: tab, exact: true }).click()
      await page.getByRole('tabpanel').first().scrollIntoViewIfNeeded()
      await inspectView(page, `run-${tab.trim().toLowerCase().replace(/\W+/g, '-')}`)
    }
    const runId = new URL(page.url()).pathname.split('/').at(-1)!
    await page.goto(new URL(`/compare/${runId}`, lab.address).href)
    await page
      .getByRole('region', { name: 'Results' })
      .getByRole('row', { name: /Double layer/ })
      .waitFor()
    await inspectView(page, 'compare-chosen')
    await inspectAll('filled')
    expect(complaints).toEqual([])
  })
})
