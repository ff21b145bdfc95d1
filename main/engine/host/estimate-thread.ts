/** The worker thread that measures how long a design would take: its strategies one after the other; it runs and writes nothing. */
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import { initialize } from '../../../shared/networks/initial-values.ts'
import { toWireError, type WireError } from '../../../shared/protocol/wire-error.ts'
import { estimateTime, type TimeEstimate } from '../../../shared/training/estimate.ts'
import type { Strategy } from '../../../shared/experiments/config.ts'
import { loadBackend } from '../load-backend.ts'
import { prepare } from '../run-group.ts'

export interface EstimateTask {
  readonly config: ExperimentConfig
  /** Where relative paths of own series start. */
  readonly baseFolder: string
}

export type StrategyEstimate = TimeEstimate & { readonly strategy: Strategy }

export type FromEstimateThread =
  | { readonly kind: 'done'; readonly strategies: readonly StrategyEstimate[] }
  | { readonly kind: 'failed'; readonly error: WireError }

async function measure({ config, baseFolder }: EstimateTask): Promise<StrategyEstimate[]> {
  const { datasets, networks } = await prepare(config, baseFolder)
  const backend = await loadBackend(config.backend)
  const estimates: StrategyEstimate[] = []
  for (const [strategy, network] of networks) {
    const engine = await backend.createEngine(network, config.seeds.length)
    try {
      config.seeds.forEach((seed, r) => {
        engine.writeParameters(r, initialize(network, seed, 0))
        engine.resetOptimizer(r)
      })
      const warmsUp = strategy !== 'none'
      const now = (): number => performance.now()
      estimates.push({ strategy, ...(await estimateTime({ engine, datasets, config, warmsUp, now })) })
    } finally {
      engine.dispose()
    }
  }
  return estimates
}

const port = parentPort!
const send = (message: FromEstimateThread): void => port.postMessage(message)

// No await at the top level: the desktop's bundle is CommonJS.
measure(workerData as EstimateTask)
  .then((strategies) => send({ kind: 'done', strategies }))
  .catch((error: unknown) => send({ kind: 'failed', error: toWireError(error) }))
  .finally(() => port.close())
