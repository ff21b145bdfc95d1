/** The insight charts of a run in a real Chromium: the gradient by lag, measured on request, VAA against loss, and the spreads over time, as the run's files have them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import type { RunEvent } from '../../shared/runs/run.ts'
import { findAxeViolations } from './axe.ts'
import { openDesign } from './file-chooser.ts'
import { lookAtLab, PICTURES } from './look-at-lab.ts'

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

const at = lookAtLab()
let page: Page
let complaints: string[]

beforeAll(async () => {
  ;({ page, complaints } = await at.openPage({ height: 900 }))
  await openDesign(page, CONFIG)
  await page.getByRole('button', { name: 'Start' }).click()
})

async function saveCsv(title: string): Promise<string[]> {
  const download = page.waitForEvent('download')
  await page.getByRole('combobox', { name: `Save ${title}` }).selectOption('csv')
  return (await readFile(await (await download).path(), 'utf8')).trim().split('\n')
}

/** Of the one run of this home. */
function readEvents(): RunEvent[] {
  const folder = path.join(at.lab.home, 'runs', readdirSync(path.join(at.lab.home, 'runs'))[0]!)
  const lines = readFileSync(path.join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as RunEvent)
}

describe('the insight charts', () => {
  it('show how far the gradient reaches as drawn, warmed up and trained', async () => {
    await expect.poll(() => page.getByTestId('state').textContent()).toBe('Finished')
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
      const middles = rows.map((row) => Number(row.split(',')[0]))
      const width = middles[1]! - middles[0]!
      expect(rows.length).toBeGreaterThan(16)
      middles.forEach((middle, bin) => expect(middle).toBeCloseTo(middles[0]! + bin * width, 9))
      for (const column of [1, 2, 3]) {
        const sum = rows.reduce((total, row) => total + Number(row.split(',')[column]), 0)
        expect(sum).toBeCloseTo(1, 9)
      }
    }
  })

  it('show every VAA of the training beside the loss that was measured with it', async () => {
    const [, ...rows] = await saveCsv('VAA against loss')
    const events = readEvents()
    const expected = events
      .flatMap((event) => (event.type === 'measure' && event.phase === 'training' ? [event] : []))
      .flatMap(({ step, vaa }) => {
        const validations = events.flatMap((event) => (event.type === 'validation' ? [event] : []))
        const distance = (event: { step: number }): number => Math.abs(event.step - step)
        const nearest = validations.reduce((best, event) => (distance(event) < distance(best) ? event : best))
        return (vaa as { vaa: number }[]).map(
          ({ vaa: value }, seed) => `${seed},${step},${value},${nearest.loss[seed]}`,
        )
      })
    expect(expected.length).toBeGreaterThanOrEqual(12)
    expect([...rows].sort()).toEqual([...new Set(expected)].sort())
  })

  it('show how weights and gradients spread over the whole run, as its file has it', async () => {
    const events = readEvents().flatMap((event) => (event.type === 'spreads' ? [event] : []))
    const positions = events.map(({ phase, step }) => (phase === 'warm-up' ? step : 60 + step))
    // Before, during and after the warm-up of 60 steps, then every 50 of training.
    expect(positions).toEqual([0, 50, 60, 110, 160, 210, 260, 310, 360])
    const [head, ...rows] = await saveCsv('Weights over time')
    expect(head).toBe('phase,from step,to step,measurements,bin from,bin to,values,share')
    const table = rows.map((row) => row.split(','))
    positions.forEach((position, index) => {
      const [phase, step] = position <= 60 ? ['warm-up', position] : ['training', position - 60]
      const drawn = table.filter((cells) => cells[0] === phase && Number(cells[1]) === step)
      const counts = events[index]!.seeds[0]!.find(({ layerIndex }) => layerIndex === 0)!.weights.counts
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
      expect(sum(drawn.map((cells) => Number(cells[6])))).toBe(sum(counts))
      expect(sum(drawn.map((cells) => Number(cells[7])))).toBeCloseTo(1, 9)
    })
  })

  it('have that map under a cursor, as a table, and of another layer and of gradients', async () => {
    const map = page.getByRole('group', { name: 'Weights over time' }).first()
    await map.focus()
    await page.keyboard.press('End')
    const cursor = page.locator('section.figure', { has: map }).getByTestId('figure-cursor')
    await expect
      .poll(() => cursor.textContent())
      .toMatch(/^phase Training, from step 300, to step 300, measurements 1, 5 % /)
    await page.getByText('Values of “Weights over time” as a table').click()
    const cells = page.locator('section.figure', { has: map }).locator('tbody tr')
    await expect.poll(() => cells.count()).toBe(9)
    await page.getByLabel('Where').selectOption({ label: 'readout' })
    await page.getByRole('combobox', { name: 'Of', exact: true }).selectOption('gradients')
    await page.getByRole('heading', { name: 'Gradients over time' }).waitFor()
    await expect.poll(async () => (await saveCsv('Gradients over time')).length).toBeGreaterThan(9)
    await page.getByRole('group', { name: 'Gradients over time' }).first().focus()
    await page.keyboard.press('Home')
    await expect.poll(() => page.getByTestId('figure-cursor').last().textContent()).toMatch(/exactly 0 [\d.]+$/)
    await page.getByLabel('Where').selectOption({ label: 'layer 1' })
  })

  it('have that map saved as a picture, drawing and document', async () => {
    for (const [format, begin] of [
      ['png', Buffer.from('\x89PNG', 'latin1')],
      ['svg', Buffer.from('<svg')],
      ['pdf', Buffer.from('%PDF-')],
    ] as const) {
      const download = page.waitForEvent('download')
      await page.getByRole('combobox', { name: 'Save Gradients over time' }).selectOption(format)
      const file = await download
      expect(file.suggestedFilename()).toMatch(new RegExp(`-gradients-over-time\\.${format}$`))
      const bytes = await readFile(await file.path())
      expect(bytes.subarray(0, begin.length).equals(begin)).toBe(true)
      writeFileSync(path.join(PICTURES, `spreads-over-time.${format}`), bytes)
    }
  })

  it.each(['light', 'dark'])('have no violation of accessibility in %s', async (theme) => {
    await page.getByLabel('Theme').selectOption(theme)
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme)
    expect(await findAxeViolations(page)).toEqual([])
    for (const [width, height] of [
      [1280, 720],
      [1920, 1080],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.getByRole('heading', { name: 'Gradients over time' }).scrollIntoViewIfNeeded()
      await page.screenshot({ path: path.join(PICTURES, `insight-${theme}-${width}.png`) })
    }
    expect(complaints).toEqual([])
  })
})
