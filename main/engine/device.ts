/** What this machine's processor has to compute with, and why it is used as it is: asked of Node and V8, told to the windows. */
import { detectFeatures } from '../../shared/backends/wasm/emit/kernels.ts'
import type { DeviceView } from '../../shared/protocol/devices.ts'
import { CORE_COUNT, PLATFORM, PROCESSOR_NAME } from './backends/processor.ts'
import type { EngineOptions } from './engine-options.ts'
import { knowsPairedVectors } from './vector-width.ts'

export function describeDevice({ threads, areThreadsSet, memoryBytes, isMemorySet }: EngineOptions): DeviceView {
  return {
    threads,
    platform: PLATFORM,
    processor: PROCESSOR_NAME,
    coreCount: CORE_COUNT,
    areThreadsSet,
    memoryBytes,
    isMemorySet,
    hasRelaxedMultiplyAdd: detectFeatures().relaxedMultiplyAdd,
    hasPairedVectors: knowsPairedVectors(),
  }
}
