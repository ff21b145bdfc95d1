/** What the lab finds on its machine to compute with, one report a device and engine: made in main/engine/backends, shown by `lab devices` and the settings. */
import type { BackendName } from '../backends/names.ts'
import type { WireError } from './wire-error.ts'

export interface DeviceReport {
  /** By which it is asked for: its engine's name, and where that has several devices a number behind it: `webgpu:1`. */
  readonly id: string
  readonly backend: BackendName
  /** As it calls itself. */
  readonly name: string
  readonly kind: 'processor' | 'gpu' | 'software-gpu'
  /** Null where nothing is told. */
  readonly vendor: string | null
  readonly driver: string | null
  /** Its own, or what the engine may take of the machine's. */
  readonly memoryBytes: number | null
  /** Null for one that can be used; otherwise why not, and how to get it. */
  readonly refusal: WireError | null
}
