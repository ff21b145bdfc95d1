/** A part of the check, run in a process of its own: what it is given. */
import type { WebGpuBackend } from '../../../shared/backends/webgpu/webgpu-backend.ts'
import type { Report } from './report.ts'
import type { Scale } from './scale.ts'

export interface SectionContext {
  readonly report: Report
  readonly scale: Scale
  /** Opened when a section asks; peers need none. */
  readonly openBackend: () => Promise<WebGpuBackend>
}

export interface Section {
  readonly name: string
  /** It is ended then; the next one begins. */
  readonly limitSeconds: number
  readonly run: (context: SectionContext) => Promise<void>
}
