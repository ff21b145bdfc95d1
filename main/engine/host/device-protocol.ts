/** What is asked of the thread that looks at the devices of this machine, over its MessagePort. */
import type { DeviceReport, DeviceSpeed, EngineChoice } from '../../../shared/protocol/devices.ts'
import type { EngineOptions } from '../engine-options.ts'

/** What the thread starts with. */
export interface DeviceTask {
  readonly engine: EngineOptions
  /** Where relative paths of own series start. */
  readonly baseFolder: string
}

/** Every question, with its answer. */
export type DeviceQuestions = {
  probe: { ask: null; answer: readonly DeviceReport[] }
  /** A training step of a design, any JSON that a configuration file may hold, on one device. */
  measure: { ask: { readonly config: unknown; readonly device: DeviceReport }; answer: DeviceSpeed }
  /** What `auto` would take for it, now that it may be measured. */
  choose: { ask: unknown; answer: EngineChoice }
}
