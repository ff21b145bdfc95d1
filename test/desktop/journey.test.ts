/** The desktop in a real Electron: a run is designed, trained, survives a crash of its page, and finishes. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INSTALL_MS } from '../debian-package.ts'
import { watchComplaints } from '../browser/served-lab.ts'
import { findTestElectron, startDesktop, type DesktopLab } from './electron-lab.ts'

const PICTURES = path.join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'pictures')
const electron = await findTestElectron()

describe.skipIf(electron.program === null)('the desktop', () => {
  let desktop: DesktopLab

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true })
    desktop = await startDesktop(electron.program!)
  }, INSTALL_MS)

  afterAll(() => desktop?.close())

  it('trains a run whose page is reloaded on the way, and shows it whole', async () => {
    const { app, page } = desktop
    page.setDefaultTimeout(15_000)
    const complaints = watchComplaints(page)
    expect(await app.evaluate(({ app: { getName } }) => typeof getName())).toBe('string')
    await page.getByLabel('Steps of a series').fill('20')
    await page.getByRole('spinbutton', { name: 'Units H' }).fill('16')
    await page.getByRole('checkbox', { name: 'Warmed up' }).uncheck()
    await page.getByRole('checkbox', { name: 'Double layer' }).uncheck()
    await page
      .getByRole('group', { name: 'Training' })
      .getByLabel(/^Steps/)
      .fill('1200')
    await page.getByRole('button', { name: 'Start' }).click()
    const position = async (): Promise<number> => Number(await page.getByTestId('last-position').textContent())
    await expect.poll(position, { timeout: 30_000 }).toBeGreaterThan(50)
    await page.reload()
    await expect.poll(position, { timeout: 30_000 }).toBeGreaterThan(100)
    await expect.poll(() => page.getByTestId('state').textContent(), { timeout: 90_000 }).toBe('Finished')
    await expect.poll(position, { timeout: 10_000 }).toBe(1200) // drawn a little after it is told
    await page.getByRole('tab', { name: 'Predictions' }).click()
    await page.getByText('Mean squared error').waitFor()
    await page.getByRole('tab', { name: 'Log' }).click()
    await page.getByRole('log').getByText('The run has finished.').waitFor()
    await page.screenshot({ path: path.join(PICTURES, 'desktop.png') })
    expect(complaints).toEqual([])
  }, 150_000)

  it('keeps Node and Electron out of the page', async () => {
    const seen = await desktop.page.evaluate(() => ({
      require: typeof (window as { require?: unknown }).require,
      process: typeof (window as { process?: unknown }).process,
      bridge: Object.keys((window as { warmupLab?: object }).warmupLab ?? {}).sort(),
      origin: window.location.origin,
    }))
    expect(seen).toEqual({
      require: 'undefined',
      process: 'undefined',
      bridge: ['connect', 'onAction', 'openFile', 'saveFile', 'send'],
      origin: 'lab://app',
    })
  })
})
