/** What the chart of a run is of, what its user has chosen to see, and the words that it needs: what all files that draw it agree on. */
import type { SeriesName } from '../../shared/runs/series.ts'
import type { PhaseMark } from '../../shared/runs/timeline.ts'
import type { PositionRange, RunSeriesView } from '../composables/use-run-series.ts'
import type { PointWords } from '../composables/use-point-words.ts'

/** Grid 0 is the loss, grid 1 the attractors. */
export type GridIndex = 0 | 1

/** What VAA and VAA* are shown of. */
export const CHART_SCOPES = ['network', 'layers', 'parts'] as const

export type ChartScope = (typeof CHART_SCOPES)[number]

export interface RunChartWords extends PointWords {
  readonly loss: string
  readonly attractors: string
  readonly axis: string
  readonly fork: string
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
}

export const DEFAULT_CHART_SETTINGS: ChartSettings = {
  smoothing: 0,
  logLoss: true,
  logSteps: false,
  showBand: true,
  showSeeds: false,
  scope: 'network',
}

/** Settings that were kept; of another version's what is not known is left out. */
export function readChartSettings(stored: unknown): ChartSettings | null {
  if (typeof stored !== 'object' || stored === null) return null
  const kept = stored as Readonly<Record<string, unknown>>
  const settings: Record<string, unknown> = { ...DEFAULT_CHART_SETTINGS }
  for (const [name, value] of Object.entries(DEFAULT_CHART_SETTINGS))
    if (typeof kept[name] === typeof value) settings[name] = kept[name]
  const { smoothing, scope } = settings as unknown as ChartSettings
  if (!(smoothing >= 0 && smoothing < 1)) settings.smoothing = DEFAULT_CHART_SETTINGS.smoothing
  if (!CHART_SCOPES.includes(scope)) settings.scope = DEFAULT_CHART_SETTINGS.scope
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
  /** What is zoomed to; null: everything. */
  readonly range: PositionRange
}
