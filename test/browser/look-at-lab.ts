/**
 * What the browser tests of a file share: a served lab and a real Chromium, there before its first test and gone after its last, and pages
 * that look at the lab, each with what it complains of.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll } from 'vitest'
import { stopFileChoosers } from './file-chooser.ts'
import { SIZES } from './inspect.ts'
import { launchChromium, serveLab, watchComplaints, type ServedLab } from './served-lab.ts'
import { PATIENCE_MS } from '../patience.ts'

/** Of single moments; every view at every size stands in dist/screens. */
export const PICTURES = path.join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'pictures')

export interface OpenPage {
  readonly page: Page
  /** Errors and warnings, as they come: a test ends with none. */
  readonly complaints: string[]
}

export interface LabUnderTest {
  readonly lab: ServedLab
  readonly browser: Browser
  /** @param given.context one that pages share; else each has its own @param given.address else the lab's */
  openPage(given?: { height?: number; context?: BrowserContext; address?: string }): Promise<OpenPage>
}

/** @param start serves the lab, with a home of its own unless it says otherwise */
export function lookAtLab(start: () => Promise<ServedLab> = serveLab): LabUnderTest {
  let lab: ServedLab
  let browser: Browser

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true })
    ;[browser, lab] = await Promise.all([launchChromium(), start()])
  })

  afterAll(async () => {
    await browser?.close()
    await lab?.close()
  })

  return {
    get lab() {
      return lab
    },
    get browser() {
      return browser
    },
    async openPage({ height = SIZES[0].height, context, address = lab.address } = {}) {
      const viewport = { ...SIZES[0], height }
      const page = await (context ?? (await browser.newContext({ viewport, reducedMotion: 'reduce' }))).newPage()
      page.setDefaultTimeout(PATIENCE_MS)
      const complaints = watchComplaints(page)
      stopFileChoosers(page)
      await page.goto(address)
      return { page, complaints }
    },
  }
}
