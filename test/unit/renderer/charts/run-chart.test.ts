/**
 * What a run's chart is made of: no spike is hidden by buckets, what was measured is drawn as it was, restarts are marked, VAA of states that did
 * not converge is told apart.
 */
import { describe, expect, it } from 'vitest'
import type { ChartTokens } from '../../../../renderer/charts/chart-tokens.ts'
import {
  DEFAULT_CHART_SETTINGS,
  hasIntervals,
  hasUnconverged,
  runChartOption,
  shownSeries,
  type ChartSettings,
  type RunChartSubject,
  type RunChartWords,
} from '../../../../renderer/charts/run-chart.ts'
import { lineIcon } from '../../../../renderer/charts/legend-icons.ts'
import { plotsWithin } from '../../../../renderer/charts/run-plots.ts'
import { stepsAcross, timeAcross } from '../../../../renderer/charts/x-axis.ts'
import type { PointedItem } from '../../../../renderer/charts/run-tooltip.ts'
import { decimate, SeriesColumns, type DecimatedSeries, type SeriesName } from '../../../../shared/runs/series.ts'
import type { TimelineMarks } from '../../../../shared/runs/timeline.ts'

const TOKENS: ChartTokens = {
  font: 'sans',
  ink: '#000',
  quiet: '#555',
  line: '#888',
  gridLine: '#eee',
  panel: '#fff',
  surface: '#f6f7f8',
  validation: '#70c',
  vaaStar: '#b40',
  warning: '#850',
  slices: ['#001', '#002', '#003'],
  category: () => '#0072b2',
  strategy: () => '#077',
}
const WORDS: RunChartWords = {
  plot: (plot) => plot,
  axis: ({ kind }) => kind,
  fork: 'fork',
  series: (name) => name,
  interval: () => 'between',
  phase: (phase) => phase,
  restart: (seeds) => `restart ${seeds.join()}`,
  diverged: (seed) => `diverged ${seed}`,
  step: ({ phase, step }) => `${phase} ${step}`,
  steps: (first, last) => `${first.phase} ${first.step} to ${last.step}`,
  smoothed: (line, weight) => `${line} smoothed ${weight}`,
  bucketMean: (value, count) => `${value} of ${count}`,
}

function series(
  name: SeriesName,
  values: readonly (readonly number[])[],
  buckets: number,
  smoothing = 0,
): DecimatedSeries {
  const columns = new SeriesColumns(values.length)
  values[0]!.forEach((_, index) =>
    columns.push(
      index,
      values.map((seed) => seed[index]!),
    ),
  )
  return decimate(name, columns, { from: null, to: null, buckets, smoothing })
}

function subjectOf(all: readonly DecimatedSeries[], marks: Partial<TimelineMarks> = {}): RunChartSubject {
  const whole: TimelineMarks = {
    phases: [{ phase: 'training', position: 0 }],
    restarts: [],
    divergences: [],
    forks: [],
    ...marks,
  }
  const names = all.map(({ name }) => name)
  const smoothing = Math.max(...all.map((entry) => entry.smoothing))
  const base = {
    runId: 'run',
    eventCount: 0,
    lastPosition: 1000,
    marks: whole,
    names,
    damaged: null,
    latest: [],
    smoothing,
    series: all,
  }
  const view = { base, tail: new Map(), marks: whole, names: new Set(names), lastPosition: 1000 }
  return {
    view,
    seedCount: all[0]!.seeds.length,
    seeds: [40, 41],
    strategy: 'double',
    references: [],
    range: null,
    levels: {},
    across: stepsAcross(view),
  }
}

interface DrawnSeries {
  readonly id: string
  readonly name?: string
  readonly data: readonly (readonly number[])[]
  readonly symbol?: string
  readonly lineStyle?: { readonly type?: unknown }
  readonly itemStyle?: { readonly color?: string; readonly borderColor?: string }
  readonly markLine?: { readonly data: readonly { readonly xAxis?: number; readonly label: { formatter: string } }[] }
}

interface DrawnChart {
  readonly series: readonly DrawnSeries[]
  readonly legend: readonly { readonly data: readonly { readonly name: string; readonly icon: string }[] }[]
  readonly title: readonly { readonly text: string }[]
  readonly grid: readonly { readonly top: number; readonly height: number }[]
  readonly yAxis: readonly { readonly min?: number; readonly max?: number }[]
  readonly xAxis: readonly { readonly max: number; readonly name?: string }[]
  readonly tooltip: { readonly formatter: (items: readonly PointedItem[]) => string }
}

const chartOf = (subject: RunChartSubject, settings: Partial<ChartSettings> = {}): DrawnChart =>
  runChartOption(subject, { ...DEFAULT_CHART_SETTINGS, ...settings }, TOKENS, WORDS, 420, 900) as unknown as DrawnChart

