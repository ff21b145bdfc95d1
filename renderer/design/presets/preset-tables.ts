/**
 * The presets of the paper's results in the order in which it prints them: presets enter, one table each with its blocks (T = 50), rows
 * (strategies) and columns (cells) leave. What else is a preset is left to the list.
 */
import type { Strategy } from '../../../shared/experiments/config.ts'
import type { PublishedResult } from '../../../shared/experiments/presets.ts'
import type { PresetView } from '../../../shared/protocol/views.ts'

export interface PublishedPreset extends PresetView {
  readonly published: PublishedResult
}

export interface PresetRow {
  readonly strategy: Strategy
  /** A preset a column; null where the paper prints nothing. */
  readonly results: readonly (PublishedPreset | null)[]
}

export interface PresetTable {
  readonly number: PublishedResult['table']
  readonly metric: string
  readonly cells: readonly string[]
  readonly blocks: readonly {
    readonly symbol: PublishedResult['symbol']
    readonly value: number
    readonly rows: readonly PresetRow[]
  }[]
}

export const isPublished = (preset: PresetView): preset is PublishedPreset => preset.published !== null

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)]

export function presetTables(presets: readonly PresetView[]): PresetTable[] {
  const all = presets.filter(isPublished)
  return distinct(all.map(({ published }) => published.table)).map((number) => {
    const inTable = all.filter(({ published }) => published.table === number)
    const cells = distinct(inTable.map(({ published }) => published.cell))
    const blocks = distinct(inTable.map(({ published }) => published.value)).map((value) => {
      const inBlock = inTable.filter(({ published }) => published.value === value)
      const rows = distinct(inBlock.map(({ published }) => published.strategy)).map((strategy) => ({
        strategy,
        results: cells.map(
          (cell) => inBlock.find(({ published }) => published.strategy === strategy && published.cell === cell) ?? null,
        ),
      }))
      return { symbol: inBlock[0]!.published.symbol, value, rows }
    })
    return { number, metric: inTable[0]!.published.metric, cells, blocks }
  })
}
