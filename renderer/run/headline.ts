/**
 * What a run has come to, in a few figures: its last points and its result enter; loss, validation, accuracy, VAA, VAA* and the test leave, each a mean over
 * seeds with its deviation and the step that it is of. How they are worded and drawn stands in RunHeadline.vue.
 */
import type { RunSummary } from '../../shared/protocol/views.ts'
import { type SeriesName, type SeriesPoint } from '../../shared/runs/series.ts'
import { summarize } from '../../shared/statistics/summary.ts'

export type FigureName = 'loss' | 'validation' | 'accuracy' | 'vaa' | 'vaa-star' | 'test'

export interface HeadlineFigure {
  readonly name: FigureName
  /** Over the seeds; the lower end where VAA lies between two values. Null: nothing is known yet. */
  readonly mean: number | null
  /** The upper end where VAA lies between two values. */
  readonly upTo: number | null
  /** Null for one seed, and between two values. */
  readonly std: number | null
  /** One a seed that has a value. */
  readonly seeds: readonly number[]
  /** On the axis of the charts; null for the test, and for what is not known. */
  readonly position: number | null
}

export type LatestPoints = ReadonlyMap<SeriesName, SeriesPoint>

/** Those that the run has or will have, in the order in which they are read. */
export function headlineFigures(
  { state, task, vaaSeries, result }: Pick<RunSummary, 'state' | 'task' | 'vaaSeries' | 'result'>,
  latest: LatestPoints,
): HeadlineFigure[] {
  const isOver = state === 'finished' || state === 'diverged'
  const has = (name: SeriesName): boolean => latest.has(name)
  return [
    pointFigure('loss', latest.get('loss')),
    ...(has('validation-loss') || !isOver ? [pointFigure('validation', latest.get('validation-loss'))] : []),
    ...(task === 'classification' && (has('validation-accuracy') || !isOver)
      ? [pointFigure('accuracy', latest.get('validation-accuracy'))]
      : []),
    ...(vaaSeries !== null && (has('vaa') || !isOver) ? [vaaFigure(latest)] : []),
    // Beside VAA it is the chart's to show.
    ...(isWarmingUp(latest) || vaaSeries === null ? starFigure(latest) : []),
    figure('test', result?.best ?? [], null),
  ]
}

function figure(name: FigureName, values: SeriesPoint['values'], position: number | null): HeadlineFigure {
  const seeds = values.filter((value): value is number => value !== null && !Number.isNaN(value))
  if (seeds.length === 0) return { name, mean: null, upTo: null, std: null, seeds, position: null }
  const { mean, std } = summarize(seeds)
  return { name, mean, upTo: null, std: seeds.length > 1 ? std : null, seeds, position }
}

const pointFigure = (name: FigureName, point: SeriesPoint | undefined): HeadlineFigure =>
  figure(name, point?.values ?? [], point?.position ?? null)

/** Where states had not come to rest there is no VAA but what it lies between. */
function vaaFigure(latest: LatestPoints): HeadlineFigure {
  const [point, low, high] = (['vaa', 'vaa-low', 'vaa-high'] as const).map((name) => latest.get(name))
  if (!point || !low || !high || low.position < point.position) return pointFigure('vaa', point)
  return { ...pointFigure('vaa', low), std: null, upTo: pointFigure('vaa', high).mean }
}

const isWarmingUp = (latest: LatestPoints): boolean => latest.has('warmup-vaa-star') && !latest.has('loss')

/** In the warm-up that of its batch, later that of the test series. */
function starFigure(latest: LatestPoints): HeadlineFigure[] {
  const point = isWarmingUp(latest) ? latest.get('warmup-vaa-star') : latest.get('vaa-star')
  return point ? [pointFigure('vaa-star', point)] : []
}
