/** One section in this process. usage: run-section.ts NAME SCALE FOLDER */
import { openDawn } from '../../../main/engine/webgpu/dawn.ts'
import { rememberingBackend } from '../../../main/engine/webgpu/remembering-backend.ts'
import type { Tuning } from '../../../shared/backends/tuning.ts'
import { createWebGpuBackend, type WebGpuBackend } from '../../../shared/backends/webgpu/webgpu-backend.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { Report } from './report.ts'
import { scales, type ScaleName } from './scale.ts'
import { sections } from './sections.ts'

const [name, scale, folder] = process.argv.slice(2) as [string, ScaleName, string]
const section = sections.find((candidate) => candidate.name === name)
if (!section) throw new Error(`No section is called ${name}.`)

/** What was measured in this process, and nothing of another day. */
const memory = {
  tuning: {} as Tuning,
  async addTuning(measured: Tuning): Promise<void> {
    memory.tuning = { ...memory.tuning, ...measured }
  },
}

let backend: WebGpuBackend | null = null
try {
  await section.run({
    report: new Report(folder, name),
    scale: scales[scale],
    openBackend: async (shapes, options) =>
      (backend = rememberingBackend(
        await createWebGpuBackend(await openDawn(), {
          now: () => performance.now(),
          measuresShapes: shapes === 'fastest',
          ...options,
        }),
        memory,
      )),
  })
} catch (error) {
  if (!(error instanceof LabError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exitCode
}
;(backend as WebGpuBackend | null)?.computeDevice.destroy()
