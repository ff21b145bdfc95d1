/**
 * The series of one run as lines: which are drawn and how they look; the mean over seeds as a strong line in a band of one standard
 * deviation, seeds as thin ones. Where a bucket holds many points, the least and the greatest of all seeds stand behind the mean, so that
 * no spike is hidden. A smoothed curve says so in its name, and the one that was measured stands behind it by its own.
 */
import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import { sliceSeries, splitSeriesName, type SeriesName, type SeriesSlice } from '../../shared/runs/series.ts'
import type { RunSeriesView } from '../composables/use-run-series.ts'
import type { ChartTokens } from './chart-tokens.ts'
import type { ChartSettings, RunChartSubject, RunChartWords } from './run-chart.ts'
import { hollowMarks } from './hollow-marks.ts'
import { INTERVAL_ICON, lineIcon } from './legend-icons.ts'
import { endsOnLog } from './log-scale.ts'
import type { LegendEntry, PlotName } from './run-plots.ts'
import { extentPoints, meanPoints, seedPoints, smoothingOf, type MeanPoint, type Point } from './run-points.ts'
import { endOf, intervalBars, intervalPositions, withGaps } from './vaa-intervals.ts'
import type { XAxis } from './x-axis.ts'

/** What VAA and VAA* are shown of. */
export const CHART_SCOPES = ['network', 'layers', 'parts'] as const

export type ChartScope = (typeof CHART_SCOPES)[number]

interface Look {
  readonly plot: PlotName
  readonly colour: (tokens: ChartTokens, strategy: string) => string
  readonly dash: 'solid' | 'dashed' | 'dotted'
  /** Of what is measured now and then, whose points are marked; null for what is logged at every step. */
  readonly mark: { readonly symbol: 'circle' | 'diamond'; readonly size: number } | null
}

const DOT = { symbol: 'circle', size: 4 } as const
/** Tells VAA* from VAA beside its dashes, on whatever colour a strategy or a layer has. */
const DIAMOND = { symbol: 'diamond', size: 9 } as const

const LOOKS = {
  'warmup-loss': { plot: 'loss', colour: (tokens) => tokens.quiet, dash: 'dotted', mark: null },
  loss: { plot: 'loss', colour: (tokens, strategy) => tokens.strategy(strategy), dash: 'solid', mark: null },
  'validation-loss': { plot: 'loss', colour: (tokens) => tokens.validation, dash: 'dashed', mark: DOT },
  'validation-accuracy': { plot: 'accuracy', colour: (tokens) => tokens.validation, dash: 'dashed', mark: DOT },
  'warmup-vaa-star': { plot: 'attractors', colour: (tokens) => tokens.quiet, dash: 'dotted', mark: null },
  vaa: { plot: 'attractors', colour: (tokens, strategy) => tokens.strategy(strategy), dash: 'solid', mark: DOT },
  'vaa-low': { plot: 'attractors', colour: (tokens, strategy) => tokens.strategy(strategy), dash: 'solid', mark: DOT },
  'vaa-high': { plot: 'attractors', colour: (tokens, strategy) => tokens.strategy(strategy), dash: 'solid', mark: DOT },
  'vaa-star': { plot: 'attractors', colour: (tokens) => tokens.vaaStar, dash: 'dashed', mark: DIAMOND },
} as const satisfies Partial<Record<SeriesName, Look>>

type DrawnBase = keyof typeof LOOKS

const OUTCOMES: readonly SeriesName[] = ['warmup-loss', 'loss', 'validation-loss', 'validation-accuracy']
const ATTRACTORS = ['warmup-vaa-star', 'vaa', 'vaa-low', 'vaa-high', 'vaa-star'] as const

const SEED_OPACITY = 0.4
const RAW_OPACITY = 0.3
const EXTENT_OPACITY = 0.25
const BAND_OPACITY = 0.16

/** The scopes that say more than the one before: several layers, several parts in one. */
export function availableScopes(names: ReadonlySet<SeriesName>): ChartScope[] {
  const slices = [...names].map(splitSeriesName)
  return [
    'network',
    ...(slices.some(({ layerIndex, partIndex }) => layerIndex !== null && partIndex === null)
      ? (['layers'] as const)
      : []),
    ...(slices.some(({ partIndex }) => partIndex !== null) ? (['parts'] as const) : []),
  ]
}