const draw = (subject: RunChartSubject, settings: Partial<ChartSettings> = {}): readonly DrawnSeries[] =>
  chartOf(subject, settings).series

describe('the chart of a run', () => {
  it('has the same room between its plots in every height, and gives them all the rest', () => {
    const heads = [
      { plot: 'loss', headHeight: 22 },
      { plot: 'attractors', headHeight: 22 },
    ] as const
    const gaps = [420, 700, 1400].map((height) => {
      const [losses, attractors] = plotsWithin(height, heads)
      expect(losses!.height).toBeGreaterThan(attractors!.height)
      expect(losses!.height + attractors!.height).toBeGreaterThan(height - 130)
      return [attractors!.top - losses!.top - losses!.height, height - attractors!.top - attractors!.height]
    })
    expect(new Set(gaps.map(String)).size).toBe(1)
  })

  it('has a plot of the accuracy for a classification, and none of VAA where none is measured', () => {
    const {
      title,
      grid,
      series: drawn,
    } = chartOf(subjectOf([series('loss', [[1, 0.5]], 10), series('validation-accuracy', [[0.4, 0.9]], 10)]))
    expect(title.map(({ text }) => text)).toEqual(['loss', 'accuracy'])
    expect(grid[1]!.top).toBeGreaterThan(grid[0]!.top + grid[0]!.height)
    expect(drawn.find(({ id }) => id === 'validation-accuracy')).toMatchObject({ xAxisIndex: 1, yAxisIndex: 1 })
  })

  it('names the lines of each plot beside its title, and draws a mark only where the line has one', () => {
    const { legend } = chartOf(
      subjectOf(
        ['loss', 'validation-loss', 'vaa', 'vaa-low', 'vaa-high'].map((name) =>
          series(name as SeriesName, [[0.5]], 10),
        ),
      ),
    )
    expect(legend.map(({ data }) => data.map(({ name }) => name))).toEqual([
      ['loss', 'validation-loss'],
      ['vaa', 'between'], // both ends of an interval are one thing
    ])
    const [loss, validation] = legend[0]!.data
    expect(loss!.icon).toBe(lineIcon({ dash: 'solid', mark: null }))
    expect(loss!.icon).not.toContain('a3') // no arc
    expect(validation!.icon).toContain('a3')
  })

  it('is zoomed up and down where a box says so, in the plot of the box alone', () => {
    const subject = subjectOf([series('loss', [[1, 2]], 10), series('vaa', [[0.5, 1]], 10)])
    const { yAxis } = chartOf({ ...subject, levels: { loss: [0.1, 1.5] } })
    expect(yAxis).toMatchObject([
      { min: 0.1, max: 1.5 },
      { min: 0, max: 1 },
    ])
  })

  it('stands on the time that the run was trained where that is asked for, points, marks and what is told of them', () => {
    const subject = subjectOf([series('loss', [[4, 3, 2]], 10)], { forks: [2] })
    // One second for the first step, nine for the others.
    const timed = [
      { phase: 'training', step: 1, ms: 1000 },
      { phase: 'training', step: 1000, ms: 9_991_000 },
    ] as const
    const chart = chartOf({ ...subject, across: timeAcross(subject.view, timed) })
    const drawn = chart.series.find(({ id }) => id === 'loss')!.data
    expect(drawn.map(([x]) => x! * 60)).toEqual([0, 1, 11].map((seconds) => expect.closeTo(seconds, 9) as number))
    expect(chart.xAxis[0]!.max * 60).toBeCloseTo(9991, 6)
    const marks = chart.series.flatMap(({ markLine }) => markLine?.data ?? [])
    expect(marks.find(({ label }) => label.formatter === 'fork')!.xAxis! * 60).toBeCloseTo(11, 9)
    expect(chart.tooltip.formatter([{ seriesId: 'loss', value: drawn[2] }])).toBe('training 2\nloss 2')
  })

  it('shows one spike among a hundred thousand values, whatever is switched off', () => {
    const losses = [0, 1].map((seed) =>
      Array.from({ length: 100_000 }, (_, i) => (i === 54_321 && seed === 1 ? 90 : 1)),
    )
    const drawn = draw(subjectOf([series('loss', losses, 500, 0.9)]), { showBand: false, showSeeds: false })
    const greatest = Math.max(...drawn.flatMap(({ data }) => data.map((point) => point[1]!)))
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

  it.each(['validation-loss', 'vaa', 'vaa-star'] as const)('draws %s as it was measured at any smoothing', (name) => {
    const measured = [0.031, 1, 1, 1, 0.0044]
    const subject = subjectOf([series('loss', [measured], 10, 0.9), series(name, [measured], 10, 0.9)])
    const { series: drawn, legend } = chartOf(subject, { smoothing: 0.9 })
    expect(drawn.find(({ id }) => id === name)!.data).toEqual(measured.map((value, index) => [index, value]))
    expect(legend.flatMap(({ data }) => data.map((entry) => entry.name))).toEqual(['loss smoothed 0.9', 'loss', name])
  })

  it('draws a smoothed curve by the name of its smoothing, and what was measured behind it by its own', () => {
    const losses = [1, 0, 1, 0, 1]
    const { series: drawn, tooltip } = chartOf(subjectOf([series('loss', [losses], 10, 0.5)]), { logLoss: false })
    const [raw, smoothed] = ['loss', 'loss smoothed 0.5'].map((word) => drawn.find(({ name }) => name === word)!)
    expect(raw!.data.map(([, value]) => value)).toEqual(losses)
    expect(smoothed!.data[1]![1]).toBeCloseTo(1 / 3, 12)
    const told = tooltip.formatter([{ seriesId: 'loss', marker: '* ', value: [1, 1 / 3] }])
    expect(told).toBe('training 1\n* loss smoothed 0.5 0.333\n* loss 0')
  })

  it('says of a point of a bucket which steps it is of', () => {
    const losses = Array.from({ length: 100 }, (_, index) => index)
    const { series: drawn, tooltip } = chartOf(subjectOf([series('loss', [losses], 10)]), { logLoss: false })
    const pointed = drawn.find(({ id }) => id === 'loss')!.data[2]
    expect(tooltip.formatter([{ seriesId: 'loss', value: pointed }])).toBe('training 14 to 25\nloss 19.5 of 12')
  })

  it('tells VAA from VAA* by mark and dash, whatever their colours', () => {
    const drawn = draw(subjectOf([series('vaa', [[0.5]], 10), series('vaa-star', [[0.5]], 10)]))
    const [vaa, vaaStar] = ['vaa', 'vaa-star'].map((name) => drawn.find(({ id }) => id === name)!)
    expect(vaa!.symbol).not.toBe(vaaStar!.symbol)
    expect(vaa!.lineStyle!.type).not.toBe(vaaStar!.lineStyle!.type)
  })

  it('draws VAA hollow where some series had not converged: the ground within, the colour of the line around', () => {
    const subject = subjectOf([series('vaa', [[0.5, 0.6]], 10), series('vaa-unconverged', [[0, 3]], 10)])
    const hollow = draw(subject).find(({ id }) => id === 'vaa hollow')!
    expect(hollow.data).toEqual([[1, 0.6]])
    expect(hollow.itemStyle).toMatchObject({ color: TOKENS.surface, borderColor: TOKENS.strategy('double') })
    expect(hasUnconverged(subject, DEFAULT_CHART_SETTINGS)).toBe(true)
  })

  describe('where VAA lies between two values', () => {
    // A point, then an interval of each seed, then a point again.
    const subject = subjectOf([
      series(
        'vaa',
        [
          [0.5, Number.NaN, 0.6],
          [0.7, Number.NaN, 0.8],
        ],
        10,
      ),
      series(
        'vaa-low',
        [
          [Number.NaN, 0.1],
          [Number.NaN, 0.3],
        ],
        10,
      ),
      series(
        'vaa-high',
        [
          [Number.NaN, 0.5],
          [Number.NaN, 0.9],
        ],
        10,
      ),
      series(
        'vaa-unconverged',
        [
          [0, 4, 0],
          [0, 9, 0],
        ],
        10,
      ),
    ])
    const dataOf = (id: string) => draw(subject).find((entry) => entry.id === id)!.data

    it('draws a bar from the mean of the lower to that of the upper ends', () => {
      expect(dataOf('vaa-low')).toEqual([[1, expect.closeTo(0.2, 12), expect.closeTo(0.7, 12)]])
      expect(dataOf('vaa-high')).toEqual([[1, expect.closeTo(0.7, 12), expect.closeTo(0.7, 12)]])
    })

    it('has no point there, and no line across', () => {
      expect(dataOf('vaa').map((point) => ('value' in point ? point.value : point))).toEqual([
        [0, expect.closeTo(0.6, 12)],
        [1, null],
        [2, expect.closeTo(0.7, 12)],
      ])
    })

    it('does not draw a line of VAA that has no point at all', () => {
      const none = subjectOf([
        series('vaa', [[Number.NaN]], 10),
        series('vaa-low', [[0.1]], 10),
        series('vaa-high', [[1]], 10),
      ])
      expect(shownSeries(none, DEFAULT_CHART_SETTINGS)).toEqual(['vaa-low', 'vaa-high'])
    })

    it('says so, and speaks of no hollow points, as there are none', () => {
      expect(hasIntervals(subject, DEFAULT_CHART_SETTINGS)).toBe(true)
      expect(hasUnconverged(subject, DEFAULT_CHART_SETTINGS)).toBe(false)
    })
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
