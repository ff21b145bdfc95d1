/**
 * Compared runs whose VAA lies between two values here and there: what the lab has of its ends and the figure of the points enter; the figure leaves with a
 * bar from the mean over seeds of the lower ends to that of the upper ones. Bars of one step stand side by side.
 */
import { withEnds } from '../../shared/runs/read-vaa.ts'
import type { SeriesName } from '../../shared/runs/series.ts'
import type { PhaseStep } from '../../shared/runs/timeline.ts'
import type { OverlayRun } from './use-overlay.ts'
import type { Figure, FigureCell } from '../charts/figure.ts'
import type { RunLook } from '../charts/run-looks.ts'
import { meanPoints } from '../charts/run-points.ts'
import { tooltipText, type PointedItem, type ToldPoint } from '../charts/run-tooltip.ts'
import { phaseSteps } from '../charts/step-axis.ts'
import { drawBar } from '../charts/vaa-intervals.ts'

/** Pixels between two bars, of which many stand closer. */
const BAR_STEP = 12
const MOST_SPREAD = 60

export interface OverlaidIntervals {
  readonly label: string
  readonly look: RunLook
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

/** @param rowOf the table's row for an interval @param tell what is told of it under the pointer */
export function withOverlayIntervals(
  figure: Figure,
  runs: readonly OverlaidIntervals[],
  rowOf: (label: string, interval: OverlaidIntervals['intervals'][number]) => readonly FigureCell[],
  tell: (label: string, interval: OverlaidIntervals['intervals'][number]) => ToldPoint,
): Figure {
  const shown = runs.filter(({ intervals }) => intervals.length > 0)
  if (shown.length === 0) return figure
  const idOf = (label: string): string => `${label} between`
  const step = Math.min(BAR_STEP, MOST_SPREAD / shown.length)
  const reach = (step * (shown.length - 1)) / 2
  const intervalsText = (items: readonly PointedItem[]): string =>
    tooltipText(items, (seriesId, x) => {
      const run = shown.find(({ label }) => idOf(label) === seriesId)
      const interval = run?.intervals.find(({ position }) => position === x)
      return run && interval ? tell(run.label, interval) : null
    })
  return {
    ...figure,
    option: (tokens, width) => {
      const option = figure.option(tokens, width)
      const tooltip = option.tooltip as { formatter?: (items: readonly PointedItem[]) => string } | undefined
      const formatter = (items: readonly PointedItem[]): string =>
        [tooltip?.formatter?.(items) ?? '', intervalsText(items)].filter((text) => text !== '').join('\n\n')
      const bars = shown.map(({ label, look, intervals }, index) => ({
        id: idOf(label),
        type: 'custom',
        clip: true,
        encode: { x: 0, y: [1, 2] },
        color: look.colour(tokens), // of its dot in the tooltip
        data: intervals.map(({ position, low, high }) => [position, low, high]),
        renderItem: drawBar(look.colour(tokens), { shift: index * step - reach, reach, dash: look.dash }),
      }))
      return { ...option, tooltip: { ...tooltip, formatter }, series: [...(option.series as object[]), ...bars] }
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
