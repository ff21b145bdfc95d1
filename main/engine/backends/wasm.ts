/** The table's entry of the wasm engine, the embedded default. Its backends of a process share their threads and the start-up self-test. */
import type { Backend } from '../../../shared/backends/backend.ts'
import { planMemory } from '../../../shared/backends/wasm/plan/memory-plan.ts'
import { layNetwork } from '../../../shared/backends/wasm/plan/network-layout.ts'
import type { ThreadTeam } from '../../../shared/backends/wasm/run/thread-team.ts'
import { createWasmBackend, PAIRED_VECTORS_TILE } from '../../../shared/backends/wasm/wasm-backend.ts'
import type { EngineOptions } from '../engine-options.ts'
import { chooseKernels, type KernelChoice } from '../kernel-choice.ts'
import { startTeam } from '../start-team.ts'
import type { BackendEntry } from './backend-entry.ts'
import { processorReport } from './processor.ts'

/** By threads and memory. */
const loaded = new Map<string, Promise<Backend>>()
const teams = new Map<number, ThreadTeam>()
let kernels: Promise<KernelChoice> | null = null

export const wasmEntry: BackendEntry = {
  name: 'wasm',
  precision: 'float32',
  probe: async ({ memoryBytes }) => [processorReport('wasm', memoryBytes)],
  load: (options) => {
    const key = `${options.threads} ${options.memoryBytes}`
    const backend = loaded.get(key) ?? load(options)
    loaded.set(key, backend)
    return backend
  },
  planMemory: async (network, request, { threads, memoryBytes }) =>
    planMemory(network, layNetwork(network, PAIRED_VECTORS_TILE), { ...request, threads }, memoryBytes),
}

async function load({ threads, memoryBytes, cacheFolder }: EngineOptions): Promise<Backend> {
  kernels ??= chooseKernels(cacheFolder)
  const { tile } = await kernels
  const team = teams.get(threads) ?? startTeam(threads)
  teams.set(threads, team)
  return createWasmBackend({ tile, team, memoryBytes })
}
