/** VAA (Algorithm 1) with n = 100 and M = 10,000 on two layers of 256 GRU units: the longest single measurement of the lab. */
import type { ConvergeRequest, Engine, RestRequest } from '../../shared/backends/backend.ts'
import { elementCount } from '../../shared/numerics/dims.ts'
import { RandomStream } from '../../shared/numerics/random.ts'
import type { BenchCase } from './bench-case.ts'
import { createEngine } from './engines.ts'
import { summarize } from './measure.ts'
import { createCaseNetwork, randomBatch } from './networks.ts'

const M = 10_000
const SIZE = { steps: 200, batch: 100, inputs: 2, lossSteps: 1, layers: 2 }
const UNITS = 256
const EPSILON = 1e-4
const TARGET_SHARE = 0.6
/** So large that states stay on the move, and no exact exit cuts the run short. */
const RESTLESS_SPREAD = 0.5
/** Measurements of some ten seconds are not repeated more often. */
const MOST_ROUNDS = 5

/** Two operations a weight, series and step; the input of the first layer is constant, its product is made once. */
const gflopOf = (steps: number): number => (2 * 3 * UNITS * UNITS * 3 * SIZE.batch * steps) / 1e9

async function makeRestless(engine: Engine): Promise<void> {
  const stream = new RandomStream(1, 'initial-values')
  await engine.writeParameters(
    0,
    new Map(
      engine.network.parameters.map(({ name, shape }) => [
        name,
        { shape, data: Float32Array.from({ length: elementCount(shape) }, () => RESTLESS_SPREAD * stream.normal()) },
      ]),
    ),
  )
}

function drawCase(): Pick<ConvergeRequest, 'batch' | 'truncations' | 'perturbation'> {
  const stream = new RandomStream(0, 'preview')
  return {
    batch: randomBatch(SIZE, stream),
    truncations: Int32Array.from({ length: SIZE.batch }, () => 1 + stream.integer(SIZE.steps)),
    perturbation: Float32Array.from({ length: SIZE.inputs }, () => stream.normal()),
  }
}

function vaaCase(name: string, isRestless: boolean): BenchCase {
  return {
    name,
    group: 'programs',
    run: async (bench) => {
      const { backend, threads } = await bench.open(bench.threads)
      const network = createCaseNetwork({ ...SIZE, parts: [{ cell: 'gru', units: UNITS, warm: true }] })
      const engine = await createEngine(backend, network, 1)
      if (isRestless) await makeRestless(engine)
      const request: ConvergeRequest = { ...drawCase(), convergenceSteps: M, stopResidual: null }
      await engine.converge([{ ...request, convergenceSteps: 200 }])
      bench.tilePeak.takeBestGflops()
      const times: number[] = []
      let exit: { readonly step: number; readonly period: number } | null = null
      for (let round = 0; round < Math.min(bench.rounds, MOST_ROUNDS); round++) {
        const start = performance.now()
        const [states] = await engine.converge([request])
        times.push(performance.now() - start)
        exit = states!.exactExit
        await bench.tilePeak.contestant.time(1)
      }
      await engine.dispose()
      const summary = summarize(times)
      const peakGflops = threads * bench.tilePeak.takeBestGflops()
      if (exit !== null)
        return [
          {
            case: name,
            backend: backend.name,
            threads,
            ...summary,
            gflops: null,
            note: `exact exit at step ${exit.step}, period ${exit.period}; M = ${M}`,
          },
        ]
      const gflops = (gflopOf(M + SIZE.steps) / summary.stepMs) * 1000
      const peakShare = gflops / peakGflops
      return [
        {
          case: name,
          backend: backend.name,
          threads,
          ...summary,
          gflops,
          peakShare,
          target: { what: `at least ${100 * TARGET_SHARE}% of the peak`, met: peakShare >= TARGET_SHARE },
          note: `no exact exit: all of M = ${M}`,
        },
      ]
    },
  }
}

/** The same network as it begins, until every series is at rest: what a run's default measure costs. */
const restCase: BenchCase = {
  name: 'vaa-gru-2x256-n100-rest-initial',
  group: 'programs',
  run: async (bench) => {
    const { backend, threads } = await bench.open(bench.threads)
    const network = createCaseNetwork({ ...SIZE, parts: [{ cell: 'gru', units: UNITS, warm: true }] })
    const engine = await createEngine(backend, network, 1)
    const request: RestRequest = { ...drawCase(), maxConvergenceSteps: M, epsilon: EPSILON, slices: [] }
    await engine.convergeToRest([{ ...request, maxConvergenceSteps: 200 }])
    const times: number[] = []
    let steps = new Int32Array()
    for (let round = 0; round < Math.min(bench.rounds, MOST_ROUNDS); round++) {
      const start = performance.now()
      const [states] = await engine.convergeToRest([request])
      times.push(performance.now() - start)
      steps = Int32Array.from(states!.steps)
    }
    await engine.dispose()
    const total = steps.reduce((sum, count) => sum + count, 0)
    return [
      {
        case: 'vaa-gru-2x256-n100-rest-initial',
        backend: backend.name,
        threads,
        ...summarize(times),
        gflops: null,
        note: `${Math.round(total / SIZE.batch)} steps a series, ${Math.max(...steps)} for the last; at most ${M}`,
      },
    ]
  },
}

export const vaaCases: readonly BenchCase[] = [
  vaaCase('vaa-gru-2x256-n100-M10000', true),
  vaaCase('vaa-gru-2x256-n100-M10000-initial', false),
  restCase,
]
