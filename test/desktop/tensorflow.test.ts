/** TensorFlow in a real Electron: the set-up of the settings tries the native library in a utility process, and puts it in its place. */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findInstallation } from '../../main/engine/tensorflow/installation.ts'
import { PATIENCE_MS } from '../patience.ts'
import { TENSORFLOW_LACK, makeCache, stageInstallation, testInstallation } from '../tensorflow.ts'
import { electronLack, findTestElectron, startDesktop, type DesktopLab } from './electron-lab.ts'
import { describeUnless } from '../needs.ts'

const electron = await findTestElectron()
describeUnless(electronLack(electron) ?? TENSORFLOW_LACK)('TensorFlow in the desktop', () => {
  let desktop: DesktopLab
  let caches: string

  beforeAll(async () => {
    caches = await makeCache()
    await stageInstallation(path.join(caches, 'warmup-lab'))
    desktop = await startDesktop(electron.program!, { XDG_CACHE_HOME: caches })
    desktop.page.setDefaultTimeout(PATIENCE_MS)
  })

  afterAll(async () => {
    await desktop?.close()
    await rm(caches, { recursive: true, force: true })
  })

  it('is trained with in a utility process before it is put in its place', async () => {
    const { page } = desktop
    const { flavour, libraryVersion } = testInstallation()
    await page.getByRole('link', { name: 'Settings' }).click()
    const panel = page.getByTestId('tensorflow')
    await panel.getByText('It is not set up.').waitFor()
    await panel.getByRole('button', { name: 'Set up' }).click()
    await panel.getByText('Set up for the processor.').waitFor()
    const found = await findInstallation(path.join(caches, 'warmup-lab'))
    expect(found).toMatchObject({ flavour, libraryVersion })
  })
})
