/**
 * What a window costs a run: eight seeds that log every step, trained on one thread in the desktop, with the run's window open and with none,
 * in alternated pairs within one run. The rate comes from the run's own file, so that nobody listens while no window is open.
 */
import { open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright'
import { startDesktop, type DesktopLab } from '../../desktop/electron-lab.ts'
import { collectFrames } from './frames.ts'
import { percentile } from './statistics.ts'

/** About 1,000 steps a second on one thread of the machine that it was made for. */
export const LOAD_CONFIG = {
  name: 'load',
  dataset: { kind: 'copy-first-input', steps: 10, counts: { train: 2000, validation: 20, test: 20 } },
  layers: [{ cell: 'gru', units: 8 }],
  strategies: ['none'],
  seeds: [0, 1, 2, 3, 4, 5, 6, 7],
  training: { steps: 100_000_000, batch: 4, validateEverySteps: 10_000 },
  measures: {
    everySteps: 10_000,
    vaa: { series: 4, convergenceSteps: 20 },
    vaaStar: { series: 4, convergenceSteps: 10 },
  },
}

/** A new window draws its first picture before it is measured. */
const SETTLE_MS = 3000
const TAIL_BYTES = 4096

export interface LoadPair {
  readonly openStepsPerSecond: number
  readonly closedStepsPerSecond: number
  /** Share of the steps that the window costs; below 0 it was faster. */
  readonly slowdown: number
}

export interface LoadResult {
  readonly pairs: readonly LoadPair[]
  /** Over all time with the window open. */
  readonly frameMsP95: number
  readonly frameMsP50: number
  readonly openMs: number
}

interface Mark {
  readonly step: number
  readonly timeMs: number
}

/** The last whole line of the file, and when it was written. */
async function readMark(file: string): Promise<Mark> {
  const handle = await open(file, 'r')
  try {
    const { size, mtimeMs } = await handle.stat()
    const length = Math.min(size, TAIL_BYTES)
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
    const lines = buffer.toString('utf8').split('\n').slice(1, -1).reverse()
    for (const line of lines) {
      const event = JSON.parse(line) as { type: string; step: number }
      if (event.type === 'train-step') return { step: event.step, timeMs: mtimeMs }
    }
  } finally {
    await handle.close()
  }
  throw new Error(`${file}: no step among its last ${TAIL_BYTES} bytes`)
}

async function measureRate(file: string, forMs: number): Promise<number> {
  const from = await readMark(file)
  await wait(forMs)
  const to = await readMark(file)
  return ((to.step - from.step) / (to.timeMs - from.timeMs)) * 1000
}

async function openRunWindow({ app }: DesktopLab, runId: string): Promise<Page> {
  const opening = app.waitForEvent('window')
  opening.catch(() => undefined) // told by what fails first
  await app.evaluate(({ app: electronApp }) => electronApp.emit('second-instance'))
  const page = await opening
  await page.locator('a[href="/runs"]').click()
  await page.locator(`a.run[href="/runs/${runId}"]`).click()
  await page.getByTestId('last-position').waitFor()
  return page
}

/** Resolves once they are gone: one that is closing would be brought to the front instead of a new one being opened. */
const closeWindows = ({ app }: DesktopLab): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => {
    const closed = BrowserWindow.getAllWindows().map(
      (window) => new Promise<void>((resolve) => window.once('closed', () => resolve())),
    )
    BrowserWindow.getAllWindows().forEach((window) => window.close())
    return Promise.all(closed).then(() => undefined)
  })

/** Through the page's own line to the lab. */
async function startRun({ page, app, home }: DesktopLab): Promise<string> {
  await page.locator('button.primary:enabled').waitFor()
  await app.evaluate(({ BrowserWindow, ipcMain }, config) => {
    const { webContents } = BrowserWindow.getAllWindows().find((window) => window.isVisible())!
    const event = { sender: webContents, senderFrame: webContents.mainFrame }
    const command = (id: number, name: string, payload: unknown): unknown =>
      ipcMain.emit('warmup-lab:command', event, { kind: 'command', id, name, payload })
    command(900_001, 'settings.change', { whenClosed: 'train-on' })
    command(900_002, 'run.start', { config })
  }, LOAD_CONFIG)
  const folder = path.join(home, 'runs')
  for (;;) {
    const [runId] = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('load'))
    const size = runId ? await stat(path.join(folder, runId, 'metrics.jsonl')).catch(() => null) : null
    if (runId && size && size.size > TAIL_BYTES) return runId
    await wait(100)
  }
}

/** @param segmentMs with the window open, and as long with none, so many times */
export async function measureLoad(
  program: string,
  pairCount: number,
  segmentMs: number,
  threads: number,
  progress: (line: string) => void,
): Promise<LoadResult> {
  const desktop = await startDesktop(program, { WARMUP_LAB_THREADS: `${threads}` })
  try {
    const runId = await startRun(desktop)
    const file = path.join(desktop.home, 'runs', runId, 'metrics.jsonl')
    await closeWindows(desktop)
    const pairs: LoadPair[] = []
    const frames: number[] = []
    const measureOpen = async (): Promise<number> => {
      const page = await openRunWindow(desktop, runId)
      await wait(SETTLE_MS)
      let rate = 0
      frames.push(...(await collectFrames(page, async () => void (rate = await measureRate(file, segmentMs)))))
      await closeWindows(desktop)
      await wait(SETTLE_MS)
      return rate
    }
    for (let pair = 0; pair < pairCount; pair++) {
      // Now the one first, now the other: a machine that warms up or slows down favours neither.
      const first = pair % 2 === 0 ? await measureOpen() : await measureRate(file, segmentMs)
      const second = pair % 2 === 0 ? await measureRate(file, segmentMs) : await measureOpen()
      const [openStepsPerSecond, closedStepsPerSecond] = pair % 2 === 0 ? [first, second] : [second, first]
      pairs.push({ openStepsPerSecond, closedStepsPerSecond, slowdown: 1 - openStepsPerSecond / closedStepsPerSecond })
      progress(
        `  pair ${pair + 1}/${pairCount}: ${openStepsPerSecond.toFixed(0)} steps/s with the window, ${closedStepsPerSecond.toFixed(0)} without`,
      )
    }
    return {
      pairs,
      frameMsP95: percentile(frames, 0.95),
      frameMsP50: percentile(frames, 0.5),
      openMs: pairCount * segmentMs,
    }
  } finally {
    await desktop.close()
  }
}
