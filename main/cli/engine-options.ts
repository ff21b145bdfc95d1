/** `--threads` and `--memory`: what the engine of this thread may use of the machine; results do not depend on it. */
import process from 'node:process'
import { MEMORY_VARIABLE, memoryBound } from '../engine/memory-bound.ts'
import { THREADS_VARIABLE, threadCount } from '../engine/thread-count.ts'

/** @throws LabError `usage` for a wrong amount, before a run is made */
export function applyEngineOptions({ threads, memory }: { readonly threads?: string; readonly memory?: string }): void {
  if (threads !== undefined) process.env[THREADS_VARIABLE] = threads
  if (memory !== undefined) process.env[MEMORY_VARIABLE] = memory
  threadCount()
  memoryBound()
}
