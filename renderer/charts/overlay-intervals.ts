/**
 * Compared runs whose VAA lies between two values here and there: what the lab has of its ends and the figure of the points enter; the figure leaves with a
 * bar from the mean over seeds of the lower ends to that of the upper ones.
 */
import { withEnds } from '../../shared/runs/read-vaa.ts'
import type { SeriesName } from '../../shared/runs/series.ts'
import type { PhaseStep } from '../../shared/runs/timeline.ts'
import type { OverlayRun } from '../composables/use-overlay.ts'
import type { ChartTokens } from './chart-tokens.ts'
import type { Figure, FigureCell } from './figure.ts'
import { meanPoints } from './run-points.ts'
import { phaseSteps } from './step-axis.ts'
import { drawBar } from './vaa-intervals.ts'

export interface OverlaidIntervals {
  readonly label: string
  readonly colour: (tokens: ChartTokens) => string
  /** On the figure's axis. */
  readonly intervals: readonly {
    readonly position: number
    readonly step: PhaseStep
    readonly low: number
    readonly high: number
  }[]
}

/** Of one run; none of a series that has no ends. */
export function intervalsOf({ run, metrics, offset }: OverlayRun, series: SeriesName): OverlaidIntervals['intervals'] {
  const [, lowName, highName] = withEnds(series)
  if (lowName === undefined || highName === undefined) return []
  const { marks, names, lastPosition } = metrics
  const view = { base: metrics, tail: new Map(), marks, names: new Set(names), lastPosition }
  const seedCount = run.summary.seeds.length
  const stepAt = phaseSteps(metrics)
  const highs = new Map(meanPoints(view, highName, seedCount).map(({ position, mean }) => [position, mean]))
  return meanPoints(view, lowName, seedCount).map(({ position, mean }) => ({
    position: position - offset,
    step: stepAt(position),
    low: mean,
    high: highs.get(position) ?? mean,
  }))
}

/** @param rowOf the table's row for an interval */
export function withOverlayIntervals(
  figure: Figure,
  runs: readonly OverlaidIntervals[],
  rowOf: (label: string, interval: OverlaidIntervals['intervals'][number]) => readonly FigureCell[],
): Figure {
  const shown = runs.filter(({ intervals }) => intervals.length > 0)
  if (shown.length === 0) return figure
  const idOf = (label: string): string => `${label} between`
  return {
    ...figure,
    option: (tokens, width) => {
      const option = figure.option(tokens, width)
      const bars = shown.map(({ label, colour, intervals }) => ({
        id: idOf(label),
        type: 'custom',
        clip: true,
        encode: { x: 0, y: [1, 2] },
        tooltip: { show: false },
        data: intervals.map(({ position, low, high }) => [position, low, high]),
        renderItem: drawBar(colour(tokens)),
      }))
      return { ...option, series: [...(option.series as object[]), ...bars] }
    },
    table: {
      ...figure.table,
      rows: [
        ...figure.table.rows,
        ...shown.flatMap(({ label, intervals }) => intervals.map((interval) => rowOf(label, interval))),
      ],
    },
    places: [
      ...(figure.places ?? []),
      ...shown.flatMap(({ label, intervals }) =>
        intervals.map((_, dataIndex) => ({ seriesId: idOf(label), dataIndex })),
      ),
    ],
  }
}
