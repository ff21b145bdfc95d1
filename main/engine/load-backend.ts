/** Loads a backend by name, on first use. Wasm backends of a process share their threads and the start-up self-test. */
import type { Backend } from '../../shared/backends/backend.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import type { ThreadTeam } from '../../shared/backends/wasm/run/thread-team.ts'
import type { KernelChoice } from './kernel-choice.ts'
import { memoryBound } from './memory-bound.ts'
import { threadCount } from './thread-count.ts'

export interface LoadOptions {
  /** Of the wasm backend; default: `threadCount()` */
  readonly threads?: number
  /** What an engine of the wasm backend may take; default: `memoryBound()` */
  readonly memoryBytes?: number
}

/** By threads and memory. */
const wasmBackends = new Map<string, Promise<Backend>>()
const teams = new Map<number, ThreadTeam>()
let kernels: Promise<KernelChoice> | null = null

/**
 * @param name `auto` takes the fastest that works here
 * @throws LabError `backend` for an unknown name
 */
export async function loadBackend(
  name: string,
  { threads = threadCount(), memoryBytes = memoryBound() }: LoadOptions = {},
): Promise<Backend> {
  switch (name) {
    case 'reference':
      return (await import('../../shared/backends/reference/reference-backend.ts')).referenceBackend
    case 'auto':
    case 'wasm': {
      const key = `${threads} ${memoryBytes}`
      const known = wasmBackends.get(key) ?? loadWasm(threads, memoryBytes)
      wasmBackends.set(key, known)
      return known
    }
    default:
      throw new LabError('backend', 'There is no backend of this name.', {
        expected: 'auto, wasm or reference',
        found: name,
      })
  }
}

async function loadWasm(threads: number, memoryBytes: number): Promise<Backend> {
  const [{ createWasmBackend }, { startTeam }, { chooseKernels }] = await Promise.all([
    import('../../shared/backends/wasm/wasm-backend.ts'),
    import('./start-team.ts'),
    import('./kernel-choice.ts'),
  ])
  kernels ??= chooseKernels()
  const { tile } = await kernels
  const team = teams.get(threads) ?? startTeam(threads)
  teams.set(threads, team)
  return createWasmBackend({ tile, team, memoryBytes })
}
