/** One section in this process. usage: run-section.ts NAME SCALE FOLDER */
import { openDawn } from '../../../main/engine/webgpu/dawn.ts'
import { createWebGpuBackend, type WebGpuBackend } from '../../../shared/backends/webgpu/webgpu-backend.ts'
import { LabError } from '../../../shared/protocol/errors.ts'
import { Report } from './report.ts'
import { scales, type ScaleName } from './scale.ts'
import { sections } from './sections.ts'

const [name, scale, folder] = process.argv.slice(2) as [string, ScaleName, string]
const section = sections.find((candidate) => candidate.name === name)
if (!section) throw new Error(`No section is called ${name}.`)
let backend: Promise<WebGpuBackend> | null = null
try {
  await section.run({
    report: new Report(folder, name),
    scale: scales[scale],
    openBackend: async () => (backend ??= createWebGpuBackend(await openDawn(), { now: () => performance.now() })),
  })
} catch (error) {
  if (!(error instanceof LabError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exitCode
}
;(await backend)?.device.destroy()
