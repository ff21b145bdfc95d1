/** An engine of any backend that is at hand, with the values that runs begin with. */
import type { Backend, Engine } from '../../shared/backends/backend.ts'
import { initialize } from '../../shared/networks/initial-values.ts'
import type { Network } from '../../shared/networks/network.ts'

/** An engine whose replicas hold the initial values of seeds 0, 1, ... */
export async function createEngine(backend: Backend, network: Network, replicas: number): Promise<Engine> {
  const engine = await backend.createEngine(network, replicas)
  for (let replica = 0; replica < replicas; replica++)
    await engine.writeParameters(replica, initialize(network, replica, 0))
  return engine
}
