/** The insight charts of a run in a real Chromium: the gradient by lag, measured on request, and VAA against loss, as the run's files have it. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INSTALL_MS } from '../debian-package.ts'
import { findAxeViolations } from './axe.ts'
import { openDesign } from './open-design.ts'
import { launchChromium, serveLab, watchComplaints, type ServedLab } from './served-lab.ts'

const PICTURES = path.join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'pictures')
const WAIT = { timeout: 60_000, interval: 50 }
const STEPS = 60
const CONFIG = {
  name: 'insight',
  dataset: { kind: 'copy-first-input', steps: STEPS, counts: { train: 512, validation: 64, test: 64 } },
  layers: [{ cell: 'gru', units: 16 }],
  strategies: ['warmed-up'],
  warmup: { steps: 60, maxConvergenceSteps: 60 },
  training: { steps: 300, batch: 16, validateEverySteps: 50 },
  measures: { everySteps: 50, vaa: { series: 16, convergenceSteps: 100 } },
  seeds: [0, 1],
}

let lab: ServedLab
let browser: Browser
let page: Page
let complaints: string[]

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true })
  ;[lab, browser] = await Promise.all([serveLab(), launchChromium()])
  page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true })).newPage()
  complaints = watchComplaints(page)
  await page.goto(lab.address)
  await openDesign(page, CONFIG)
  await page.getByRole('button', { name: 'Start' }).click()
}, INSTALL_MS)

afterAll(async () => {
  await browser?.close()
  await lab?.close()
})

async function saveCsv(title: string): Promise<string[]> {
  const download = page.waitForEvent('download')
  await page.getByRole('combobox', { name: `Save ${title}` }).selectOption('csv')
  return (await readFile(await (await download).path(), 'utf8')).trim().split('\n')
}

describe('the insight charts', () => {
  it('show how far the gradient reaches as drawn, warmed up and trained', async () => {
    await expect.poll(() => page.getByTestId('state').textContent(), WAIT).toBe('Finished')
    await page.getByRole('tab', { name: 'Insight' }).click()
    await page.getByRole('button', { name: 'Measure the gradient by lag' }).click()
    const title = 'How far back the gradient reaches'
    await page.getByRole('heading', { name: title }).waitFor()
    const [head, ...rows] = await saveCsv(title)
    expect(head).toBe('Layer,"lag k, in steps",as drawn,warmed up,trained')
    const table = rows.map((row) => row.split(',').map(Number))
    expect(table[0]![1]).toBe(1)
    expect(table.at(-1)![1]).toBe(STEPS - 1)
    expect(table.flat().every((value) => value > 0)).toBe(true)
    // What the method is for: from the far end, more reaches the loss after the warm-up than before.
    const [, , drawn, warmed] = table.at(-1)!
    expect(warmed! / table[0]![3]!).toBeGreaterThan(drawn! / table[0]![2]!)
  })

  it('show how the weights and gradients of a layer spread at those times', async () => {
    for (const title of ['Weights of layer 1', 'Gradients of layer 1']) {
      const [head, ...rows] = await saveCsv(title)
      expect(head!.split(',').slice(1)).toEqual(['as drawn', 'warmed up', 'trained'])
      expect(rows).toHaveLength(48)
      for (const column of [1, 2, 3]) {
        const sum = rows.reduce((total, row) => total + Number(row.split(',')[column]), 0)
        expect(sum).toBeCloseTo(1, 9)
      }
    }
  })

  it('show every VAA of the training beside the loss that was measured with it', async () => {
    const [, ...rows] = await saveCsv('VAA against loss')
    const folder = path.join(lab.home, 'runs', readdirSync(path.join(lab.home, 'runs'))[0]!)
    const events = readFileSync(path.join(folder, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { type: string; phase: string; step: number; vaa: { vaa: number }[]; loss: number[] },
      )
    const expected = events
      .filter(({ type, phase, vaa }) => type === 'measure' && phase === 'training' && vaa !== null)
      .flatMap(({ step, vaa }) => {
        const validations = events.filter(({ type }) => type === 'validation')
        const distance = (event: { step: number }): number => Math.abs(event.step - step)
        const nearest = validations.reduce((best, event) => (distance(event) < distance(best) ? event : best))
        return vaa.map(({ vaa: value }, seed) => `${seed},${60 + step},${value},${nearest.loss[seed]}`)
      })
    expect(expected.length).toBeGreaterThanOrEqual(12)
    expect([...rows].sort()).toEqual([...new Set(expected)].sort())
  })

  it.each(['light', 'dark'])('have no violation of accessibility in %s', async (theme) => {
    await page.getByLabel('Theme').selectOption(theme)
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme)
    expect(await findAxeViolations(page)).toEqual([])
    await page.getByRole('heading', { name: 'VAA against loss' }).scrollIntoViewIfNeeded()
    await page.screenshot({ path: path.join(PICTURES, `insight-${theme}.png`) })
    expect(complaints).toEqual([])
  })
})
