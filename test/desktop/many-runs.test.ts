/**
 * Many runs on the desktop: a sweep from a design, its runs in the table, by configuration, compared, looked into, and a figure saved by
 * the system's dialog. What these views show, and axe, is checked in test/browser; here, that
 * they work over Electron's line.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { watchComplaints } from '../browser/served-lab.ts'
import { electronLack, findTestElectron, startDesktop, type DesktopLab } from './electron-lab.ts'
import { PATIENCE_MS } from '../patience.ts'
import { describeUnless } from '../needs.ts'

const PICTURES = path.join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'pictures')
const CONFIG = {
  name: 'study',
  dataset: { kind: 'copy-first-input', steps: 8, counts: { train: 64, validation: 16, test: 32 } },
  layers: [{ cell: 'gru', units: 6 }],
  strategies: ['none', 'double'],
  warmup: { steps: 5, batch: 8, maxConvergenceSteps: 10 },
  training: { steps: 60, batch: 8 },
  measures: { everySteps: 20, vaa: { series: 8, convergenceSteps: 20 }, vaaStar: null },
  seeds: [0, 1],
}
/** 2 cells, 1 length, 2 strategies. */
const RUN_COUNT = 4

const electron = await findTestElectron()

describeUnless(electronLack(electron))('many runs on the desktop', () => {
  let desktop: DesktopLab
  let complaints: string[]

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true })
    desktop = await startDesktop(electron.program!)
    const { app, page, home } = desktop
    page.setDefaultTimeout(PATIENCE_MS)
    complaints = watchComplaints(page)
    await page.getByRole('button', { name: 'Start' }).waitFor()
    const file = path.join(home, 'design.json')
    await writeFile(file, JSON.stringify(CONFIG))
    await app.evaluate(({ dialog, Menu }, chosen) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] })
      Menu.getApplicationMenu()!.getMenuItemById('design.open')!.click()
    }, file)
    await page.getByRole('heading', { name: 'study' }).waitFor()
  })

  afterAll(() => desktop?.close())

  it('are swept from a design, and their figure is saved', async () => {
    const { app, page, home } = desktop
    await page.getByRole('button', { name: 'Sweep…' }).click()
    const values = page.getByRole('textbox', { name: /values/i })
    await values.nth(0).fill('gru, mgu')
    await values.nth(1).fill('8')
    await expect.poll(() => page.getByTestId('sweep-check').textContent()).toContain(`${RUN_COUNT} runs`)
    await page.getByTestId('start-sweep').click()
    await expect.poll(() => page.getByTestId('sweep-state').textContent()).toBe('Finished')
    const target = path.join(home, 'sweep.pdf')
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath })
    }, target)
    await page.getByRole('combobox', { name: 'Save Result by layers.*.cell' }).selectOption('pdf')
    await expect.poll(() => existsSync(target)).toBe(true)
    expect(readFileSync(target).subarray(0, 5).toString()).toBe('%PDF-')
    await page.screenshot({ path: path.join(PICTURES, 'desktop-sweep.png') })
  })

  it('stand in the table, alone and by configuration, and are compared', async () => {
    const { page, home } = desktop
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    await expect.poll(() => page.getByTestId('run-count').textContent()).toBe(`${RUN_COUNT} of ${RUN_COUNT} runs`)
    expect(readdirSync(path.join(home, 'runs')).filter((name) => !name.startsWith('.'))).toHaveLength(RUN_COUNT)
    await page.keyboard.press('v')
    await page.getByRole('grid', { name: 'Configurations' }).locator('strong').first().waitFor()
    await page.screenshot({ path: path.join(PICTURES, 'desktop-configurations.png') })
    await page.keyboard.press('v')
    const grid = page.getByRole('grid', { name: 'Runs' })
    await grid.waitFor()
    await grid.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press(' ')
    for (let run = 1; run < RUN_COUNT; run++) await page.keyboard.press('Shift+ArrowDown')
    await page
      .getByRole('region', { name: 'Chosen runs' })
      .getByRole('button', { name: /^Compare/ })
      .click()
    const results = page.getByRole('region', { name: 'Results' })
    await expect.poll(() => results.getByRole('row').count()).toBe(RUN_COUNT + 1)
    await page.screenshot({ path: path.join(PICTURES, 'desktop-compare.png') })
  })

  it('show how far their gradient reaches, and the palette leads to help', async () => {
    const { page } = desktop
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    await page.locator('a.run').first().click()
    await page.getByRole('tab', { name: 'Insight' }).click()
    await page.getByRole('button', { name: 'Measure the gradient by lag' }).click()
    await page.getByRole('heading', { name: 'How far back the gradient reaches' }).waitFor()
    await page.getByRole('heading', { name: 'Weights of layer 1' }).waitFor()
    await page.keyboard.press('Control+K')
    await page.getByRole('combobox', { name: 'Command palette' }).fill('how warm-up')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'How warm-up works' }).waitFor()
    expect(complaints).toEqual([])
  })
})
