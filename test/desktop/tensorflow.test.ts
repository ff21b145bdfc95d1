/**
 * TensorFlow in a real Electron: the set-up of the settings tries the native library in a utility process, and puts it in its place; a design is then
 * trained in one, that is killed on the way, and the run goes on by itself to its end and to its exported weights.
 */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findInstallation } from '../../main/engine/tensorflow/installation.ts'
import { PATIENCE_MS } from '../patience.ts'
import { TENSORFLOW_LACK, makeCache, stageInstallation, testInstallation } from '../tensorflow.ts'
import { describeUnless } from '../needs.ts'
import { electronLack, findTestElectron, startDesktop, type DesktopLab } from './electron-lab.ts'
import { checkHasGoneOn, saveWeights, trainTinyRun, untilLossIsTold } from './tiny-run.ts'

/** Enough that its process is killed before they are over. */
const TRAINING_STEPS = 2000

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

  it('trains in a utility process, goes on by itself when that is killed, to the same bits, and exports its weights', async () => {
    const design = { backend: 'tensorflow', trainingSteps: TRAINING_STEPS } as const
    const undisturbed = await trainTinyRun(desktop, design)
    const weights = await trainTinyRun(desktop, design, async () => {
      const pids = await desktop.app.evaluate(({ app }) =>
        app.getAppMetrics().flatMap(({ name, pid }) => (name === 'Warmup Lab engine' ? [pid] : [])),
      )
      expect(pids).toHaveLength(1)
      process.kill(pids[0]!, 'SIGKILL')
      await untilLossIsTold(desktop, 'tensorflow')
    })
    expect(weights).toEqual(undisturbed)
    await checkHasGoneOn(desktop, 'tensorflow')
    await saveWeights(desktop)
  })
})
