/**
 * How compared runs are told apart: by the colours of their strategies, which are the same everywhere, or, where there are several
 * configurations, by a colour a configuration or a run. Runs of one colour differ by their dashes.
 */
import { CATEGORY_COUNT } from './colour-scale.ts'
import type { ChartTokens } from './chart-tokens.ts'

export const COLOURED_BY = ['strategy', 'configuration', 'run'] as const

export type ColouredBy = (typeof COLOURED_BY)[number]

/** What of a run tells it from others. */
export interface RunTraits {
  readonly strategy: string
  /** What of its configuration is different beside the strategy; empty where nothing is. */
  readonly configuration: string
}

export type Dash = 'solid' | 'dashed' | 'dotted' | readonly number[]

export interface RunLook {
  readonly colour: (tokens: ChartTokens) => string
  readonly dash: Dash
}

const DASHES: readonly Dash[] = ['solid', 'dashed', 'dotted', [10, 3, 2, 3], [2, 2], [12, 6]]
/** Of the strategies within a configuration, so that a dash says the same in every colour. */
const STRATEGY_DASHES: Readonly<Record<string, number>> = { double: 0, 'warmed-up': 1, none: 2 }
const STRATEGY_COUNT = 3

/** Without a choice. */
export const colouringOf = (runs: readonly RunTraits[]): ColouredBy =>
  new Set(runs.map(({ configuration }) => configuration)).size > 1 ? 'configuration' : 'strategy'

/** One a run. */
export function runLooks(runs: readonly RunTraits[], by: ColouredBy): RunLook[] {
  const configurations = [...new Set(runs.map(({ configuration }) => configuration))]
  const alikeBefore = (index: number, isAlike: (run: RunTraits) => boolean): number =>
    runs.slice(0, index).filter(isAlike).length
  const dash = (place: number): Dash => DASHES[place % DASHES.length]!
  return runs.map(({ strategy, configuration }, index): RunLook => {
    switch (by) {
      case 'strategy':
        return {
          colour: (tokens) => tokens.strategy(strategy),
          dash: dash(alikeBefore(index, (run) => run.strategy === strategy)),
        }
      case 'configuration': {
        const again = alikeBefore(index, (run) => run.strategy === strategy && run.configuration === configuration)
        return {
          colour: (tokens) => tokens.category(configurations.indexOf(configuration)),
          dash: dash((STRATEGY_DASHES[strategy] ?? 0) + STRATEGY_COUNT * again),
        }
      }
      case 'run':
        return {
          colour: (tokens) => tokens.category(index),
          // Colours begin anew.
          dash: dash(Math.floor(index / CATEGORY_COUNT)),
        }
    }
  })
}
