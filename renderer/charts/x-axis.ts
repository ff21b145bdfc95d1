/**
 * Where a run's steps stand on the axis across its charts: by step, by epoch, or by the time that it was trained. A run's marks and what is known of its epochs and
 * its time enter; a place for each position, the position of each place, and the axis' marks and name leave.
 */
import type { EChartsCoreOption } from 'echarts/core'
import { Timeline, type TimelineMarks } from '../../shared/runs/timeline.ts'
import type { TimedStep } from '../../shared/runs/trained-time.ts'
import { formatTick } from '../words/format.ts'
import type { ChartTokens } from './chart-tokens.ts'
import { stepAxis, tickAxis, type StepsOfRun } from './step-axis.ts'

/** What the axis counts. */
export const X_AXES = ['step', 'epoch', 'time'] as const

export type XAxisKind = (typeof X_AXES)[number]

export type TimeUnit = 's' | 'min' | 'h'

export interface XAxis {
  readonly kind: XAxisKind
  /** Null for all but the time. */
  readonly unit: TimeUnit | null
  readonly placeOf: (position: number) => number
  readonly positionAt: (place: number) => number
  /** Marks of the axis in a range of positions. */
  readonly ticks: (
    range: { readonly from: number; readonly to: number },
    isLog: boolean,
    tokens: ChartTokens,
  ) => EChartsCoreOption
}

const unchanged = (value: number): number => value

export function stepsAcross(steps: StepsOfRun): XAxis {
  return {
    kind: 'step',
    unit: null,
    placeOf: unchanged,
    positionAt: unchanged,
    ticks: (range, isLog, tokens) => stepAxis(steps, range, isLog, tokens),
  }
}

/** The places are those of the steps, since an epoch is so many of them; only the marks count epochs of the training. */
export function epochsAcross(steps: StepsOfRun, stepsPerEpoch: number): XAxis {
  const start = trainingStart(steps.marks)
  return {
    ...stepsAcross(steps),
    kind: 'epoch',
    ticks({ from, to }, isLog, tokens) {
      const epochs = epochTicks((from - start) / stepsPerEpoch, (to - start) / stepsPerEpoch)
      if (epochs.length === 0) return stepAxis(steps, { from, to }, isLog, tokens)
      return tickAxis(
        epochs.map((epoch) => ({ position: start + epoch * stepsPerEpoch, step: epoch })),
        tokens,
      )
    },
  }
}

const MOST_EPOCH_TICKS = 8

function epochTicks(from: number, to: number): number[] {
  const least = (to - Math.max(0, from)) / MOST_EPOCH_TICKS
  if (!(least > 0)) return []
  const power = 10 ** Math.floor(Math.log10(least))
  const unit = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= least)!
  const [first, last] = [Math.ceil(Math.max(0, from) / unit), Math.floor(to / unit)]
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * unit)
}

const UNITS: readonly (readonly [unit: TimeUnit, ms: number])[] = [
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
]
/** Fewer of a unit are told in the next smaller one. */
const FEWEST_OF_UNIT = 3

/** @param timed at least one */
export function timeAcross(steps: StepsOfRun, timed: readonly TimedStep[]): XAxis {
  const timeline = new Timeline(steps.marks, steps.lastPosition)
  const knots = timed.map(({ phase, step, ms }) => [timeline.position(phase, step), ms] as const)
  if (knots[0]![0] > 0) knots.unshift([0, 0])
  const lastMs = knots.at(-1)![1]
  const [unit, unitMs] = UNITS.find(([, ms]) => lastMs >= FEWEST_OF_UNIT * ms) ?? UNITS.at(-1)!
  const places = knots.map(([position, ms]) => [position, ms / unitMs] as const)
  return {
    kind: 'time',
    unit,
    placeOf: (position) => between(places, 0, 1, position),
    positionAt: (place) => between(places, 1, 0, place),
    ticks: (_range, _isLog, tokens) => ({
      axisLabel: { color: tokens.quiet, hideOverlap: true, showMaxLabel: false, formatter: formatTick },
    }),
  }
}

/** On straight lines through points that ascend in both; beyond the last one as between the last two. */
function between(points: readonly (readonly [number, number])[], from: 0 | 1, to: 0 | 1, value: number): number {
  if (points.length < 2) return points[0]?.[to] ?? value
  let low = 0
  let high = points.length - 1
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (points[middle]![from] <= value) low = middle
    else high = middle
  }
  const [one, other] = [points[low]!, points[high]!]
  const width = other[from] - one[from]
  return width === 0 ? other[to] : one[to] + ((value - one[from]) / width) * (other[to] - one[to])
}

const trainingStart = ({ phases }: TimelineMarks): number =>
  phases.find(({ phase }) => phase === 'training')?.position ?? 0
