/** The page's design tokens as values that a canvas can draw with. Read again when the theme changes. */
import { STRATEGIES } from '../../shared/experiments/strategies.ts'
import { CATEGORY_COUNT } from './colour-scale.ts'
import { readToken } from '../composables/use-theme.ts'

export interface ChartTokens {
  readonly font: string
  readonly ink: string
  readonly quiet: string
  readonly line: string
  readonly gridLine: string
  readonly panel: string
  /** What a chart is drawn on: the page's ground, or a picture's white. */
  readonly surface: string
  readonly validation: string
  readonly vaaStar: string
  readonly warning: string
  /** Of layers and parts, told apart from the strategies. */
  readonly slices: readonly string[]
  /** The same colour for the same strategy everywhere. */
  readonly strategy: (name: string) => string
  /** For what is no strategy: eight colours that the colour-blind tell apart; beyond them they begin anew. */
  readonly category: (index: number) => string
}

/** @param theme of a picture for a paper, whatever the page's is */
export function readChartTokens(theme: 'page' | 'light' = 'page'): ChartTokens {
  if (theme === 'page') return tokensOf(readToken, readToken('--ground'))
  const probe = document.createElement('div')
  probe.dataset.theme = 'light'
  document.body.append(probe)
  try {
    return tokensOf((name) => readToken(name, probe), PICTURE_GROUND)
  } finally {
    probe.remove()
  }
}

/** Of a saved picture, for a page of paper. */
export const PICTURE_GROUND = '#ffffff'

function tokensOf(readToken: (name: string) => string, surface: string): ChartTokens {
  const strategies = new Map<string, string>(STRATEGIES.map((name) => [name, readToken(`--strategy-${name}`)]))
  const categories = Array.from({ length: CATEGORY_COUNT }, (_, index) => readToken(`--category-${index + 1}`))
  const ink = readToken('--ink')
  return {
    // A drawing writes it into an attribute, as it is.
    font: readToken('--font').replaceAll('"', "'"),
    ink,
    quiet: readToken('--ink-quiet'),
    line: readToken('--line-strong'),
    gridLine: readToken('--grid-line'),
    panel: readToken('--panel'),
    surface,
    validation: readToken('--series-validation'),
    vaaStar: readToken('--series-vaa-star'),
    warning: readToken('--warning'),
    slices: [1, 2, 3, 4, 5, 6].map((number) => readToken(`--slice-${number}`)),
    strategy: (name) => strategies.get(name) ?? ink,
    category: (index) => categories[index % categories.length]!,
  }
}
