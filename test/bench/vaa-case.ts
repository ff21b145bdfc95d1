/** VAA (Algorithm 1) with n = 100 and M = 10,000 on two layers of 256 GRU units: the longest single measurement of the lab. */
import type { RestRequest } from '../../shared/backends/backend.ts'
import type { BenchCase } from './bench-case.ts'
import { createEngine } from './engines.ts'
import { summarize } from './measure.ts'
import { createCaseNetwork } from './networks.ts'
import { drawSeries, openVaaRun } from './vaa-run.ts'

const M = 10_000
const UNITS = 256
const SIZE = { units: UNITS, layers: 2, steps: 200, batch: 100, inputs: 2 }
const EPSILON = 1e-4
const TARGET_SHARE = 0.6
/** Measurements of some ten seconds are not repeated more often. */
const MOST_ROUNDS = 5

/** Two operations a weight, series and step; the input of the first layer is constant, its product is made once. */
const gflopOf = (steps: number): number => (2 * 3 * UNITS * UNITS * 3 * SIZE.batch * steps) / 1e9

function vaaCase(name: string, isRestless: boolean): BenchCase {
  return {
    name,
    group: 'programs',
    run: async (bench) => {
      const { backend, threads } = await bench.open(bench.threads)
      const { engine, run } = await openVaaRun(backend, SIZE, { isRestless, convergenceSteps: M })
      bench.tilePeak.takeBestGflops()
      const times: number[] = []
      let exit: { readonly step: number; readonly period: number } | null = null
      for (let round = 0; round < Math.min(bench.rounds, MOST_ROUNDS); round++) {
        const start = performance.now()
        const states = await run()
        times.push(performance.now() - start)
        exit = states.exactExit
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
    const request: RestRequest = { ...drawSeries(SIZE), maxConvergenceSteps: M, epsilon: EPSILON, slices: [] }
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
