/** The worker thread that measures how long a design would take: its strategies one after the other; it runs and writes nothing. */
import { performance } from 'node:perf_hooks'
import { workerData } from 'node:worker_threads'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { initialize } from '../../../shared/networks/initial-values.ts'
import { estimateTime } from '../../../shared/training/estimate.ts'
import { answerQuestions } from '../answer-questions.ts'
import { loadBackend } from '../load-backend.ts'
import { prepare } from '../run-group.ts'
import type { EstimateQuestions, EstimateTask, StrategyEstimate } from './estimate-protocol.ts'

const { engine: options, baseFolder } = workerData as EstimateTask

async function measure(json: unknown): Promise<StrategyEstimate[]> {
  // Its cells are asked where the design is read, and those of a fork never.
  const asked = parseConfig(json, 'configuration', { hasRecordedCells: true })
  const { config, datasets, networks, choice } = await prepare(asked, baseFolder, options)
  const backend = await loadBackend(choice.backend, options)
  const estimates: StrategyEstimate[] = []
  for (const [strategy, network] of networks) {
    const engine = await backend.createEngine(network, config.seeds.length)
    try {
      for (const [r, seed] of config.seeds.entries()) {
        await engine.writeParameters(r, initialize(network, seed, 0))
        await engine.resetOptimizer(r)
      }
      const warmsUp = strategy !== 'none'
      const now = (): number => performance.now()
      estimates.push({ strategy, ...(await estimateTime({ engine, datasets, config, warmsUp, now })) })
    } finally {
      await engine.dispose()
    }
  }
  return estimates
}

answerQuestions<EstimateQuestions>({ measure })
