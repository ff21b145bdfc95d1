/**
 * The desktop with WebGPU in a real Electron: a design is trained in a window that nobody sees, the window or Chromium's process of graphics is killed
 * on the way, and the run goes on by itself to its end, to the bits of one that was left alone, and to its exported weights.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TensorMap } from '../../shared/numerics/dims.ts'
import { WEBGPU_SWITCHES } from '../gpu/engine-page.ts'
import { PATIENCE_MS } from '../patience.ts'
import { describeUnless } from '../needs.ts'
import { electronLack, findNewestTestElectron, startDesktop, type DesktopLab } from './electron-lab.ts'
import { checkHasGoneOn, saveWeights, trainTinyRun, untilLossIsTold } from './tiny-run.ts'

const DESIGN = { backend: 'webgpu', trainingSteps: 60 } as const

const electron = await findNewestTestElectron()

describeUnless(electronLack(electron))('the desktop with WebGPU', () => {
  let desktop: DesktopLab
  let undisturbed: TensorMap | null = null

  beforeAll(async () => {
    desktop = await startDesktop(electron.program!, {}, { switches: WEBGPU_SWITCHES })
    desktop.page.setDefaultTimeout(PATIENCE_MS)
  })

  afterAll(() => desktop?.close())

  /** @param kill ends what computes. @returns of how much of it there was */
  async function checkOutlasts(kill: (app: DesktopLab['app']) => Promise<number>): Promise<void> {
    undisturbed ??= await trainTinyRun(desktop, DESIGN)
    const weights = await trainTinyRun(desktop, DESIGN, async () => {
      expect(await kill(desktop.app)).toBe(1)
      await untilLossIsTold(desktop, 'webgpu')
    })
    expect(weights).toEqual(undisturbed)
    await checkHasGoneOn(desktop, 'webgpu')
  }

  it('trains in a hidden window, goes on by itself when that is killed, to the same bits, and exports its weights', async () => {
    await checkOutlasts((app) =>
      app.evaluate(({ BrowserWindow }) => {
        const engines = BrowserWindow.getAllWindows().filter(({ webContents }) =>
          webContents.getURL().endsWith('/engine.html'),
        )
        for (const { webContents } of engines) webContents.forcefullyCrashRenderer()
        return engines.length
      }),
    )
    await saveWeights(desktop)
  })

  it('goes on by itself, to the same bits, when the process is killed through which Chromium reaches graphics processors', async () => {
    await checkOutlasts(async (app) => {
      const pids = await app.evaluate(({ app: { getAppMetrics } }) =>
        getAppMetrics().flatMap(({ type, pid }) => (type === 'GPU' ? [pid] : [])),
      )
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      return pids.length
    })
  })
})
