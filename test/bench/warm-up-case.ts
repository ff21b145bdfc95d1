/** One warm-up step of the paper's setting: GRU 1x128, T = 300, n = 32, M up to 200 (Algorithm 2 and its gradient, Adam). */
import type { WarmupRequest } from '../../shared/backends/backend.ts'
import { drawConvergence } from '../../shared/training/draws.ts'
import { RandomStream } from '../../shared/numerics/random.ts'
import type { BenchCase } from './bench-case.ts'
import { createEngine } from './seeded-engine.ts'
import { summarize } from './measure.ts'
import { ADAM, createCaseNetwork, randomBatch } from './networks.ts'

const LARGEST_M = 200
const STEPS_A_ROUND = 9
const WARM_UP_STEPS = 5
const SIZE = { steps: 300, batch: 32, inputs: 1, lossSteps: 1, layers: 1 }
/** ms; the authors' code takes about a second at M up to 50. */
const TARGET_MS = 60

/** @param drawM M of a step */
function warmUpCase(name: string, note: string, drawM: (stream: RandomStream) => number): BenchCase {
  return {
    name,
    group: 'programs',
    run: async (bench) => {
      const { backend, threads } = await bench.open(bench.threads)
      const network = createCaseNetwork({ ...SIZE, parts: [{ cell: 'gru', units: 128, warm: true }] })
      const engine = await createEngine(backend, network, 1)
      const stream = new RandomStream(0, 'preview')
      const batch = randomBatch(SIZE, stream)
      const step = async (): Promise<number> => {
        const draw = drawConvergence(stream, batch, network, drawM(stream))
        const request: WarmupRequest = { batch, draw, target: 0.95, epsilon: 1e-4, masked: false }
        const start = performance.now()
        await engine.warmupStep([request], [ADAM])
        return performance.now() - start
      }
      for (let i = 0; i < WARM_UP_STEPS; i++) await step()
      const times: number[] = []
      for (let i = 0; i < bench.rounds * STEPS_A_ROUND; i++) times.push(await step())
      await engine.dispose()
      const summary = summarize(times)
      return [
        {
          case: name,
          backend: backend.name,
          threads,
          ...summary,
          gflops: null,
          target: { what: `at most ${TARGET_MS} ms`, met: summary.stepMs <= TARGET_MS },
          note,
        },
      ]
    },
  }
}

export const warmUpCases: readonly BenchCase[] = [
  warmUpCase(
    'warm-up-gru-1x128-T300-n32',
    `truncations drawn, M drawn from 1 to ${LARGEST_M}`,
    (stream) => 1 + stream.integer(LARGEST_M),
  ),
  warmUpCase('warm-up-gru-1x128-T300-n32-M200', `truncations drawn, M = ${LARGEST_M} always`, () => LARGEST_M),
]
