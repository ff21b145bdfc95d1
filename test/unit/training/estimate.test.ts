/** The estimate of a run's time: it counts the work that a real run does, and sums what a known clock shows. */
import { describe, expect, it } from 'vitest'
import type { Engine, RestedStates } from '../../../shared/backends/backend.ts'
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import { initialize } from '../../../shared/networks/initial-values.ts'
import { countWork, estimateTime, meanConvergenceSteps } from '../../../shared/training/estimate.ts'
import { trainRun } from '../../../shared/training/train-run.ts'
import { memoryRun, memoryWriter, toyBackend, toyConfig, toyDataset, toyNetwork } from './toy.ts'

async function eventCounts(config: ExperimentConfig): Promise<Record<string, number>> {
  const run = memoryRun(config)
  await trainRun({
    record: run.record,
    network: toyNetwork(),
    datasets: config.seeds.map(toyDataset),
    backend: toyBackend(),
    writer: memoryWriter(run),
    clock: { now: () => 0 },
    control: { requested: () => null },
  })
  const counts: Record<string, number> = {}
  for (const { type } of run.events) counts[type] = (counts[type] ?? 0) + 1
  return counts
}

describe('the estimate of a run’s time', () => {
  const toy = toyConfig([0])
  const cases: [string, Partial<ExperimentConfig>][] = [
    ['measured and validated every few steps', {}],
    [
      'measured and validated once an epoch',
      {
        measures: { ...toy.measures, everySteps: null },
        training: { ...toy.training, validateEverySteps: null },
      },
    ],
    ['measured at every step', { measures: { ...toy.measures, everySteps: 1 } }],
    ['never measured', { measures: { ...toy.measures, everySteps: 0 } }],
    ['without a warm-up', { warmup: { ...toy.warmup, steps: 0 } }],
    ['that many steps long', { training: { ...toy.training, steps: 7 } }],
  ]

  it.each(cases)('counts the work of a run %s', async (_, change) => {
    const config = toyConfig([0, 1], change)
    const events = await eventCounts(config)
    const counted = countWork(config, config.seeds.map(toyDataset), config.warmup.steps > 0)
    expect(counted).toEqual({
      warmup: events['warmup-step'] ?? 0,
      training: events['train-step'],
      validation: events['validation'],
      measures: events['measure'] ?? 0,
      test: 2,
    })
  })

  it('sums the work times what it takes, of a clock that goes on by 10 ms a look', async () => {
    const config = toyConfig([0, 1], { measures: { ...toy.measures, vaaStar: null } })
    const engine = await toyBackend().createEngine(toyNetwork(), 2)
    for (const [r, seed] of config.seeds.entries()) {
      await engine.writeParameters(r, initialize(engine.network, seed, 0))
      await engine.resetOptimizer(r)
    }
    let time = 0
    const now = (): number => (time += 10)
    const datasets = config.seeds.map(toyDataset)
    const { work, totalMs } = await estimateTime({ engine, datasets, config, warmsUp: true, now })
    const counts = countWork(config, datasets, true)
    // 10 ms a call: a step, a draw of VAA (two a measure), one of the check's ten draws, a gradient of the probe, 256 series of a split.
    expect(work).toEqual([
      { what: 'warm-up', count: counts.warmup, eachMs: 10 },
      { what: 'warm-up-check', count: 1, eachMs: 100 },
      { what: 'training', count: counts.training, eachMs: 10 },
      { what: 'validation', count: counts.validation, eachMs: (10 * 5) / 256 },
      { what: 'measures', count: counts.measures, eachMs: 30 },
      { what: 'test', count: 2, eachMs: (10 * 300) / 256 },
    ])
    expect(totalMs).toBeCloseTo(
      work.reduce((sum, { count, eachMs }) => sum + count * eachMs, 0),
      9,
    )
  })

  it.each([
    { settles: 'before the time is up', steps: 144, eachMs: 20 },
    // A truncation of 1.5 steps, 1500 steps that were timed, and M_max of them.
    { settles: 'not', steps: 1500, eachMs: (20 * (1.5 + 10_000)) / (1.5 + 1500) },
  ])('takes VAA at rest as one of M_max steps, unless every state settles: $settles', async ({ steps, eachMs }) => {
    const vaa = { ...toy.measures.vaa!, convergenceSteps: null }
    const measures = { ...toy.measures, vaa, vaaStar: null, histograms: false }
    const config = toyConfig([0], { measures, warmup: { ...toy.warmup, steps: 0 } })
    const rested: RestedStates = { tail: [], steps: Int32Array.of(144, steps), isAtRest: [] }
    const engine: Engine = {
      ...(await toyBackend().createEngine(toyNetwork(), 1)),
      convergeToRest: () => Promise.resolve([rested]),
    }
    await engine.writeParameters(0, initialize(engine.network, 0, 0))
    await engine.resetOptimizer(0)
    let time = 0
    const now = (): number => (time += 10)
    const { work } = await estimateTime({ engine, datasets: [toyDataset(0)], config, warmsUp: false, now })
    expect(work.find(({ what }) => what === 'measures')!.eachMs).toBeCloseTo(eachMs, 9)
  })

  it('takes the mean of the convergence steps over the curriculum: of 1 .. M* at each step', () => {
    // M* = 1, 4, 7, 8, 8
    expect(meanConvergenceSteps(toy.warmup)).toBeCloseTo((1 + 2.5 + 4 + 4.5 + 4.5) / 5, 12)
  })
})
