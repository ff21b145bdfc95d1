/** How compared runs are told apart: no two of them alike, strategies by their colours until there are several configurations. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChartTokens } from '../../../../renderer/charts/chart-tokens.ts'
import { COLOURED_BY, colouringOf, runLooks, type RunTraits } from '../../../../renderer/charts/run-looks.ts'

const tokens = {
  strategy: (name: string) => `strategy ${name}`,
  category: (index: number) => `category ${index % 8}`,
} as ChartTokens

const STRATEGIES = ['none', 'warmed-up', 'double']
const grid = (configurations: readonly string[]): RunTraits[] =>
  configurations.flatMap((configuration) => STRATEGIES.map((strategy) => ({ strategy, configuration })))

const looksOf = (runs: readonly RunTraits[], by: (typeof COLOURED_BY)[number]): string[] =>
  runLooks(runs, by).map(({ colour, dash }) => `${colour(tokens)} ${String(dash)}`)

describe('compared runs', () => {
  it.each(COLOURED_BY)('look different from one another, coloured by %s', (by) => {
    for (const count of [1, 2, 3, 5]) {
      const looks = looksOf(grid(Array.from({ length: count }, (_, index) => `configuration ${index}`)), by)
      expect(new Set(looks).size).toBe(looks.length)
    }
  })

  it('have the colours of their strategies, and of their configurations where there are several', () => {
    expect(colouringOf(grid(['']))).toBe('strategy')
    expect(colouringOf(grid(['gru', 'lstm']))).toBe('configuration')
  })

  it('have one colour a configuration and one dash a strategy, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(grid(['gru', 'lstm', 'mgu']), { minLength: 9 }), (runs) => {
        const looks = runLooks(runs, 'configuration')
        const distinct = (key: keyof RunTraits, look: (index: number) => string): number =>
          new Set(runs.map((run, index) => `${run[key]} ${look(index)}`)).size
        expect(distinct('configuration', (index) => looks[index]!.colour(tokens))).toBe(3)
        expect(distinct('strategy', (index) => String(looks[index]!.dash))).toBe(3)
      }),
    )
  })
})
