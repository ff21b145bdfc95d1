/** What the runs of a configuration take of memory: the wasm engine's plan for its training steps on this machine. */
import type { MemoryPlan, MemoryRequest } from '../../shared/backends/memory-plan.ts'
import { layNetwork } from '../../shared/backends/wasm/network-layout.ts'
import { planMemory as planWasmMemory } from '../../shared/backends/wasm/memory-plan.ts'
import { PAIRED_VECTORS_TILE } from '../../shared/backends/wasm/wasm-backend.ts'
import type { Dataset } from '../../shared/datasets/dataset.ts'
import type { ExperimentConfig, Strategy } from '../../shared/experiments/config.ts'
import type { Network } from '../../shared/networks/network.ts'
import { memoryBound } from './memory-bound.ts'
import { threadCount } from './thread-count.ts'

/** A training step of every strategy; none for a backend that does not count. */
export function planMemory(
  config: ExperimentConfig,
  networks: ReadonlyMap<Strategy, Network>,
  dataset: Dataset,
): Map<Strategy, { readonly plan: MemoryPlan; readonly request: MemoryRequest }> {
  if (config.backend === 'reference') return new Map()
  const { steps } = dataset.batch('train', [0])
  const request = { steps, batch: config.training.batch, replicas: config.seeds.length }
  return new Map(
    [...networks].map(([strategy, network]) => {
      const networkPlan = layNetwork(network, PAIRED_VECTORS_TILE)
      const plan = planWasmMemory(network, networkPlan, { ...request, threads: threadCount() }, memoryBound())
      return [strategy, { plan, request }]
    }),
  )
}
