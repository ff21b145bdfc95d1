/** What this machine has to compute with, and why it is used as it is: asked of Node and V8, told to the windows. */
import os from 'node:os'
import { detectFeatures } from '../../shared/backends/wasm/emit/kernels.ts'
import type { DeviceView } from '../../shared/protocol/views.ts'
import { MEMORY_VARIABLE, memoryBound } from './memory-bound.ts'
import { threadCount, THREADS_VARIABLE } from './thread-count.ts'
import { knowsPairedVectors } from './vector-width.ts'

/** Asked once: every window that opens is told, and the system takes its time to answer. */
const PROCESSORS = os.cpus()

export function describeDevice(): DeviceView {
  return {
    backend: 'wasm',
    threads: threadCount(),
    platform: `${process.platform} ${process.arch}`,
    processor: PROCESSORS[0]?.model.trim() ?? '',
    coreCount: PROCESSORS.length,
    areThreadsSet: isSet(THREADS_VARIABLE),
    memoryBytes: memoryBound(),
    isMemorySet: isSet(MEMORY_VARIABLE),
    hasRelaxedMultiplyAdd: detectFeatures().relaxedMultiplyAdd,
    hasPairedVectors: knowsPairedVectors(),
  }
}

const isSet = (variable: string): boolean => (process.env[variable] ?? '') !== ''
