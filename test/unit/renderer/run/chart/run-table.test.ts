/** A run's chart as numbers: the table and the CSV file hold the same rows, or buckets that say which of them; steps are those of the log. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowTable, stepRows, summarizeSeries } from '../../../../../renderer/run/chart/run-table.ts'
import type { RunSeriesView } from '../../../../../renderer/composables/use-run-series.ts'
import { describeEvent } from '../../../../../shared/runs/log.ts'
import { metricsCsv } from '../../../../../shared/runs/metrics-csv.ts'
import type { RunEvent } from '../../../../../shared/runs/run.ts'
import { decimate, SeriesColumns, type SeriesName } from '../../../../../shared/runs/series.ts'
import { Timeline } from '../../../../../shared/runs/timeline.ts'

const SEEDS = [40, 41]
/** -0 is written as 0. */
const value = fc.double({ min: -1e3, max: 1e3, noNaN: true }).map((number) => number + 0)
const perSeed = fc.array(fc.option(value, { freq: 9 }), { minLength: 2, maxLength: 2 })

/** A run of some steps of warm-up and of training; a validation and a measure now and then. */
const runs: fc.Arbitrary<RunEvent[]> = fc
  .record({
    warmup: fc.array(perSeed, { maxLength: 30 }),
    training: fc.array(perSeed, { minLength: 1, maxLength: 80 }),
    every: fc.integer({ min: 1, max: 12 }),
  })
  .map(({ warmup, training, every }) => [
    ...(warmup.length > 0 ? [{ type: 'phase', phase: 'warm-up', step: 0 } as const] : []),
    measure(warmup.length > 0 ? 'warm-up' : 'training', 0),
    ...warmup.map((loss, index) => warmupStep(index + 1, loss)),
    { type: 'phase', phase: 'training', step: 0 } as const,
    ...training.flatMap((loss, index) => [
      trainStep(index + 1, loss),
      ...((index + 1) % every === 0 ? [validation(index + 1, loss), measure('training', index + 1)] : []),
    ]),
  ])

type PerSeed = (number | null)[]

const warmupStep = (step: number, loss: PerSeed): RunEvent => ({
  type: 'warmup-step',
  step,
  loss,
  vaaStar: [[0.1], [0.2]],
  convergenceSteps: [3, 3],
  gradientNorm: [1, 1],
})
const trainStep = (step: number, loss: PerSeed): RunEvent =>
  ({ type: 'train-step', step, epoch: 1, loss, gradientNorm: [1, 1], learningRate: [1, 1] }) as RunEvent
const validation = (step: number, loss: PerSeed): RunEvent =>
  ({ type: 'validation', step, epoch: 1, loss, accuracy: null, best: [true, false] }) as RunEvent
const measure = (phase: 'warm-up' | 'training', step: number): RunEvent => ({
  type: 'measure',
  phase,
  step,
  vaa: [{ vaa: 0.5 }, { vaa: 0.25 }],
  vaaStar: null,
})

function viewOf(events: readonly RunEvent[], buckets: number, smoothing = 0): RunSeriesView {
  const timeline = new Timeline()
  const columns = new Map<SeriesName, SeriesColumns>()
  for (const event of events)
    for (const { series, position, values } of timeline.push(event)) {
      const known = columns.get(series) ?? new SeriesColumns(SEEDS.length)
      columns.set(series, known)
      known.push(position, values)
    }
  const { lastPosition } = timeline
  const names = [...columns.keys()]
  const marks = timeline.marks()
  const series = names.map((name) => decimate(name, columns.get(name)!, { from: null, to: null, buckets, smoothing }))
  const base = {
    runId: 'run',
    eventCount: events.length,
    lastPosition,
    marks,
    names,
    damaged: null,
    smoothing,
    series,
    latest: [],
  }
  return { base, tail: new Map(), marks, names: new Set(names), lastPosition }
}

interface CsvRow {
  readonly series: string
  readonly phase: string
  readonly step: number
  readonly seed: number
  readonly value: number
  readonly smoothed: number | null
}

function csvRows(events: readonly RunEvent[], smoothing = 0): CsvRow[] {
  const [, ...lines] = metricsCsv(events, SEEDS, smoothing).trim().split('\n')
  return lines.map((line) => {
    const [series, phase, step, seed, text, smoothed] = line.split(',') as [
      string,
      string,
      string,
      string,
      string,
      string,
    ]
    const number = smoothed === undefined || smoothed === '' ? null : Number(smoothed)
    return { series, phase, step: Number(step), seed: Number(seed), value: Number(text), smoothed: number }
  })
}

const mean = (values: readonly number[]): number => values.reduce((sum, item) => sum + item, 0) / values.length