/**
 * The series that are drawn, in their order. VAA* belongs to a layer: with the parts, that of their layer is shown.
 * @param names all that the run has
 */
export function drawnSeries(scope: ChartScope, names: ReadonlySet<SeriesName>): SeriesName[] {
  const sliced = [...names].filter((name) => {
    const { base, layerIndex, partIndex } = splitSeriesName(name)
    if (!(ATTRACTORS as readonly string[]).includes(base)) return false
    if (scope === 'network') return layerIndex === null
    if (scope === 'parts' && (base === 'vaa' || endOf(name) !== null)) return partIndex !== null
    const hasLayers = names.has(sliceSeries(base as (typeof ATTRACTORS)[number], { layerIndex: 0, partIndex: null }))
    return partIndex === null && (layerIndex !== null || !hasLayers)
  })
  const orderOf = (name: SeriesName): number => Object.keys(LOOKS).indexOf(splitSeriesName(name).base)
  return [...OUTCOMES.filter((name) => names.has(name)), ...sliced.sort((a, b) => orderOf(a) - orderOf(b))]
}

/** How many of its series had not converged, beside each VAA. */
export function unconvergedOf(name: SeriesName): SeriesName | null {
  const { base, ...slice } = splitSeriesName(name)
  return base === 'vaa' ? sliceSeries('vaa-unconverged', slice) : null
}

function lookOf(name: SeriesName, tokens: ChartTokens, strategy: string): Look & { readonly ink: string } {
  const { base, ...slice } = splitSeriesName(name)
  const look: Look = LOOKS[base as DrawnBase]
  return { ...look, ink: slice.layerIndex === null ? look.colour(tokens, strategy) : sliceColour(slice, tokens) }
}

function sliceColour({ layerIndex, partIndex }: SeriesSlice, { slices }: ChartTokens): string {
  return slices[((layerIndex ?? 0) * 2 + (partIndex ?? 0)) % slices.length]!
}

export function plotOf(name: SeriesName): PlotName {
  return LOOKS[splitSeriesName(name).base as DrawnBase].plot
}

/** Whether a logarithmic axis can show it. @param place on the axis across */
export const isDrawable = (place: number, value: number, plot: PlotName, settings: ChartSettings): boolean =>
  (!settings.logSteps || place > 0) && (plot !== 'loss' || !settings.logLoss || value > 0)

export function lines(
  { view, seedCount, strategy, across }: RunChartSubject,
  name: SeriesName,
  settings: ChartSettings,
  tokens: ChartTokens,
  words: RunChartWords,
  grid: number,
): (LineSeriesOption | CustomSeriesOption)[] {
  const { plot, dash, mark, ink } = lookOf(name, tokens, strategy)
  const common = {
    type: 'line',
    xAxisIndex: grid,
    yAxisIndex: grid,
    symbol: mark?.symbol ?? 'none',
    symbolSize: mark?.size ?? 0,
    color: ink,
  } as const
  if (endOf(name) !== null)
    return [
      intervalBars(
        view,
        name,
        seedCount,
        { xAxisIndex: grid, yAxisIndex: grid, color: ink, name: lineName(view, name, words) },
        across.placeOf,
      ),
    ]
  const gaps = intervalPositions(view, name, seedCount).map(across.placeOf)
  const drawable = (points: readonly Point[]): Point[] =>
    points
      .map(([position, value]): Point => [across.placeOf(position), value])
      .filter(([place, value]) => isDrawable(place, value, plot, settings))
  const means = meanPoints(view, name, seedCount)
  const smoothing = smoothingOf(view.base, name)
  const measured = drawable(means.map(({ position, mean }): Point => [position, mean]))
  const thin = (id: string, data: readonly Point[], opacity: number): LineSeriesOption => ({
    ...common,
    id,
    symbol: 'none',
    data: withGaps(data, gaps).map((point) => [...point]),
    lineStyle: { width: 1, opacity, color: ink, type: settings.showSeeds ? dash : 'solid' },
    tooltip: { show: false },
    silent: true,
  })
  const unconverged = unconvergedOf(name)
  const doubtful = new Set(
    unconverged === null
      ? []
      : meanPoints(view, unconverged, seedCount).flatMap(({ position, mean }) =>
          mean > 0 ? [across.placeOf(position)] : [],
        ),
  )
  const extent = drawable(extentPoints(view, name))
  return [
    ...(settings.showBand && seedCount > 1 ? [band(name, means, ink, settings, grid, across)] : []),
    ...(extent.length > 0 ? [thin(`${name} extent`, extent, EXTENT_OPACITY)] : []),
    ...(settings.showSeeds && seedCount > 1
      ? Array.from({ length: seedCount }, (_, r) =>
          thin(`${name} seed ${r}`, drawable(seedPoints(view, name, r)), SEED_OPACITY),
        )
      : []),
    ...(smoothing > 0 ? [{ ...thin(`${name} raw`, measured, RAW_OPACITY), name: words.series(name) }] : []),
    {
      ...common,
      id: name,
      name: lineName(view, name, words),
      data: withGaps(smoothing > 0 ? drawable(smoothedPoints(means)) : measured, gaps).map((point) => [...point]),
      lineStyle: { width: 2, color: ink, type: dash },
    },
    ...(doubtful.size > 0
      ? [
          hollowMarks(
            `${name} hollow`,
            measured.filter(([place]) => doubtful.has(place)),
            ink,
            tokens,
            grid,
          ),
        ]
      : []),
  ]
}

