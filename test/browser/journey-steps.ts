/** The whole way through the lab as steps that a browser and the desktop share: design by mouse, train, pause, resume, and what the saved files must be. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright'
import { expect } from 'vitest'
import { decodeSafetensors } from '../../shared/exchange/safetensors.ts'
import { NpzArchive } from '../../shared/numerics/npz.ts'
import type { TensorMap } from '../../shared/numerics/dims.ts'
import { PATIENCE_MS } from '../patience.ts'
import { openSection } from './form-section.ts'

export const JOURNEY = { name: 'journey', steps: 20, units: 16, warmupSteps: 20, trainingSteps: 8000, seeds: '0, 1' }
/** Every step, warm-up's and training's. */
export const LAST_POSITION = JOURNEY.warmupSteps + JOURNEY.trainingSteps
export const position = async (page: Page): Promise<number> =>
  Number(await page.getByTestId('last-position').textContent())

export async function untilPositionIsOver(page: Page, least: number): Promise<void> {
  await expect.poll(() => position(page)).toBeGreaterThan(least)
}

export async function untilState(page: Page, state: string, timeout = PATIENCE_MS): Promise<void> {
  await expect.poll(() => page.getByTestId('state').textContent(), { timeout }).toBe(state)
}

/** From the preset: another cell, another split, fewer warm-up steps; until it can be started. */
export async function designByMouse(page: Page): Promise<void> {
  await page.getByRole('img', { name: /^Series 1/ }).waitFor() // nothing below it moves any more
  await page.getByRole('button', { name: /^quick/ }).click()
  await page.getByLabel('Name').fill(JOURNEY.name)
  await page.getByLabel(/^Steps of a series/).fill(`${JOURNEY.steps}`)
  await page.getByRole('spinbutton', { name: 'Units H' }).fill(`${JOURNEY.units}`)
  await page.getByLabel('Cell', { exact: true }).selectOption('mgu')
  await page.getByRole('checkbox', { name: 'Warmed up' }).uncheck()
  await page.getByRole('checkbox', { name: 'No warm-up' }).uncheck()
  await page
    .getByRole('group', { name: 'Warm-up' })
    .getByLabel(/^Steps/)
    .fill(`${JOURNEY.warmupSteps}`)
  await page
    .getByRole('group', { name: 'Training' })
    .getByLabel(/^Steps/)
    .fill(`${JOURNEY.trainingSteps}`)
  await openSection(page, 'Measures')
  await page.getByLabel('Measure every').fill('1000')
  await page.getByLabel('Seeds').fill(JOURNEY.seeds)
  await page.getByRole('slider', { name: 'Warmed units' }).press('ArrowRight')
  await expect.poll(() => page.getByText('9 | 7').count()).toBe(1)
  await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
}

/** Watches the charts move, pauses, resumes, and waits for the end. @param toggle pauses and resumes */
export async function train(page: Page, toggle: (name: 'Pause' | 'Resume') => Promise<void>): Promise<void> {
  await untilPositionIsOver(page, 40)
  const first = await chartPixels(page)
  await untilPositionIsOver(page, (await position(page)) + 40)
  await expect.poll(() => chartPixels(page)).not.toBe(first)
  await toggle('Pause')
  await untilState(page, 'Paused')
  const paused = await position(page)
  expect(paused).toBeLessThan(LAST_POSITION)
  await toggle('Resume')
  await untilPositionIsOver(page, paused)
  await untilState(page, 'Finished')
  await expect.poll(() => position(page)).toBe(LAST_POSITION) // drawn a little after it is told
}

/** Shows what of a run can be exported. @param format as the lab calls it */
export async function askForWeights(page: Page, format: 'safetensors' | 'npz'): Promise<void> {
  await page.getByRole('button', { name: 'Export…' }).click()
  await page.getByRole('combobox', { name: 'What' }).selectOption(format)
  await page.getByRole('button', { name: /^Export weights of seed \d+$/ }).click()
}

/** What is drawn, in short. */
export async function chartPixels(page: Page): Promise<string> {
  const canvas = page.locator('.chart canvas').first()
  return canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL())
}

/** The design as it was made: in the record of the one run of this lab. @returns the run's folder */
export function checkRun(home: string): string {
  const runs = path.join(home, 'runs')
  const [run] = readdirSync(runs)
  const folder = path.join(runs, run!)
  const { config, strategy, status } = JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')) as {
    config: { layers: unknown[]; warmup: { steps: number }; training: { steps: number }; seeds: number[] }
    strategy: string
    status: string
  }
  expect({ strategy, status }).toEqual({ strategy: 'double', status: 'finished' })
  expect(config.layers).toMatchObject([{ cell: 'mgu', coldCell: 'mgu', units: JOURNEY.units, warmUnits: 9 }])
  expect(config).toMatchObject({
    warmup: { steps: JOURNEY.warmupSteps },
    training: { steps: JOURNEY.trainingSteps },
    seeds: [0, 1],
  })
  return folder
}

/** A picture of a chart: whole, large enough for print, and not one colour. */
export function checkPicture(png: Buffer): void {
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  expect(png.subarray(-8, -4).toString('latin1')).toBe('IEND')
  expect(png.readUInt32BE(16)).toBeGreaterThan(1000)
  expect(png.length).toBeGreaterThan(10_000)
}

function allArrays(bytes: Uint8Array, fileName: string): TensorMap {
  const archive = new NpzArchive(bytes, fileName)
  return new Map(archive.names.map((name) => [name, archive.numbers(name)]))
}

/** Every number is one of the run's own best weights of one seed, bit for bit. @param bytes safetensors or NPZ */
export function checkWeights(bytes: Buffer, fileName: string, folder: string): void {
  const saved: TensorMap = fileName.endsWith('.npz')
    ? allArrays(bytes, fileName)
    : decodeSafetensors(bytes, fileName).tensors
  const file = path.join(folder, 'weights.safetensors')
  expect(existsSync(file)).toBe(true)
  const own = decodeSafetensors(readFileSync(file), file).tensors
  const digest = (tensors: TensorMap, prefix: string): string[] =>
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([, { data }]) => Array.from(data).join())
      .sort()
  const seeds = JOURNEY.seeds.split(', ').map((seed) => digest(own, `seed${seed}/best/`))
  expect(seeds).toContainEqual(digest(saved, ''))
  expect(saved.size).toBeGreaterThan(4)
}
