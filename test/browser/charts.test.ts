/** A run's charts in a real Chromium: how they are drawn, where they are zoomed to while the run goes on, and the files they are saved as. */
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { findAxeViolations } from './axe.ts'
import { openDesign } from './file-chooser.ts'
import { lookAtLab, PICTURES } from './look-at-lab.ts'

const CONFIG = {
  name: 'charted',
  dataset: { kind: 'copy-first-input', steps: 12, counts: { train: 512, validation: 64, test: 64 } },
  layers: [{ cell: 'mgu', units: 8 }],
  strategies: ['double'],
  warmup: { steps: 30 },
  training: { steps: 2500, batch: 8, validateEverySteps: 100 },
  measures: { everySteps: 200, vaa: { series: 8, convergenceSteps: 50 } },
  seeds: [0, 1, 2],
}

const at = lookAtLab()
let page: Page
let complaints: string[]

beforeAll(async () => {
  ;({ page, complaints } = await at.openPage({ height: 800 }))
  await openDesign(page, CONFIG)
  await page.getByRole('button', { name: 'Start' }).click()
})

const position = async (): Promise<number> => Number(await page.getByTestId('last-position').textContent())

async function save(format: string): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await page.getByRole('combobox', { name: 'Save chart' }).selectOption(format)
  return readFile(await (await download).path())
}

