/** A tiny run in the desktop on an engine beside it, as steps: designed by mouse, told to have lost its engine and gone on, its weights saved by the system's dialog. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright'
import { expect } from 'vitest'
import type { BackendName } from '../../shared/backends/names.ts'
import { decodeSafetensors } from '../../shared/exchange/safetensors.ts'
import type { TensorMap } from '../../shared/numerics/dims.ts'
import type { RunRecord } from '../../shared/runs/run.ts'
import { openSection } from '../browser/form-section.ts'
import { askForWeights, chartPixels, checkWeights, untilPositionIsOver, untilState } from '../browser/journey-steps.ts'
import { TEST_PATIENCE_MS } from '../patience.ts'
import type { DesktopLab } from './electron-lab.ts'

const WARMUP_STEPS = 2

/** To its end. @param onTheWay what is done to it once it trains @returns its weights */
export async function trainTinyRun(
  desktop: DesktopLab,
  design: { readonly backend: BackendName; readonly trainingSteps: number },
  onTheWay: (() => Promise<void>) | null = null,
): Promise<TensorMap> {
  const { page, home } = desktop
  await page.getByRole('link', { name: 'Design' }).click()
  await designTinyRun(page, design.backend, design.trainingSteps)
  await page.getByRole('button', { name: 'Start' }).click()
  if (onTheWay !== null) {
    await untilPositionIsOver(page, WARMUP_STEPS + 2)
    const begun = await chartPixels(page)
    await onTheWay()
    await untilState(page, 'Finished', TEST_PATIENCE_MS)
    expect(await chartPixels(page)).not.toBe(begun)
  } else await untilState(page, 'Finished', TEST_PATIENCE_MS)
  const file = path.join(readRecord(home).folder, 'weights.safetensors')
  return decodeSafetensors(readFileSync(file), file).tensors
}

/** From the preset, until it can be started and its memory is planned: software adapters take a minute for what a graphics processor does in a second. */
async function designTinyRun(page: Page, backend: BackendName, trainingSteps: number): Promise<void> {
  await page.getByRole('img', { name: /^Series 1/ }).waitFor()
  await page.getByRole('button', { name: /^quick/ }).click()
  await page.getByLabel(/^Steps of a series/).fill('4')
  await page.getByRole('spinbutton', { name: 'Units H' }).fill('4')
  await page.getByLabel('Cell', { exact: true }).selectOption('mgu')
  await page.getByRole('checkbox', { name: 'Warmed up' }).uncheck()
  await page.getByRole('checkbox', { name: 'No warm-up' }).uncheck()
  await page
    .getByRole('group', { name: 'Warm-up' })
    .getByLabel(/^Steps/)
    .fill(`${WARMUP_STEPS}`)
  await page
    .getByRole('group', { name: 'Training' })
    .getByLabel(/^Steps/)
    .fill(`${trainingSteps}`)
  await openSection(page, 'Measures')
  await page.getByLabel('Measure every').fill('0')
  await page.getByLabel('Seeds').fill('0, 1')
  await openSection(page, 'Engine')
  await page.getByRole('combobox', { name: 'Engine' }).selectOption(backend)
  await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
  const memory = page.getByRole('region', { name: 'Memory of a training step' })
  await expect.poll(() => memory.textContent()).toMatch(/\d \S*B of \d/)
}

/** Of the newest run. */
function readRecord(home: string): { folder: string; record: RunRecord } {
  const runs = path.join(home, 'runs')
  const folder = path.join(runs, readdirSync(runs).sort().at(-1)!)
  return { folder, record: JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')) as RunRecord }
}

/** Its engine was lost on the way: its record says so at once. */
export async function untilLossIsTold({ home }: DesktopLab, backend: BackendName): Promise<void> {
  await expect.poll(() => readRecord(home).record.deviceLosses.length, { timeout: TEST_PATIENCE_MS }).toBe(1)
  expect(readRecord(home).record).toMatchObject({ status: 'running', deviceLosses: [{ backend }] })
}

/** It has lost its engine once and gone on by itself to its end: record, view and log say so. */
export async function checkHasGoneOn({ page, home }: DesktopLab, backend: BackendName): Promise<void> {
  const { record } = readRecord(home)
  expect(record.engines).toMatchObject([{ backend, phase: 'warm-up', step: 0 }])
  expect(record.deviceLosses[0]!.resumedAt).not.toBeNull()
  const told = new RegExp(`${backend}.*lost 1 time, and gone on`, 's')
  await expect.poll(() => page.getByTestId('engine').textContent()).toMatch(told)
  await page.getByRole('tab', { name: 'Log' }).click()
  await page
    .getByRole('log')
    .getByText(new RegExp(`${backend} was lost, and the run goes on by itself`))
    .waitFor()
}

export async function saveWeights({ app, page, home }: DesktopLab): Promise<void> {
  const target = path.join(home, 'saved.safetensors')
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath })
  }, target)
  await askForWeights(page, 'safetensors')
  await expect.poll(() => existsSync(target)).toBe(true)
  checkWeights(readFileSync(target), 'saved.safetensors', readRecord(home).folder)
}
