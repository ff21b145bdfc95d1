/**
 * The desktop in a real Electron, the whole way: preset, another cell, split and warm-up, start, charts that move, pause, resume, finish,
 * figure and weights saved by the system's dialogs; a page that is reloaded shows it whole. What the page cannot reach: security.test.ts.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askForWeights, checkPicture, checkRun, checkWeights, designByMouse, train } from '../browser/journey-steps.ts'
import { watchComplaints } from '../browser/served-lab.ts'
import { electronLack, findTestElectron, startDesktop, type DesktopLab } from './electron-lab.ts'
import { PATIENCE_MS } from '../patience.ts'
import { describeUnless } from '../needs.ts'

const PICTURES = path.join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'pictures')
const electron = await findTestElectron()

describeUnless(electronLack(electron))('the desktop', () => {
  let desktop: DesktopLab

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true })
    desktop = await startDesktop(electron.program!)
  })

  afterAll(() => desktop?.close())

  it('designs, trains, pauses, resumes and finishes a run, and saves its figure and weights', async () => {
    const { app, page, home } = desktop
    page.setDefaultTimeout(PATIENCE_MS)
    const complaints = watchComplaints(page)
    expect(await app.evaluate(({ app: { getName } }) => typeof getName())).toBe('string')
    await designByMouse(page)
    // What the oldest Chromium does not know of colours would make it black.
    const fill = await page.locator('.part.warm').evaluate((box) => getComputedStyle(box).fill)
    expect(fill).not.toBe('rgb(0, 0, 0)')
    await page.getByRole('button', { name: 'Start' }).click()
    await train(page, async (name) => {
      await page.getByRole('button', { name }).click()
      if (name === 'Resume') await page.reload() // on the way: it comes back whole
    })
    await page.getByRole('tab', { name: 'Predictions' }).click()
    await page.getByText('Mean squared error').first().waitFor()
    await page.getByRole('tab', { name: 'Log' }).click()
    await page.getByRole('log').getByText('The run has finished.').waitFor()
    await page.screenshot({ path: path.join(PICTURES, 'desktop.png') })

    const folder = checkRun(home)
    const save = async (format: string, ask: () => Promise<unknown>): Promise<Buffer> => {
      const target = path.join(home, `saved.${format}`)
      await app.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = async () => ({ canceled: false, filePath })
      }, target)
      await ask()
      await expect.poll(() => existsSync(target)).toBe(true)
      return readFileSync(target)
    }
    checkPicture(await save('png', () => page.getByRole('combobox', { name: 'Save chart' }).selectOption('png')))
    for (const format of ['safetensors', 'npz'] as const)
      checkWeights(await save(format, () => askForWeights(page, format)), `saved.${format}`, folder)
    expect(complaints).toEqual([])
  })
})
