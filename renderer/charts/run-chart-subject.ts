/** What the chart of a run is of, what its user has chosen to see, and the words that it needs: what all files that draw it agree on. */
import type { SeriesName } from '../../shared/runs/series.ts'
import type { PhaseMark } from '../../shared/runs/timeline.ts'
import type { PositionRange, RunSeriesView } from '../composables/use-run-series.ts'
import type { PointWords } from '../composables/use-point-words.ts'
import type { PlotName } from './run-plots.ts'
import { X_AXES } from './x-axis.ts'
import type { XAxis, XAxisKind } from './x-axis.ts'

/** What VAA and VAA* are shown of. */
export const CHART_SCOPES = ['network', 'layers', 'parts'] as const

export type ChartScope = (typeof CHART_SCOPES)[number]

export interface RunChartWords extends PointWords {
  /** The quantity of a plot and its unit. */
  readonly plot: (plot: PlotName) => string
  readonly axis: (across: XAxis) => string
  readonly fork: string
  /** VAA where it lies between two values. */
  readonly interval: (name: SeriesName) => string
  readonly series: (name: SeriesName) => string
  readonly phase: (phase: PhaseMark['phase']) => string
  readonly restart: (seeds: readonly number[]) => string
  readonly diverged: (seed: number) => string
}

/** What the user has chosen to see. */
export interface ChartSettings {
  /** Weight of the past a step, in [0, 1). */
  readonly smoothing: number
  readonly logLoss: boolean
  readonly logSteps: boolean
  readonly showBand: boolean
  readonly showSeeds: boolean
  readonly scope: ChartScope
  readonly across: XAxisKind
}

export const DEFAULT_CHART_SETTINGS: ChartSettings = {
  smoothing: 0,
  logLoss: true,
  logSteps: false,
  showBand: true,
  showSeeds: false,
  scope: 'network',
  across: 'step',
}

/** Settings that were kept; of another version's what is not known is left out. */
export function readChartSettings(stored: unknown): ChartSettings | null {
  if (typeof stored !== 'object' || stored === null) return null
  const kept = stored as Readonly<Record<string, unknown>>
  const settings: Record<string, unknown> = { ...DEFAULT_CHART_SETTINGS }
  for (const [name, value] of Object.entries(DEFAULT_CHART_SETTINGS))
    if (typeof kept[name] === typeof value) settings[name] = kept[name]
  const { smoothing, scope, across } = settings as unknown as ChartSettings
  if (!(smoothing >= 0 && smoothing < 1)) settings.smoothing = DEFAULT_CHART_SETTINGS.smoothing
  if (!CHART_SCOPES.includes(scope)) settings.scope = DEFAULT_CHART_SETTINGS.scope
  if (!X_AXES.includes(across)) settings.across = DEFAULT_CHART_SETTINGS.across
  return settings as unknown as ChartSettings
}

/** What a chart is of. */
export interface RunChartSubject {
  readonly view: RunSeriesView
  readonly seedCount: number
  readonly seeds: readonly number[]
  readonly strategy: string
  /** Levels of VAA that say something: 1/n, and where a warm-up begins anew. */
  readonly references: readonly { readonly value: number; readonly label: string }[]
  /** What is zoomed to, in positions; null: everything. */
  readonly range: PositionRange
  /** What is zoomed to up and down, by plot; everything where there is none. */
  readonly levels: PlotLevels
  readonly across: XAxis
}

/** Values between which a plot is shown. */
export type PlotLevels = Readonly<Partial<Record<PlotName, readonly [low: number, high: number]>>>
