/** What the runs of a configuration take of memory: its backend's plan for their training steps on this machine. */
import type { MemoryPlan, MemoryRequest } from '../../shared/backends/memory-plan.ts'
import type { Dataset } from '../../shared/datasets/dataset.ts'
import type { ExperimentConfig, Strategy } from '../../shared/experiments/config.ts'
import type { Network } from '../../shared/networks/network.ts'
import { backendEntry } from './backends/table.ts'
import type { EngineOptions } from './engine-options.ts'

export interface PlannedMemory {
  readonly plan: MemoryPlan
  readonly request: MemoryRequest
}

/** A training step of every strategy; none for a backend that does not count. */
export async function planMemory(
  config: ExperimentConfig,
  networks: ReadonlyMap<Strategy, Network>,
  dataset: Dataset,
  engine: EngineOptions,
): Promise<Map<Strategy, PlannedMemory>> {
  const entry = backendEntry(config.backend === 'auto' ? 'wasm' : config.backend)
  const { steps } = dataset.batch('train', [0])
  const request = { steps, batch: config.training.batch, replicas: config.seeds.length }
  const plans = new Map<Strategy, PlannedMemory>()
  for (const [strategy, network] of networks) {
    const plan = await entry.planMemory(network, request, engine)
    if (plan !== null) plans.set(strategy, { plan, request })
  }
  return plans
}
