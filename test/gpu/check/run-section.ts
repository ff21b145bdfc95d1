/** One section in this process. usage: run-section.ts NAME SCALE FOLDER */
import { openDawn } from '../../../main/engine/webgpu/dawn.ts'
import {
  createWebGpuBackend,
  type ShapeMemory,
  type WebGpuBackend,
} from '../../../shared/backends/webgpu/webgpu-backend.ts'
import type { RecurrenceShape } from '../../../shared/backends/webgpu/wgsl/recurrence-shapes.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { Report } from './report.ts'
import { scales, type ScaleName } from './scale.ts'
import { sections } from './sections.ts'

const [name, scale, folder] = process.argv.slice(2) as [string, ScaleName, string]
const section = sections.find((candidate) => candidate.name === name)
if (!section) throw new Error(`No section is called ${name}.`)

/** What was measured in this process, and nothing of another day. */
function newShapeMemory(): ShapeMemory {
  const known = new Map<string, RecurrenceShape>()
  return {
    get: (key) => known.get(key) ?? null,
    set: async (key, shape) => void known.set(key, shape),
  }
}

let backend: WebGpuBackend | null = null
try {
  await section.run({
    report: new Report(folder, name),
    scale: scales[scale],
    openBackend: async (shapes) =>
      (backend = await createWebGpuBackend(await openDawn(), {
        now: () => performance.now(),
        ...(shapes === 'fastest' && { shapes: async () => newShapeMemory() }),
      })),
  })
} catch (error) {
  if (!(error instanceof LabError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.exitCode
}
;(backend as WebGpuBackend | null)?.computeDevice.destroy()
