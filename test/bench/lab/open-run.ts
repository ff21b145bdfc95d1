/**
 * How long a run of two million points takes to open: made through the real writer, served by a lab that has just been started and knows
 * nothing of it yet, and timed from the click in the list to the drawn chart.
 */
import path from 'node:path'
import type { Page } from 'playwright'
import { RunStore } from '../../../main/store/run-store.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import type { RunEvent } from '../../../shared/runs/run.ts'
import { launchChromium, serveLab } from '../../browser/served-lab.ts'

export const POINTS = 2_000_000

/** A curve and a band of curves with as many values. */
export const SHAPES = [
  { name: '1 seed, 2,000,000 steps', seedCount: 1, steps: POINTS },
  { name: '8 seeds, 250,000 steps', seedCount: 8, steps: POINTS / 8 },
] as const

type Shape = (typeof SHAPES)[number]

/** Of so many steps, the writer is waited for once. */
const WRITE_EVERY = 2000
const VALIDATIONS = 500

function* eventsOf({ seedCount, steps }: Shape): Generator<RunEvent> {
  const each = (valueOf: (seed: number) => number): number[] => Array.from({ length: seedCount }, (_, r) => valueOf(r))
  yield { type: 'phase', phase: 'training', step: 0 }
  for (let step = 1; step <= steps; step++) {
    const noise = (seed: number): number => 0.4 * Math.abs(Math.sin(step * 12.9898 + seed * 78.233))
    yield {
      type: 'train-step',
      step,
      loss: each((seed) => Math.exp((-4 * step) / steps) + noise(seed)),
      gradientNorm: each((seed) => 1 + noise(seed + 1)),
      learningRate: each(() => 1e-3),
    }
    if (step % Math.floor(steps / VALIDATIONS) !== 0) continue
    const loss = each((seed) => Math.exp((-4 * step) / steps) + 0.1 * noise(seed))
    yield { type: 'validation', step, epoch: 0, loss, accuracy: null, best: each(() => 1).map(() => false) }
  }
}

/** @returns the id of a stopped run in this home */
async function makeRun(home: string, shape: Shape): Promise<string> {
  const seeds = Array.from({ length: shape.seedCount }, (_, seed) => seed)
  const config = parseConfig(
    {
      name: 'two million points',
      dataset: { kind: 'copy-first-input', steps: 10 },
      strategies: ['none'],
      seeds,
      training: { steps: shape.steps },
    },
    'bench',
  )
  const store = new RunStore(home)
  const [record] = await store.createGroup(config, ['none'], { lab: '0', node: process.versions.node })
  const writer = await store.openWriter(record!.id)
  const at = new Date().toISOString()
  await writer.update({ status: 'running', backend: 'wasm', startedAt: at })
  let count = 0
  for (const event of eventsOf(shape)) {
    writer.append([event])
    if (++count % WRITE_EVERY === 0) await writer.flush()
  }
  await writer.update({ status: 'stopped', endedAt: at })
  await writer.close()
  return record!.id
}

/** Until the chart stands on the screen: its data are there, and the frame that draws them is over. */
async function openRun(page: Page, runId: string, lastPosition: number): Promise<number> {
  const begin = performance.now()
  await page.locator(`a.run[href="/runs/${runId}"]`).click()
  await page.locator(`[data-testid="last-position"]`, { hasText: `${lastPosition}` }).waitFor({ state: 'attached' })
  await page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  )
  return performance.now() - begin
}

/** @returns ms of each opening, by shape */
export async function measureOpening(
  rounds: number,
  progress: (line: string) => void,
): Promise<{ readonly name: string; readonly openMs: readonly number[] }[]> {
  const [lab, browser] = await Promise.all([serveLab(), launchChromium()])
  try {
    const results: { name: string; openMs: number[] }[] = []
    for (const shape of SHAPES) {
      progress(`  writing a run: ${shape.name}`)
      const runId = await makeRun(lab.home, shape)
      const openMs: number[] = []
      for (let round = 0; round < rounds; round++) {
        await lab.restart('SIGTERM')
        const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
        await page.goto(lab.address)
        await page.locator('a[href="/runs"]').first().click()
        openMs.push(await openRun(page, runId, shape.steps))
        await page.close()
      }
      progress(`  ${path.basename(runId)}, ms: ${openMs.map((ms) => ms.toFixed(0)).join(' ')}`)
      results.push({ name: shape.name, openMs })
    }
    return results
  } finally {
    await browser.close()
    await lab.close()
  }
}
