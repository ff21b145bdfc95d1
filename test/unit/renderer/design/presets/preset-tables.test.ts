/** The paper's tables from the presets: every printed result in its place, in the order of the paper; nothing else among them. */
import { expect, it } from 'vitest'
import { presetTables } from '../../../../../renderer/design/presets/preset-tables.ts'
import tables from '../../../../../shared/experiments/paper-tables.json' with { type: 'json' }
import { presets } from '../../../../../shared/experiments/presets.ts'
import { parseConfig } from '../../../../../shared/experiments/read-config.ts'
import type { PresetView } from '../../../../../shared/protocol/views.ts'

/** Of the last digit that is printed. */
const HALF = 0.0005

const views: readonly PresetView[] = presets.map(({ name, description, config, published }) => ({
  id: name,
  name,
  description,
  published,
  isOwn: false,
  config: parseConfig(config, name),
}))

it('the tables have the blocks, rows and columns of the paper', () => {
  const shapes = presetTables(views).map(({ number, cells, blocks }) => ({
    number,
    cells,
    blocks: blocks.map(({ symbol, value }) => `${symbol} = ${value}`),
    rows: blocks.map(({ rows }) => rows.map(({ strategy }) => strategy).join()),
  }))
  const cells = ['mgu', 'lstm', 'gru']
  const rows = 'none,warmed-up,double'
  expect(shapes).toEqual([
    { number: 1, cells, blocks: ['T = 50', 'T = 300', 'T = 600'], rows: [rows, rows, rows] },
    { number: 2, cells, blocks: ['N = 5', 'N = 100'], rows: [rows, rows] },
    { number: 3, cells, blocks: ['T = 784'], rows: [rows] },
  ])
})

it('every printed number stands once, and the design that it opens is its experiment', () => {
  const results = presetTables(views).flatMap(({ blocks }) =>
    blocks.flatMap(({ symbol, value, rows }) =>
      rows.flatMap(({ strategy, results: found }) => found.map((preset) => ({ symbol, value, strategy, preset }))),
    ),
  )
  expect(results).toHaveLength(tables.table1.rows.length + tables.table2.rows.length + tables.table3.rows.length)
  for (const { symbol, value, strategy, preset } of results) {
    const { dataset, strategies, layers } = preset!.config
    expect(strategies).toEqual([strategy])
    expect(layers.every(({ cell }) => cell === preset!.published.cell)).toBe(true)
    if (symbol === 'N') expect(dataset).toMatchObject({ kind: 'denoising', forbiddenSteps: value })
    else if (dataset.kind === 'copy-first-input') expect(dataset.steps).toBe(value)
    else expect(dataset.kind).toBe('mnist')
  }
})

it('a printed deviation that no three results can have is told', () => {
  const doubtful = views.filter(({ published }) => published?.isStdImpossible).map(({ published }) => published!)
  expect(doubtful).not.toEqual([])
  // Of three values of 0 or more the deviation is largest where two of them are 0: √3 times the mean.
  for (const { mean, std } of views.flatMap(({ published }) => published ?? []))
    expect(doubtful.some((one) => one.mean === mean && one.std === std)).toBe(std - HALF > Math.sqrt(3) * (mean + HALF))
})