describe('the table of a run’s chart', () => {
  it('holds the rows of the CSV file where a row is a step', () => {
    fc.assert(
      fc.property(runs, (events) => {
        const view = viewOf(events, 1000)
        const fromTable = view.base.names.flatMap((name) =>
          stepRows(view, name, 2).flatMap(({ first, last, count, seeds }) => {
            expect([last, count]).toEqual([first, 1])
            return seeds.flatMap((found, r) =>
              found === null ? [] : [{ series: name, ...first, seed: SEEDS[r]!, value: found, smoothed: null }],
            )
          }),
        )
        const fromCsv = view.base.names.flatMap((name) => csvRows(events).filter(({ series }) => series === name))
        expect(fromTable).toEqual(fromCsv)
      }),
    )
  })

  it('says of a bucket which rows of the CSV file it is of, each of them once', () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 20 }), (events, buckets) => {
        const view = viewOf(events, buckets)
        const csv = csvRows(events)
        const place = ({ phase, step }: { phase: string; step: number }): number =>
          (phase === 'training' ? 1e6 : 0) + step
        for (const name of view.base.names) {
          const inside = stepRows(view, name, 2).map((row) => ({
            row,
            lines: csv.filter(
              (line) => line.series === name && place(line) >= place(row.first) && place(line) <= place(row.last),
            ),
          }))
          expect(inside.flatMap(({ lines }) => lines)).toEqual(csv.filter(({ series }) => series === name))
          for (const { row, lines } of inside) {
            const values = lines.map((line) => line.value)
            expect(row.least).toBe(values.length === 0 ? null : Math.min(...values))
            expect(row.greatest).toBe(values.length === 0 ? null : Math.max(...values))
            row.seeds.forEach((found, r) => {
              const own = lines.filter(({ seed }) => seed === SEEDS[r]).map((line) => line.value)
              if (own.length === 0) expect(found).toBeNull()
              else expect(found).toBeCloseTo(mean(own), 6)
            })
          }
        }
      }),
    )
  })

  it('sums a series up as the CSV file has it, however few the buckets of the chart', () => {
    const losses = Array.from({ length: 1200 }, (_, index) => [1 / (index + 1), 2 / (index + 1)])
    const events: RunEvent[] = [
      { type: 'phase', phase: 'training', step: 0 },
      ...losses.map((loss, index) => trainStep(index + 1, loss)),
    ]
    expect(summarizeSeries(viewOf(events, 800), 'loss', 2)).toEqual({
      name: 'loss',
      count: 1200,
      first: 1.5,
      last: 1.5 / 1200,
      lastSmoothed: null,
      least: 1 / 1200,
      greatest: 2,
    })
  })

  it('has what is smoothed beside what was measured, by the name of the smoothing, as the CSV file has', () => {
    fc.assert(
      fc.property(runs, (events) => {
        const view = viewOf(events, 1000, 0.9)
        const words = {
          phase: (phase: string) => phase,
          head: (head: string) => head,
          seed: (seed: number) => `seed ${seed}`,
          smoothed: (weight: number) => `smoothed ${weight}`,
        }
        const header = metricsCsv(events, SEEDS, 0.9).split('\n')[0]
        expect(header).toBe('series,phase,step,seed,value,smoothed 0.9')
        const { columns, rows } = rowTable(view, 'loss', SEEDS, words)
        expect(columns).toEqual(['phase', 'step', 'seed 40', 'seed 41', 'mean', 'smoothed 0.9'])
        const csv = csvRows(events, 0.9)
        for (const [phase, step, , , , smoothed] of rows) {
          const seeds = csv.filter((row) => row.series === 'loss' && row.phase === phase && row.step === step)
          if (seeds.length === 0) expect(smoothed).toBeNull()
          else expect(smoothed).toBeCloseTo(mean(seeds.map((row) => row.smoothed!)), 9)
        }
        for (const row of csv.filter(({ series }) => series === 'validation-loss' || series === 'vaa'))
          expect(row.smoothed).toBeNull()
        expect(rowTable(view, 'vaa', SEEDS, words).columns).toEqual(['phase', 'step', 'seed 40', 'seed 41', 'mean'])
      }),
    )
  })
})

it('steps of a run are counted once: those of its log are those of its CSV file', () => {
  fc.assert(
    fc.property(runs, (events) => {
      const csv = csvRows(events)
      const stepsIn = (series: string): string[] => [
        ...new Set(csv.filter((row) => row.series === series).map(({ phase, step }) => `${phase} ${step}`)),
      ]
      const logged = events.flatMap((event) => describeEvent(event, SEEDS, 0) ?? [])
      const measured = logged.flatMap((entry) => (entry.kind === 'measure' ? [`${entry.phase} ${entry.step}`] : []))
      expect(stepsIn('vaa')).toEqual(measured)
      const known = events.flatMap((event) =>
        event.type === 'validation' && event.loss.some((loss) => loss !== null) ? [`training ${event.step}`] : [],
      )
      expect(stepsIn('validation-loss')).toEqual(known)
    }),
  )
})
