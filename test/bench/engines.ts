/** The engine under test: the one place that knows how it is opened, and what it may tell about itself. */
import { availableParallelism } from 'node:os'
import type { Backend, Engine } from '../../shared/backends/backend.ts'
import { initialize } from '../../shared/networks/initial-values.ts'
import { loadBackend } from '../../main/engine/load-backend.ts'
import type { Network } from '../../shared/networks/network.ts'

export interface OpenedBackend {
  readonly backend: Backend
  readonly threads: number
}

export const ALL_THREADS = availableParallelism()

export async function openBackend(threads: number): Promise<OpenedBackend> {
  return { backend: await loadBackend('auto', { threads }), threads }
}

/** An engine whose replicas hold the initial values of seeds 0, 1, ... */
export async function createEngine(backend: Backend, network: Network, replicas: number): Promise<Engine> {
  const engine = await backend.createEngine(network, replicas)
  for (let replica = 0; replica < replicas; replica++) engine.writeParameters(replica, initialize(network, replica, 0))
  return engine
}

/** An engine that keeps the time of its kernels. */
interface ProfilingEngine extends Engine {
  /** ms by kernel since the last call. */
  profile(): Readonly<Record<string, number>>
}

/**
 * ms a step by kernel; undefined from an engine that does not keep it.
 * @param run takes that many steps
 */
export async function profileSteps(
  engine: Engine,
  steps: number,
  run: () => Promise<unknown>,
): Promise<Readonly<Record<string, number>> | undefined> {
  if (!('profile' in engine)) return undefined
  const profiling = engine as ProfilingEngine
  profiling.profile()
  await run()
  return Object.fromEntries(Object.entries(profiling.profile()).map(([kernel, ms]) => [kernel, ms / steps]))
}
