/** Every view that the navigation leads to, empty and filled, and every panel of a run: for everybody, in both themes and sizes, without a complaint. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDesign, stopFileChoosers } from './file-chooser.ts'
import { inspectView, SIZES } from './inspect.ts'
import { untilState } from './journey-steps.ts'
import { launchChromium, serveLab, watchComplaints, type ServedLab } from './served-lab.ts'
import { PATIENCE_MS } from '../patience.ts'

const CONFIG = {
  name: 'every view',
  dataset: { kind: 'copy-first-input', steps: 20, counts: { train: 512, validation: 64, test: 64 } },
  layers: [{ cell: 'gru', units: 16 }],
  strategies: ['double', 'none'],
  warmup: { steps: 40, maxConvergenceSteps: 50 },
  training: { steps: 600, batch: 16, validateEverySteps: 50 },
  measures: { everySteps: 100, vaa: { series: 16, convergenceSteps: 100 } },
  seeds: [0, 1, 2],
}

describe('every view', () => {
  let browser: Browser
  let lab: ServedLab
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    ;[browser, lab] = await Promise.all([launchChromium(), serveLab()])
    page = await (await browser.newContext({ viewport: SIZES[0], reducedMotion: 'reduce' })).newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    complaints = watchComplaints(page)
    stopFileChoosers(page)
    await page.goto(lab.address)
    await page.getByRole('img', { name: /^Series 1/ }).waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await lab?.close()
  })

  const links = () => page.getByRole('navigation').getByRole('link')

  /** @param elsewhere the address of a view that is empty where the navigation leads to it */
  async function inspectAll(state: string, elsewhere: Readonly<Record<string, string>> = {}): Promise<void> {
    const names = await links().evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''))
    expect(names).toContain('/design')
    for (const href of [...names, '/trash']) {
      const address = elsewhere[href] ?? (names.includes(href) ? undefined : href)
      if (address === undefined) await page.locator(`nav a[href="${href}"]`).click()
      else await page.goto(new URL(address, lab.address).href)
      await page.getByRole('main').waitFor()
      await page.evaluate(() => document.fonts.ready)
      await inspectView(page, `${href.slice(1).replace(/\W+/g, '-')}-${state}`)
    }
  }

  const isFinished = (id: string): boolean =>
    /"status": "finished"/.test(readFileSync(path.join(lab.home, 'runs', id, 'run.json'), 'utf8'))

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
    const ids = ['none', 'double'].map((strategy) => runId.replace(/-(none|double)$/, `-${strategy}`))
    await expect.poll(() => ids.map(isFinished)).toEqual([true, true])
    await inspectAll('filled', { '/compare': `/compare/${ids.join(',')}` })
    expect(complaints).toEqual([])
  })
})
