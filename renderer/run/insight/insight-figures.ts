/** What a run shows about memory as figures: how far its gradient reaches before and after warm-up, and VAA beside the loss. */
import type { RunGradientByLag, RunMetrics, WeightsMoment } from '../../../shared/protocol/views.ts'
import type { SeriesName } from '../../../shared/runs/series.ts'
import { spreadOfSlice } from '../../../shared/runs/spreads.ts'
import { commonBins, sharesOf } from '../../../shared/statistics/histogram.ts'
import type { ChartTokens } from '../../charts/chart-tokens.ts'
import { hollowMarks } from '../../charts/hollow-marks.ts'
import { axisLook, figureBase, valueAxis, type Figure, type FigureCell } from '../../charts/figure.ts'
import { legendLook } from '../../charts/legend.ts'
import { formatTick } from '../../words/format.ts'

export interface LagWords {
  readonly lag: string
  readonly norm: string
  readonly layer: string
  readonly moment: (moment: WeightsMoment) => string
}

const DASHES: Readonly<Record<WeightsMoment, 'solid' | 'dashed' | 'dotted'>> = {
  initial: 'dotted',
  'warmed-up': 'dashed',
  last: 'solid',
}

/** The run's colour for what training made of it; the moments before are quieter. */
function momentColour(tokens: ChartTokens, moment: WeightsMoment, strategy: string): string {
  if (moment === 'initial') return tokens.quiet
  return moment === 'warmed-up' ? tokens.category(0) : tokens.strategy(strategy)
}

/** ‖∂L/∂h_{T−k}‖ against k. @param layer from 0, the one next to the input */
export function lagFigure(
  { lags, moments }: RunGradientByLag,
  layer: number,
  strategy: string,
  isLogLag: boolean,
  words: LagWords,
): Figure {
  const lines = moments.map(({ moment, norms }) => ({
    moment,
    points: lags.map((lag, i): [number, number] => [lag, norms[i]![layer]!]),
  }))
  return {
    option: (tokens) => ({
      ...figureBase(tokens),
      tooltip: { ...(figureBase(tokens).tooltip as object), trigger: 'axis' },
      grid: { left: 72, right: 24, top: 56, bottom: 44 },
      legend: legendLook(
        tokens,
        lines.map(({ moment }) => words.moment(moment)),
        30,
      ),
      xAxis: {
        ...axisLook(tokens),
        type: isLogLag ? 'log' : 'value',
        name: words.lag,
        nameLocation: 'middle',
        nameGap: 28,
        min: isLogLag ? 1 : 0,
        max: 'dataMax',
        splitLine: { show: false },
      },
      // What has vanished below the smallest number has no place on it.
      yAxis: valueAxis(tokens, words.norm, true),
      series: lines.map(({ moment, points }) => ({
        id: moment,
        name: words.moment(moment),
        type: 'line',
        symbol: 'circle',
        symbolSize: 4,
        color: momentColour(tokens, moment, strategy),
        lineStyle: { width: 2, type: DASHES[moment] },
        data: points.filter(([, norm]) => norm > 0),
      })),
    }),
    table: {
      columns: [words.layer, words.lag, ...lines.map(({ moment }) => words.moment(moment))],
      rows: lags.map((lag, i): FigureCell[] => [layer + 1, lag, ...lines.map(({ points }) => points[i]![1])]),
    },
    places: lags.map((_, dataIndex) => {
      const whole = lines.find(({ points }) => points.every(([, norm]) => norm > 0))
      return whole ? { seriesId: whole.moment, dataIndex } : null
    }),
  }
}

export interface VaaLossPoint {
  readonly seedIndex: number
  /** Of training. */
  readonly step: number
  readonly vaa: number
  readonly loss: number
}

/** Every VAA of the training with the loss that was measured nearest to it; none where there is no loss. */
export function vaaLossPoints(metrics: RunMetrics, lossName: SeriesName): VaaLossPoint[] {
  const vaa = metrics.series.find(({ name }) => name === 'vaa')
  const loss = metrics.series.find(({ name }) => name === lossName)
  const start = metrics.marks.phases.find(({ phase }) => phase === 'training')?.position ?? 0
  if (!vaa || !loss) return []
  return vaa.positions.flatMap((position, index) => {
    if (position <= start) return [] // the last measurement of the warm-up stands at its beginning
    const nearest = nearestIndex(loss.positions, position)
    return vaa.seeds.flatMap((seed, seedIndex) => {
      const value = seed.mean[index]
      const at = loss.seeds[seedIndex]?.mean[nearest]
      return typeof value === 'number' && typeof at === 'number'
        ? [{ seedIndex, step: position - start, vaa: value, loss: at }]
        : []
    })
  })
}

export function nearestIndex(positions: readonly number[], wanted: number): number {
  return positions.reduce(
    (best, position, index) => (Math.abs(position - wanted) < Math.abs(positions[best]! - wanted) ? index : best),
    0,
  )
}

