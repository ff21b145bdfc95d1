/**
 * A lab with 20,000 runs: its index made from the folders, opened again, asked for windows in any order, and its table scrolled in a real
 * Chromium: how long each takes, frame by frame, and what the page holds of memory.
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { RunIndex } from '../../../main/lab/run-index/run-index.ts'
import {
  CONFIGURATION_SORTS,
  configurationQuerySchema,
  RUN_SORTS,
  runQuerySchema,
} from '../../../shared/protocol/run-query.ts'
import { launchChromium, serveLab } from '../../browser/served-lab.ts'
import { collectFrames } from './frames.ts'
import { makeRuns } from './make-runs.ts'
import { median, percentile } from './statistics.ts'

const ROOT = path.join(import.meta.dirname, '..', '..', '..')
const ROUNDS = 5
/** A window of the table. */
const WINDOW = 64
const SCROLL_MS = 9000
const JUMP_EVERY_MS = 80
const FILTERS = [
  { text: 'lstm t300 double' },
  { states: ['failed', 'crashed'] as const },
  { tags: ['paper'], onlyStarred: true },
  { strategies: ['warmed-up'] as const, text: 'gru' },
]

export interface RunsResult {
  readonly runCount: number
  readonly rebuildMs: number
  /** From nothing to the first window of rows, with the index that is there. */
  readonly openMs: number
  /** Until every folder was looked at, too. */
  readonly verifiedMs: number
  /** The slowest question of each kind, the median of its rounds. */
  readonly sortMs: number
  readonly filterMs: number
  readonly groupMs: number
  /** The same in the page: from the press to the new rows on the screen. */
  readonly pageSortMs: number
  readonly pageGroupMs: number
  readonly pageSearchMs: number
  readonly scrolls: readonly ScrollResult[]
  /** Of an empty page of this Chromium here, scrolled by nothing: what the machine itself can do. */
  readonly idleFrameMsMax: number
  readonly heapBytes: number
  /** Of the page's process, proportional share; null where the system does not tell. */
  readonly rendererBytes: number | null
}

export interface ScrollResult {
  /** Which table, in a window of which size. */
  readonly what: string
  readonly frameMsMax: number
  readonly frameMsP95: number
}

const WINDOWS = [
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
]

/** @param progress one line at a time */
export async function measureRuns(runCount: number, progress: (line: string) => void): Promise<RunsResult> {
  const home = path.join(ROOT, 'node_modules', '.cache', `bench-runs-${runCount}`)
  await makeRuns(home, runCount, (made) => {
    if (made % 1000 === 0) progress(`  made ${made} of ${runCount} runs`)
  })
  await writeFile(path.join(home, 'settings.json'), JSON.stringify({ tourDone: true }))
  const index = await measureIndex(home, progress)
  const page = await measurePage(home, progress)
  return { runCount, ...index, ...page }
}

async function measureIndex(home: string, progress: (line: string) => void) {
  await rm(path.join(home, 'index'), { recursive: true, force: true })
  const open = async (): Promise<{ index: RunIndex; openMs: number; verifiedMs: number }> => {
    const begin = performance.now()
    const index = new RunIndex(home, { changed: () => undefined, state: () => undefined, notice: rethrow })
    await index.ask('page', runQuerySchema.parse({ count: WINDOW }))
    const openMs = performance.now() - begin
    await index.ask('sync-all', null)
    return { index, openMs, verifiedMs: performance.now() - begin }
  }
  const built = await open()
  await built.index.close()
  progress(`  index made in ${built.verifiedMs.toFixed(0)} ms`)
  const { index, openMs, verifiedMs } = await open()
  progress(`  index opened in ${openMs.toFixed(0)} ms, all folders looked at after ${verifiedMs.toFixed(0)} ms`)
  const slowest = async (label: string, questions: readonly (() => Promise<unknown>)[]): Promise<number> => {
    let most = 0
    for (const question of questions) most = Math.max(most, await medianTime(question))
    progress(`  ${label}: at most ${most.toFixed(1)} ms`)
    return most
  }
  const page = (query: object) => () => index.ask('page', runQuerySchema.parse({ ...query, count: WINDOW }))
  const grouped = (query: object) => () =>
    index.ask('configurations', configurationQuerySchema.parse({ ...query, count: WINDOW }))
  const sortMs = await slowest(
    'sorted',
    RUN_SORTS.flatMap((sort) => [page({ sort }), page({ sort, offset: 15_000 })]),
  )
  const filterMs = await slowest(
    'filtered',
    FILTERS.map((filter) => page({ filter, sort: 'result' })),
  )
  const groupMs = await slowest('by configuration', [
    ...CONFIGURATION_SORTS.map((sort) => grouped({ sort })),
    ...FILTERS.map((filter) => grouped({ filter, sort: 'result' })),
  ])
  await index.close()
  return { rebuildMs: built.verifiedMs, openMs, verifiedMs, sortMs, filterMs, groupMs }
}

