/** A part of the check, run in a process of its own: what it is given. */
import type { WebGpuBackend, WebGpuOptions } from '../../../shared/backends/webgpu/webgpu-backend.ts'
import type { Report } from './report.ts'
import type { Scale } from './scale.ts'

export interface SectionContext {
  readonly report: Report
  readonly scale: Scale
  /**
   * Opened when a section asks; peers need none.
   * @param shapes `likeliest`: taken as they come, which is right for many small networks; `fastest`: measured first, as a run has them
   */
  readonly openBackend: (
    shapes: 'likeliest' | 'fastest',
    options?: Pick<WebGpuOptions, 'chunksToTry'>,
  ) => Promise<WebGpuBackend>
}

export interface Section {
  readonly name: string
  /** It is ended then; the next one begins. */
  readonly limitSeconds: number
  readonly run: (context: SectionContext) => Promise<void>
}
