/** The loss of 50,000 series, in the chunks in which a run evaluates its test set. */
import { RandomStream } from '../../shared/numerics/random.ts'
import { CHUNK_SERIES } from '../../shared/training/evaluate.ts'
import type { BenchCase } from './bench-case.ts'
import { createEngine } from './seeded-engine.ts'
import { repeat, summarize } from './measure.ts'
import { countWeights, createCaseNetwork, randomBatch } from './networks.ts'

const SERIES = 50_000
const SIZE = { steps: 100, batch: CHUNK_SERIES, inputs: 1, lossSteps: 1, layers: 1 }

export const evaluationCase: BenchCase = {
  name: 'evaluation-gru-1x128-T100-50000',
  group: 'programs',
  run: async (bench) => {
    const { backend, threads } = await bench.open(bench.threads)
    const network = createCaseNetwork({ ...SIZE, parts: [{ cell: 'gru', units: 128, warm: true }] })
    const engine = await createEngine(backend, network, 1)
    const batch = randomBatch(SIZE, new RandomStream(0, 'preview'))
    const run = async (): Promise<void> => {
      for (let first = 0; first < SERIES; first += CHUNK_SERIES) await engine.evaluate([batch])
    }
    await engine.evaluate([batch])
    const summary = summarize(await repeat(run, { least: 1, most: bench.rounds, budgetMs: 60_000 }))
    await engine.dispose()
    const operations = 2 * countWeights(network) * SIZE.steps * SERIES
    return [
      {
        case: 'evaluation-gru-1x128-T100-50000',
        backend: backend.name,
        threads,
        ...summary,
        gflops: operations / summary.stepMs / 1e6,
        note: `${Math.round((SERIES / summary.stepMs) * 1000)} series a second`,
      },
    ]
  },
}