const smoothedPoints = (means: readonly MeanPoint[]): Point[] =>
  means.flatMap(({ position, smoothed }): Point[] => (smoothed === null ? [] : [[position, smoothed]]))

/** Of the strong line: how it is smoothed stands in it. The two ends of an interval are one thing. */
function lineName({ base }: RunSeriesView, name: SeriesName, words: RunChartWords): string {
  if (endOf(name) !== null) return words.interval(name)
  const smoothing = smoothingOf(base, name)
  return smoothing > 0 ? words.smoothed(words.series(name), smoothing) : words.series(name)
}

/** What the legend names: the strong lines, and those of what was measured behind them. */
export function legendEntries(view: RunSeriesView, names: readonly SeriesName[], words: RunChartWords): LegendEntry[] {
  const entries = names.flatMap((name): LegendEntry[] => {
    const { dash, mark }: Look = LOOKS[splitSeriesName(name).base as DrawnBase]
    const icon = endOf(name) === null ? lineIcon({ dash, mark: mark && mark.symbol }) : INTERVAL_ICON
    const strong = { name: lineName(view, name, words), icon, opacity: 1 }
    const measured = { name: words.series(name), icon: lineIcon({ dash: 'solid', mark: null }), opacity: RAW_OPACITY }
    return smoothingOf(view.base, name) > 0 ? [strong, measured] : [strong]
  })
  return entries.filter(({ name }, index) => entries.findIndex((entry) => entry.name === name) === index)
}

/** One standard deviation to both sides of the mean, as one area. */
function band(
  name: SeriesName,
  means: readonly MeanPoint[],
  colour: string,
  settings: ChartSettings,
  grid: number,
  { placeOf }: XAxis,
): CustomSeriesOption {
  const plot = plotOf(name)
  const shown = means
    .map((point) => ({ ...point, place: placeOf(point.position) }))
    .filter(({ place, mean }) => isDrawable(place, mean, plot, settings))
  const isLog = plot === 'loss' && settings.logLoss
  const edges = shown.map(({ place, mean, std }) => {
    const ends = { low: mean - std, high: mean + std }
    return { place, ...(isLog ? endsOnLog(mean, ends) : ends) }
  })
  return {
    id: `${name} band`,
    type: 'custom',
    xAxisIndex: grid,
    yAxisIndex: grid,
    silent: true,
    clip: true,
    z: 1,
    tooltip: { show: false },
    data: shown.length === 0 ? [] : [[shown[0]!.place, shown[0]!.mean]],
    renderItem: (_params, api) => ({
      type: 'polygon',
      shape: {
        points: [
          ...edges.map(({ place, high }) => api.coord([place, high])),
          ...[...edges].reverse().map(({ place, low }) => api.coord([place, low])),
        ],
      },
      style: { fill: colour, opacity: BAND_OPACITY },
    }),
  }
}
