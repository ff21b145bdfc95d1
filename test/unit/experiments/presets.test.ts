/** Presets are whole configurations with the paper's numbers; the published JSON Schema is the one that the code reads. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { summarise } from '../../../main/engine/run-group.ts'
import { loadConfig } from '../../../main/cli/load-config.ts'
import type { RunRecord } from '../../../shared/runs/run.ts'
import tables from '../../../shared/experiments/paper-tables.json' with { type: 'json' }
import { presets } from '../../../shared/experiments/presets.ts'
import type { VaaConfig } from '../../../shared/experiments/config.ts'
import { configurationText } from '../../../shared/experiments/configuration.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { configJsonSchema } from '../../../shared/experiments/schema.ts'

describe('a preset', () => {
  it.each(presets.map((preset) => [preset.name, preset] as const))(
    '%s is a whole configuration, and printing it changes nothing',
    (name, preset) => {
      const config = parseConfig(preset.config, name)
      expect(parseConfig(JSON.parse(JSON.stringify(config)), name)).toEqual(config)
    },
  )
})

it('every cell of the three tables has one, with the published numbers', () => {
  const rows = [...tables.table1.rows, ...tables.table2.rows, ...tables.table3.rows]
  const published = presets.flatMap((preset) => (preset.published ? [preset.published] : []))
  expect(published).toMatchObject(
    rows.map(({ metric, mean, std, cell, strategy }) => ({ metric, mean, std, cell, strategy })),
  )
  const places = published.map(
    ({ table, symbol, value, strategy, cell }) => `${table} ${symbol}${value} ${strategy} ${cell}`,
  )
  expect(new Set(places).size).toBe(rows.length)
  expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length)
})

it('the defaults are those of the paper and of its authors’ code', () => {
  const { warmup, training } = parseConfig({ dataset: { kind: 'copy-first-input', steps: 50 } }, 'x')
  expect(warmup).toMatchObject({
    steps: 100,
    target: 0.95,
    epsilon: 1e-4,
    curriculumIncrement: 10,
    maxConvergenceSteps: 200,
    batch: 32,
    masked: true,
    restartAbove: 0.98,
    maxRestarts: 20,
  })
  expect(warmup.optimizer).toMatchObject({ kind: 'adam', learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 })
  expect(training).toMatchObject({ epochs: 50, batch: 32, optimizer: { kind: 'adam', learningRate: 1e-3 } })
})

describe('VAA', () => {
  const dataset = { kind: 'copy-first-input', steps: 50 }
  const read = (vaa: Record<string, unknown>) => parseConfig({ dataset, measures: { vaa } }, 'x')

  it('is measured at rest where no M is given, and with the paper’s M where it gives one', () => {
    const stepsOf = (name: string) => {
      const preset = presets.find((entry) => entry.name === name)!
      return parseConfig(preset.config, name).measures.vaa?.convergenceSteps
    }
    expect(parseConfig({ dataset }, 'x').measures.vaa).toMatchObject({
      convergenceSteps: null,
      maxConvergenceSteps: 10_000,
    })
    expect(['quick', 'table1-T50-gru-none', 'figure1', 'figure2'].map(stepsOf)).toEqual([null, null, 3000, 3000])
  })

  it('of a configuration with an M means what it meant', () => {
    expect(read({ convergenceSteps: 300, stopResidual: 1e-7 }).measures.vaa).toMatchObject({
      convergenceSteps: 300,
      stopResidual: 1e-7,
    })
  })

  it.each([63, 100_001])('does not take %i steps at most', (maxConvergenceSteps) => {
    expect(() => read({ maxConvergenceSteps })).toThrow(/maxConvergenceSteps/)
  })

  it('does not stop at a residual where it stops at rest', () => {
    expect(() => read({ stopResidual: 1e-7 })).toThrow(/stopResidual/)
  })

  it('with an M is the same whether an M_max stands beside it, as in records of earlier versions it does not', () => {
    const now = read({ convergenceSteps: 300 })
    const earlier = read({ convergenceSteps: 300 })
    delete (earlier.measures.vaa as Partial<VaaConfig>).maxConvergenceSteps
    expect(configurationText(earlier, 'none')).toBe(configurationText(now, 'none'))
    const atRest = (most: number) => configurationText(read({ maxConvergenceSteps: most }), 'none')
    expect(atRest(1000)).not.toBe(atRest(2000))
  })
})

it('the published JSON Schema is current (`lab schema` prints it)', () => {
  const file = new URL('../../../shared/experiments/config.schema.json', import.meta.url)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(configJsonSchema())
})

it('the table’s deviation is that of a sample', () => {
  const seeds = [0, 1, 2]
  const result = { metric: 'mse', best: [1, 2, 4], seeds }
  const record = { strategy: 'none', config: { seeds }, result, diverged: [] } as unknown as RunRecord
  const [row] = summarise([record])
  expect(row!.mean).toBeCloseTo(7 / 3, 12)
  expect(row!.std).toBeCloseTo(Math.sqrt(((4 / 3) ** 2 + (1 / 3) ** 2 + (5 / 3) ** 2) / 2), 12)
})

it('flags reach their fields', async () => {
  const { config } = await loadConfig(undefined, {
    preset: 'quick',
    units: '24',
    layers: '2',
    steps: '9',
    seeds: '4,5',
    strategy: 'double',
    set: ['training.optimizer.clipNorm=1', 'name="x"'],
  })
  expect(config).toMatchObject({
    name: 'x',
    seeds: [4, 5],
    strategies: ['double'],
    training: { steps: 9, optimizer: { clipNorm: 1 } },
  })
  expect(config.layers.map(({ units, warmUnits }) => [units, warmUnits])).toEqual([
    [24, 12],
    [24, 12],
  ])
})
