/** What a run's chart is made of: no spike is hidden by buckets, restarts are marked, VAA of states that did not converge is told apart. */
import { describe, expect, it } from 'vitest'
import type { ChartTokens } from '../../../renderer/charts/chart-tokens.ts'
import {
  DEFAULT_CHART_SETTINGS,
  hasUnconverged,
  plotsWithin,
  runChartOption,
  type ChartSettings,
  type RunChartSubject,
  type RunChartWords,
} from '../../../renderer/charts/run-chart.ts'
import { decimate, SeriesColumns, type DecimatedSeries, type SeriesName } from '../../../shared/runs/series.ts'
import type { TimelineMarks } from '../../../shared/runs/timeline.ts'

const TOKENS: ChartTokens = {
  font: 'sans',
  ink: '#000',
  quiet: '#555',
  line: '#888',
  gridLine: '#eee',
  panel: '#fff',
  validation: '#70c',
  vaaStar: '#b40',
  warning: '#850',
  slices: ['#001', '#002', '#003'],
  category: () => '#0072b2',
  strategy: () => '#077',
}
const WORDS: RunChartWords = {
  loss: 'Loss',
  attractors: 'VAA',
  axis: 'steps',
  fork: 'fork',
  series: (name) => name,
  phase: (phase) => phase,
  restart: (seeds) => `restart ${seeds.join()}`,
  diverged: (seed) => `diverged ${seed}`,
}

function series(name: SeriesName, values: readonly (readonly number[])[], buckets: number): DecimatedSeries {
  const columns = new SeriesColumns(values.length)
  values[0]!.forEach((_, index) =>
    columns.push(
      index,
      values.map((seed) => seed[index]!),
    ),
  )
  return decimate(name, columns, null, null, buckets)
}

function subjectOf(all: readonly DecimatedSeries[], marks: Partial<TimelineMarks> = {}): RunChartSubject {
  const whole = { phases: [], restarts: [], divergences: [], forks: [], ...marks }
  const names = all.map(({ name }) => name)
  const base = { runId: 'run', eventCount: 0, lastPosition: 1000, marks: whole, names, damaged: null, series: all }
  return {
    view: { base, tail: new Map(), marks: whole, names: new Set(names), lastPosition: 1000 },
    seedCount: all[0]!.seeds.length,
    seeds: [40, 41],
    strategy: 'double',
    references: [],
    range: null,
  }
}

interface DrawnSeries {
  readonly id: string
  readonly data: readonly (readonly number[] | { readonly symbol: string; readonly value: readonly number[] })[]
  readonly markLine?: { readonly data: readonly { readonly xAxis?: number; readonly label: { formatter: string } }[] }
}

function draw(subject: RunChartSubject, settings: Partial<ChartSettings> = {}): DrawnSeries[] {
  const option = runChartOption(subject, { ...DEFAULT_CHART_SETTINGS, ...settings }, TOKENS, WORDS, 420)
  return option.series as DrawnSeries[]
}

describe('the chart of a run', () => {
  it('has the same room between its plots in every height, and gives them all the rest', () => {
    const gaps = [420, 700, 1400].map((height) => {
      const [losses, attractors] = plotsWithin(height) as [
        { top: number; height: number },
        { top: number; height: number },
      ]
      expect(losses.height).toBeGreaterThan(attractors.height)
      expect(losses.height + attractors.height).toBeGreaterThan(height - 150)
      return [attractors.top - losses.top - losses.height, height - attractors.top - attractors.height]
    })
    expect(new Set(gaps.map(String)).size).toBe(1)
  })

  it('shows one spike among a hundred thousand values, whatever is switched off', () => {
    const losses = [0, 1].map((seed) =>
      Array.from({ length: 100_000 }, (_, i) => (i === 54_321 && seed === 1 ? 90 : 1)),
    )
    const drawn = draw(subjectOf([series('loss', losses, 500)]), { showBand: false, showSeeds: false, smoothing: 0.9 })
    const greatest = Math.max(
      ...drawn.flatMap(({ data }) => data.map((point) => ('value' in point ? point.value[1]! : point[1]!))),
    )
    expect(greatest).toBe(90)
    expect(drawn.find(({ id }) => id === 'loss')!.data.length).toBeLessThanOrEqual(500)
  })

  it('has no envelope where every value is drawn itself', () => {
    const drawn = draw(subjectOf([series('loss', [[1, 2, 3]], 500)]))
    expect(drawn.map(({ id }) => id)).not.toContain('loss extent')
  })

  it('marks where seeds begin anew and where a fork leaves', () => {
    const subject = subjectOf([series('vaa', [[0.5], [0.6]], 10)], {
      restarts: [{ position: 100, seedIndices: [1] }],
      divergences: [{ position: 700, seed: 40, quantity: 'loss' }],
      forks: [200],
    })
    const marked = draw(subject).flatMap(({ markLine }) => markLine?.data ?? [])
    expect(marked.filter(({ xAxis }) => xAxis === 700).map(({ label }) => label.formatter)).toContain('diverged 40')
    expect(marked.filter(({ xAxis }) => xAxis === 100).map(({ label }) => label.formatter)).toContain('restart 41')
    expect(marked.filter(({ xAxis }) => xAxis === 200).map(({ label }) => label.formatter)).toContain('fork')
  })

  it('draws VAA hollow where some series had not converged', () => {
    const subject = subjectOf([series('vaa', [[0.5, 0.6]], 10), series('vaa-unconverged', [[0, 3]], 10)])
    expect(draw(subject).find(({ id }) => id === 'vaa')!.data).toEqual([
      [0, 0.5],
      expect.objectContaining({ value: [1, 0.6], symbol: 'emptyCircle' }),
    ])
    expect(hasUnconverged(subject, DEFAULT_CHART_SETTINGS)).toBe(true)
  })

  it('shows layers and parts by themselves, with the VAA* of their layer', () => {
    const names: SeriesName[] = [
      'loss',
      'vaa',
      'vaa-star',
      'vaa.layer0',
      'vaa.layer1',
      'vaa-star.layer0',
      'vaa-star.layer1',
      'vaa.layer1.part0',
      'vaa.layer1.part1',
    ]
    const subject = subjectOf(names.map((name) => series(name, [[0.5]], 10)))
    const idsIn = (scope: ChartSettings['scope']): string[] =>
      draw(subject, { scope })
        .map(({ id }) => id)
        .filter((id) => names.includes(id as SeriesName))
    expect(idsIn('network')).toEqual(['loss', 'vaa', 'vaa-star'])
    expect(idsIn('layers')).toEqual(['loss', 'vaa.layer0', 'vaa.layer1', 'vaa-star.layer0', 'vaa-star.layer1'])
    expect(idsIn('parts')).toEqual([
      'loss',
      'vaa.layer1.part0',
      'vaa.layer1.part1',
      'vaa-star.layer0',
      'vaa-star.layer1',
    ])
  })
})