async function measurePage(home: string, progress: (line: string) => void) {
  const [lab, browser] = await Promise.all([serveLab({ home }), launchChromium()])
  try {
    const page = await browser.newPage({ viewport: WINDOWS[0]! })
    await page.goto('about:blank')
    const idle = await collectFrames(page, () => page.waitForTimeout(SCROLL_MS / 2))
    await page.goto(lab.address)
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.locator('a.run').first().waitFor()
    const pageSortMs = await medianOf(() => timeAnswer(page, { press: '[role="columnheader"]:nth-child(8) button' }))
    let letters = 0
    const pageSearchMs = await medianOf(() => timeAnswer(page, { type: 'lstm double'.slice(0, 3 + letters++) }))
    await timeAnswer(page, { type: '' })
    const pageGroupMs = await medianOf(async () => {
      const ms = await timeGrouping(page)
      await page.getByRole('button', { name: 'By configuration' }).click()
      await page.locator('a.run').first().waitFor()
      return ms
    })
    progress(
      `  in the page: sorted ${pageSortMs.toFixed(0)}, searched ${pageSearchMs.toFixed(0)}, grouped ${pageGroupMs.toFixed(0)} ms`,
    )
    const scrolls: ScrollResult[] = []
    for (const isGrouped of [false, true]) {
      if (isGrouped) await timeGrouping(page)
      for (const size of WINDOWS) {
        await page.setViewportSize(size)
        const frames = await collectFrames(page, () => scroll(page))
        const what = `${isGrouped ? 'by configuration' : 'runs'}, ${size.width}x${size.height}`
        scrolls.push({ what, frameMsMax: Math.max(...frames), frameMsP95: percentile(frames, 0.95) })
        progress(`  ${frames.length} frames while it was scrolled: ${what}`)
      }
    }
    const session = await page.context().newCDPSession(page)
    await session.send('HeapProfiler.collectGarbage')
    const heapBytes = await page.evaluate(
      () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
    )
    return {
      pageSortMs,
      pageGroupMs,
      pageSearchMs,
      scrolls,
      idleFrameMsMax: Math.max(...idle),
      heapBytes,
      rendererBytes: await rendererMemory(browser),
    }
  } finally {
    await browser.close()
    await lab.close()
  }
}

async function medianOf(measure: () => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await measure())
  return median(times)
}

function medianTime(act: () => Promise<unknown>): Promise<number> {
  return medianOf(async () => {
    const begin = performance.now()
    await act()
    return performance.now() - begin
  })
}

/** From a press or a text in the search to the frame that shows the rows that answer it. */
function timeAnswer(page: Page, act: { press: string } | { type: string }): Promise<number> {
  return page.evaluate(async (wanted) => {
    const grid = document.querySelector('[role="grid"]')!
    const begin = performance.now()
    const answered = new Promise<void>((resolve) => {
      let isAsked = false
      const observer = new MutationObserver(() => {
        isAsked ||= grid.classList.contains('stale')
        if (!isAsked || grid.classList.contains('stale')) return
        observer.disconnect()
        requestAnimationFrame(() => resolve())
      })
      observer.observe(grid, { attributes: true, attributeFilter: ['class'] })
    })
    if ('press' in wanted) document.querySelector<HTMLElement>(wanted.press)!.click()
    else {
      const field = document.querySelector<HTMLInputElement>('input[type="search"]')!
      field.value = wanted.type
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }
    await answered
    return performance.now() - begin
  }, act)
}

/** From the press to the frame that shows configurations with their means. */
function timeGrouping(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const button = [...document.querySelectorAll('button')].find(({ textContent }) =>
      textContent?.includes('By configuration'),
    )!
    const begin = performance.now()
    const shown = new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        if (!document.querySelector('[aria-label="Configurations"] [role=row] strong')) return
        observer.disconnect()
        requestAnimationFrame(() => resolve())
      })
      observer.observe(document.body, { subtree: true, childList: true })
    })
    button.click()
    await shown
    return performance.now() - begin
  })
}

/** With the wheel as fast as it turns, then in jumps of thousands of rows as with the scroll bar, then with the keys. */
async function scroll(page: Page): Promise<void> {
  await page.mouse.move(700, 400)
  await page.getByRole('grid').focus()
  const ways = [
    (): Promise<void> => page.mouse.wheel(0, 240),
    (turn: number): Promise<void> => page.mouse.wheel(0, (turn % 3 === 2 ? -1 : 1) * 3000 * ((turn % 50) + 1)),
    (turn: number): Promise<void> =>
      page.keyboard.press(turn % 40 === 39 ? (turn % 80 === 79 ? 'Home' : 'End') : 'PageDown'),
  ]
  for (const [index, move] of ways.entries()) {
    const end = performance.now() + SCROLL_MS / ways.length
    for (let turn = 0; performance.now() < end; turn++) {
      await move(turn)
      await page.waitForTimeout(index === 1 ? JUMP_EVERY_MS : 10)
    }
  }
}

/** What the page's process alone holds, with its share of what it holds with others. */
async function rendererMemory(browser: Browser): Promise<number | null> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const sizes = await Promise.all(
    processInfo
      .filter(({ type }) => type === 'renderer')
      .map(async ({ id }) => {
        const text = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => '')
        return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024
      }),
  )
  return sizes.some((size) => size > 0) ? Math.max(...sizes) : null
}

function rethrow(error: Error): never {
  throw error
}
