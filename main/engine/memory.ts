/** What the runs of a configuration take of memory: the plan of their engine for their training steps on this machine. */
import { requireRoom, type MemoryPlan, type MemoryRequest } from '../../shared/backends/memory-plan.ts'
import type { Dataset } from '../../shared/datasets/dataset.ts'
import type { ExperimentConfig, Strategy } from '../../shared/experiments/config.ts'
import type { Network } from '../../shared/networks/network.ts'
import { backendEntry } from './backends/table.ts'
import type { EngineOptions } from './engine-options.ts'

export function memoryRequest({ training, seeds }: ExperimentConfig, dataset: Dataset): MemoryRequest {
  return { steps: dataset.batch('train', [0]).steps, batch: training.batch, replicas: seeds.length }
}

/** A training step of every strategy; none for a backend that does not count. */
export async function planMemory(
  backend: string,
  networks: ReadonlyMap<Strategy, Network>,
  request: MemoryRequest,
  options: EngineOptions,
): Promise<Map<Strategy, MemoryPlan>> {
  const entry = backendEntry(backend)
  const plans = new Map<Strategy, MemoryPlan>()
  for (const [strategy, network] of networks) {
    const plan = await entry.planMemory(network, request, options)
    if (plan !== null) plans.set(strategy, plan)
  }
  return plans
}

/** @throws LabError `backend` when a strategy does not fit, even the smaller way */
export function requireRoomForAll(plans: ReadonlyMap<Strategy, MemoryPlan>, request: MemoryRequest): void {
  for (const plan of plans.values()) requireRoom(plan, request)
}