export interface VaaLossWords {
  readonly vaa: string
  readonly loss: string
  readonly seed: (seed: number) => string
  readonly step: string
  readonly seedHead: string
}

/** Losses that lie closer together are clearer without a logarithm. */
const LOG_FROM = 20

/** One path a seed, from its first measurement, hollow, to its last, filled. */
export function vaaLossFigure(
  points: readonly VaaLossPoint[],
  seeds: readonly number[],
  strategy: string,
  words: VaaLossWords,
): Figure {
  const paths = seeds.map((_, seedIndex) => points.filter((point) => point.seedIndex === seedIndex))
  const losses = points.map(({ loss }) => loss)
  const isLog = Math.min(...losses) > 0 && Math.max(...losses) > LOG_FROM * Math.min(...losses)
  return {
    option: (tokens) => ({
      ...figureBase(tokens),
      grid: { left: 64, right: 24, top: 40, bottom: 44 },
      xAxis: {
        ...axisLook(tokens),
        type: 'value',
        min: 0,
        max: 1,
        name: words.vaa,
        nameLocation: 'middle',
        nameGap: 28,
        splitLine: { show: false },
      },
      yAxis: valueAxis(tokens, words.loss, isLog),
      series: paths.flatMap((path, seedIndex): object[] => [
        {
          id: `seed ${seedIndex}`,
          name: words.seed(seeds[seedIndex]!),
          type: 'line',
          color: tokens.strategy(strategy),
          lineStyle: { width: 1, opacity: 0.35 },
          symbol: 'circle',
          symbolSize: 7,
          data: path.map(({ vaa, loss }) => [vaa, loss]),
        },
        hollowMarks(
          `seed ${seedIndex} before the end`,
          path.slice(0, -1).map(({ vaa, loss }) => [vaa, loss] as const),
          tokens.strategy(strategy),
          tokens,
        ),
      ]),
    }),
    table: {
      columns: [words.seedHead, words.step, words.vaa, words.loss],
      rows: paths.flatMap((path, seedIndex) =>
        path.map(({ step, vaa, loss }): FigureCell[] => [seeds[seedIndex]!, step, vaa, loss]),
      ),
    },
    places: paths.flatMap((path, seedIndex) =>
      path.map((_, dataIndex) => ({ seriesId: `seed ${seedIndex}`, dataIndex })),
    ),
  }
}

export interface SpreadWords {
  readonly value: string
  readonly share: string
  readonly moment: (moment: WeightsMoment) => string
}

/** Histograms of a layer's weights, or of the sizes of its gradients, one line a moment; shares, since moments are compared. */
export function spreadFigure(
  { moments }: RunGradientByLag,
  layer: number,
  what: 'weights' | 'gradients',
  strategy: string,
  words: SpreadWords,
): Figure {
  const slice = { layerIndex: layer, partIndex: null }
  const { low, width, binCount, counts } = commonBins(
    moments.map(({ spreads }) => spreadOfSlice(spreads, slice)?.[what] ?? { low: 0, high: 0, counts: [] }),
  )
  const middles = Array.from({ length: binCount }, (_, bin) => low + (bin + 0.5) * width)
  const lines = moments.map(({ moment }, index) => ({ moment, shares: sharesOf(counts[index]!) }))
  return {
    option: (tokens) => ({
      ...figureBase(tokens),
      tooltip: { ...(figureBase(tokens).tooltip as object), trigger: 'axis' },
      grid: { left: 64, right: 24, top: 48, bottom: 44 },
      legend: legendLook(
        tokens,
        lines.map(({ moment }) => words.moment(moment)),
        30,
      ),
      xAxis: {
        ...axisLook(tokens),
        type: 'value',
        name: words.value,
        nameLocation: 'middle',
        nameGap: 28,
        min: 'dataMin',
        max: 'dataMax',
        // The ends are where the bins end, and no round numbers.
        axisLabel: { color: tokens.quiet, formatter: formatTick, showMinLabel: false, showMaxLabel: false },
        splitLine: { show: false },
      },
      yAxis: {
        ...valueAxis(tokens, words.share, false),
        scale: false,
        axisLine: { onZero: false, lineStyle: { color: tokens.line } },
      },
      series: lines.map(({ moment, shares }) => ({
        id: moment,
        name: words.moment(moment),
        type: 'line',
        step: 'middle',
        symbol: 'none',
        color: momentColour(tokens, moment, strategy),
        lineStyle: { width: 1.5, type: DASHES[moment] },
        areaStyle: { opacity: moment === 'last' ? 0.12 : 0 },
        data: shares.map((share, bin) => [middles[bin]!, share]),
      })),
    }),
    table: {
      columns: [words.value, ...lines.map(({ moment }) => words.moment(moment))],
      rows: middles.map((middle, bin): FigureCell[] => [middle, ...lines.map(({ shares }) => shares[bin]!)]),
    },
    places: middles.map((_, dataIndex) => (lines[0] ? { seriesId: lines[0].moment, dataIndex } : null)),
  }
}
