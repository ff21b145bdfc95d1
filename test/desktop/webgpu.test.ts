/**
 * The desktop with WebGPU in a real Electron: a design is trained in a window that nobody sees, the window is killed on the way, and the run goes on
 * by itself to its end and to its exported weights.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunRecord } from '../../shared/runs/run.ts'
import { checkWeights, untilPositionIsOver, untilState } from '../browser/journey-steps.ts'
import { WEBGPU_SWITCHES } from '../gpu/engine-page.ts'
import { PATIENCE_MS, TEST_PATIENCE_MS } from '../patience.ts'
import { electronLack, findNewestTestElectron, startDesktop, type DesktopLab } from './electron-lab.ts'
import { describeUnless } from '../needs.ts'

/** Software adapters take a minute for what a graphics processor does in a second. */
const WARMUP_STEPS = 2
const TRAINING_STEPS = 40

const electron = await findNewestTestElectron()

async function designTiny(page: Page): Promise<void> {
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
    .fill(`${TRAINING_STEPS}`)
  await page.getByLabel('Measure every').fill('0')
  await page.getByLabel('Seeds').fill('0, 1')
  await page.getByRole('combobox', { name: 'Engine' }).selectOption('webgpu')
  await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
}

function readRecord(home: string): { folder: string; record: RunRecord } {
  const runs = path.join(home, 'runs')
  const folder = path.join(runs, readdirSync(runs)[0]!)
  return { folder, record: JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')) as RunRecord }
}

describeUnless(electronLack(electron))('the desktop with WebGPU', () => {
  let desktop: DesktopLab

  beforeAll(async () => {
    desktop = await startDesktop(electron.program!, {}, { switches: WEBGPU_SWITCHES })
  })

  afterAll(() => desktop?.close())

  it('trains in a hidden window, goes on by itself when that is killed, and exports its weights', async () => {
    const { app, page, home } = desktop
    page.setDefaultTimeout(PATIENCE_MS)
    await designTiny(page)
    await page.getByRole('button', { name: 'Start' }).click()
    await untilPositionIsOver(page, WARMUP_STEPS + 2)
    const killed = await app.evaluate(({ BrowserWindow }) => {
      const engines = BrowserWindow.getAllWindows().filter(({ webContents }) =>
        webContents.getURL().endsWith('/engine.html'),
      )
      for (const { webContents } of engines) webContents.forcefullyCrashRenderer()
      return engines.length
    })
    expect(killed).toBeGreaterThan(0)
    await expect.poll(() => readRecord(home).record.deviceLosses.length, { timeout: TEST_PATIENCE_MS }).toBe(1)
    expect(readRecord(home).record).toMatchObject({ status: 'running', deviceLosses: [{ backend: 'webgpu' }] })
    await untilState(page, 'Finished')

    const { folder, record } = readRecord(home)
    expect(record.engines).toMatchObject([{ backend: 'webgpu', phase: 'warm-up', step: 0 }])
    expect(record.deviceLosses[0]!.resumedAt).not.toBeNull()
    await expect.poll(() => page.getByTestId('engine').textContent()).toMatch(/webgpu.*lost 1 time, and gone on/s)
    await page.getByRole('tab', { name: 'Log' }).click()
    await page
      .getByRole('log')
      .getByText(/webgpu was lost, and the run goes on by itself/)
      .waitFor()

    const target = path.join(home, 'saved.safetensors')
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath })
    }, target)
    await page.getByRole('combobox', { name: 'Export' }).selectOption('safetensors')
    await expect.poll(() => existsSync(target)).toBe(true)
    checkWeights(readFileSync(target), 'saved.safetensors', folder)
  })
})
