/** The packaged desktop (Linux, a folder without an installer): made by electron-builder, started, and a run trained in it on its own threads. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { INSTALL_MS } from '../debian-package.ts'
import { watchComplaints } from '../browser/served-lab.ts'
import { findTestElectron, startDesktop } from './electron-lab.ts'

const ROOT = path.join(import.meta.dirname, '..', '..')
const electron = await findTestElectron()

describe.skipIf(electron.program === null || process.platform !== 'linux')('the packaged desktop', () => {
  it('starts from its archive and trains', { timeout: INSTALL_MS }, async () => {
    const made = spawnSync(process.execPath, ['main/electron/packaging/package.ts', '--dir'], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: path.dirname(electron.program!) },
    })
    expect(made.status, made.stdout + made.stderr).toBe(0)
    const folder = path.join(ROOT, 'dist', 'packages', 'linux-unpacked')
    expect(existsSync(path.join(folder, 'resources', 'app.asar'))).toBe(true)
    const desktop = await startDesktop(path.join(folder, 'warmup-lab'), {}, { isPackaged: true })
    onTestFinished(() => desktop.close())
    const { page } = desktop
    page.setDefaultTimeout(15_000)
    const complaints = watchComplaints(page)
    await page.getByLabel('Steps of a series').fill('20')
    await page.getByRole('spinbutton', { name: 'Units H' }).fill('16')
    await page.getByRole('checkbox', { name: 'Warmed up' }).uncheck()
    await page.getByRole('checkbox', { name: 'Double layer' }).uncheck()
    const training = page.getByRole('group', { name: 'Training' })
    await training.getByLabel(/^Steps/).fill('200')
    await page.getByRole('button', { name: 'Start' }).click()
    await expect.poll(() => page.getByTestId('state').textContent(), { timeout: 60_000 }).toBe('Finished')
    // From the index, whose native part is a file beside the archive.
    await page.getByRole('link', { name: 'Runs' }).click()
    await expect.poll(() => page.getByTestId('run-count').textContent(), { timeout: 10_000 }).toBe('1 of 1 run')
    expect(existsSync(path.join(desktop.home, 'index', 'runs.sqlite'))).toBe(true)
    expect(complaints).toEqual([])
  })
})