describe('the charts of a run', () => {
  it('stay where they are zoomed to while the run goes on', async () => {
    await expect.poll(position).toBeGreaterThan(200)
    const canvas = page.locator('.chart canvas').first()
    const box = (await canvas.boundingBox())!
    await page.mouse.move(box.x + box.width / 2, box.y + 120)
    await page.mouse.wheel(0, -300)
    await page.keyboard.down('Control')
    expect(await page.locator('.chart').getAttribute('data-range')).toBeNull() // the wheel alone scrolls
    await page.mouse.wheel(0, -300)
    await page.keyboard.up('Control')
    await page.getByRole('button', { name: 'Whole run' }).waitFor()
    const zoomed = async (): Promise<unknown> => page.locator('.chart').getAttribute('data-range')
    const range = await zoomed()
    expect(range).toMatch(/^\d+ \d+$/)
    await expect.poll(position).toBeGreaterThan((await position()) + 200)
    expect(await zoomed()).toBe(range)
    await page.getByRole('button', { name: 'Whole run' }).click()
    expect(await zoomed()).toBeNull()
  })

  it('say what a logarithmic axis cannot show, and take a cursor from the keyboard', async () => {
    await expect.poll(() => page.getByTestId('state').textContent()).toBe('Finished')
    await expect.poll(position).toBe(2530)
    // VAA is measured before the first step.
    const axis = page.getByRole('combobox', { name: 'Axis' })
    await axis.selectOption('log')
    await page.getByText(/points? at zero or below cannot be shown/).waitFor()
    await axis.selectOption('step')
    await page.getByLabel('Seeds', { exact: true }).check()
    await page.getByRole('slider', { name: 'Smoothing' }).fill('0.9')
    await page.locator('.chart').focus()
    await page.keyboard.press('End')
    await expect
      .poll(() => page.getByTestId('cursor').textContent())
      .toMatch(/^Training, step 2500: training, smoothed 0\.90 [\d.e-]+, training [\d.e-]+, validation [\d.e-]+/)
    await page.keyboard.press('Home')
    await page.keyboard.press('Shift+ArrowRight')
    await expect.poll(() => page.getByTestId('cursor').textContent()).toMatch(/^Warm-up, step.*: .*warm-up loss/)
    await page.getByText('Values as a table').click()
    const rows = page.getByRole('table').getByRole('row')
    await expect.poll(() => rows.count()).toBeGreaterThan(5)
    await page.screenshot({ path: path.join(PICTURES, 'charts.png') })
  })

  it('are zoomed and moved with the keyboard, and the cursor keeps its place', async () => {
    const range = (): Promise<string | null> => page.locator('.chart').getAttribute('data-range')
    await page.locator('.chart').focus()
    await page.keyboard.press('End')
    await page.keyboard.press('+')
    expect(await range()).toBe('1265 2530')
    await page.keyboard.press('PageUp')
    expect(await range()).toMatch(/^63[12] 189[78]$/)
    await page.keyboard.press('-')
    expect(await range()).toBeNull()
    await page.keyboard.press('+')
    await page.keyboard.press('+')
    expect(await range()).toMatch(/^189[78] 2530$/)
    // Asked for in full: every step is there.
    await expect
      .poll(async () => {
        await page.keyboard.press('End')
        await page.keyboard.press('ArrowLeft')
        return page.getByTestId('cursor').textContent()
      })
      .toMatch(/^Training, step 2499: /)
    await page.keyboard.press('0')
    expect(await range()).toBeNull()
  })

  it('are zoomed by a box, steps and values alike, and by a flat one in steps alone', async () => {
    await page.getByText('Values as a table').click() // closed: the charts have the room again
    const chart = page.locator('.chart')
    const { x, y, width } = (await chart.locator('canvas').first().boundingBox())!
    async function draw(height: number): Promise<void> {
      await page.mouse.move(x + width / 2, y + 50)
      await page.mouse.down()
      await page.mouse.move(x + width - 60, y + 50 + height, { steps: 4 })
      await page.mouse.up()
    }
    await draw(4)
    await page.getByRole('button', { name: 'Whole run' }).waitFor()
    expect(await chart.getAttribute('data-range')).toMatch(/^1\d{3} 2\d{3}$/)
    expect(await chart.getAttribute('data-levels')).toBeNull()
    await page.mouse.dblclick(x + width / 2, y + 60)
    await expect.poll(() => chart.getAttribute('data-range')).toBeNull()
    await draw(40)
    await expect.poll(() => chart.getAttribute('data-levels')).toBe('loss')
    await page.screenshot({ path: path.join(PICTURES, 'charts-zoomed.png') })
    await page.getByRole('button', { name: 'Whole run' }).click()
    expect(await chart.getAttribute('data-levels')).toBeNull()
  })

  it('stand on epochs and on the time that was trained, with the same points under the cursor', async () => {
    const axis = page.getByRole('combobox', { name: 'Axis' })
    const told = async (): Promise<string | null> => {
      await page.locator('.chart').focus()
      await page.keyboard.press('End')
      return page.getByTestId('cursor').textContent()
    }
    const bySteps = await told()
    for (const [kind, name] of [
      ['epoch', 'epochs of the training'],
      ['time', 'time trained without pauses'],
    ] as const) {
      await axis.selectOption(kind)
      await expect.poll(async () => (await save('svg')).toString()).toContain(`>${name}`)
      expect(await told()).toBe(bySteps)
    }
    await page.screenshot({ path: path.join(PICTURES, 'charts-time.png') })
    await axis.selectOption('step')
  })

  it('show VAA of the parts, and how their states converged', async () => {
    await page.getByRole('combobox', { name: 'VAA of' }).selectOption('parts')
    await page.locator('.chart').focus()
    await page.keyboard.press('End')
    await expect
      .poll(() => page.getByTestId('cursor').textContent())
      .toMatch(/VAA layer 1, part 1 [\d.]+, VAA layer 1, part 2 [\d.]+, VAA\* [\d.]+/)
    await page.getByRole('tab', { name: 'Convergence' }).click()
    const table = page.getByRole('region', { name: 'How the states of the last VAA converged' })
    await expect.poll(() => table.getByRole('row').count()).toBe(4)
    // 3 seeds of 8 series.
    expect(await table.getByRole('row').nth(1).textContent()).toMatch(
      /^Whole network[\d.]+[\d.]+[\d.e-]+\d+ \/ 24\d+ \/ 24\d+ \/ 24$/,
    )
    await table.scrollIntoViewIfNeeded()
    await page.screenshot({ path: path.join(PICTURES, 'charts-parts.png') })
  })

  it('are saved as drawing, picture and values', async () => {
    const svg = (await save('svg')).toString()
    expect(svg).toMatch(/^<svg /)
    const words = [
      'Loss (mean squared error)',
      'training, smoothed 0.90',
      'validation',
      'VAA*',
      'optimiser steps',
      'Training',
    ]
    for (const word of words) expect(svg).toContain(`>${word}`)
    const png = await save('png')
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2700, 1860])

    const runs = path.join(at.lab.home, 'runs')
    const metrics = readFileSync(path.join(runs, readdirSync(runs)[0]!, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
    const logged = metrics
      .map((line) => JSON.parse(line) as { type: string; step: number; loss: number[] })
      .filter(({ type }) => type === 'train-step')
      .flatMap(({ step, loss }) => loss.map((value, r) => `loss,training,${step},${r},${value}`))
    expect(logged).toHaveLength(3 * 2500)
    const csv = (await save('csv')).toString().trim().split('\n')
    expect(csv[0]).toBe('series,phase,step,seed,value,smoothed 0.9')
    const losses = csv.filter((line) => line.startsWith('loss,'))
    expect(losses.map((line) => line.slice(0, line.lastIndexOf(',')))).toEqual(logged)
    expect(losses.every((line) => /,[\d.e-]+$/.test(line))).toBe(true)
    // What was measured now and then is not smoothed.
    const measured = csv.filter((line) => /^(validation-loss|vaa|vaa-star),/.test(line))
    expect(measured.length).toBeGreaterThan(0)
    expect(measured.every((line) => line.endsWith(','))).toBe(true)
  })

  it.each(['light', 'dark'])('have no violation of accessibility in %s', async (theme) => {
    await page.getByLabel('Theme').selectOption(theme)
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme)
    expect(await findAxeViolations(page)).toEqual([])
    await page.screenshot({ path: path.join(PICTURES, `charts-${theme}.png`) })
    expect(complaints).toEqual([])
  })
})
