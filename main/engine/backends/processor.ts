/** This machine's processor, as every engine that computes on it reports it. */
import os from 'node:os'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'

/** Asked once: the system takes its time to answer. */
const PROCESSORS = os.cpus()

/** As it calls itself; empty where it does not. */
export const PROCESSOR_NAME = PROCESSORS[0]?.model.trim() ?? ''
export const CORE_COUNT = PROCESSORS.length
export const PLATFORM = `${process.platform} ${process.arch}`

export function processorReport(backend: DeviceReport['backend'], memoryBytes: number | null): DeviceReport {
  return {
    id: backend,
    backend,
    name: PROCESSOR_NAME || PLATFORM,
    kind: 'processor',
    vendor: null,
    driver: null,
    memoryBytes,
    refusal: null,
  }
}
