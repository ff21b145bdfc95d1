/** The points of a sweep, and what is said of a wrong one. */
import { describe, expect, it } from 'vitest'
import type { LabErrorDetail } from '../../../shared/errors/errors.ts'
import { parseSweep } from '../../../shared/experiments/sweep.ts'

function points(json: unknown) {
  const { sweep } = parseSweep(json, 'sweep.json')
  return sweep.points.map((values, index) => ({ values, config: sweep.configOf(index) }))
}

describe('a grid', () => {
  const sweep = {
    name: 'memory',
    preset: 'quick',
    grid: { 'layers.*.cell': ['gru', 'lstm', 'mgu'], 'dataset.steps': [50, 100], strategies: [['none'], ['double']] },
  }

  it('has every combination, the last axis fastest, in the configurations themselves', () => {
    const found = points(sweep).map(({ config: { layers, dataset, strategies, name } }) => [
      name,
      layers[0]!.cell,
      (dataset as { steps: number }).steps,
      strategies![0],
    ])
    expect(found).toHaveLength(12)
    expect(found.slice(0, 3)).toEqual([
      ['memory 1', 'gru', 50, 'none'],
      ['memory 2', 'gru', 50, 'double'],
      ['memory 3', 'gru', 100, 'none'],
    ])
    expect(found[11]).toEqual(['memory 12', 'mgu', 100, 'double'])
  })

  it('changes nothing else of the configuration', () => {
    const [only] = points({ preset: 'quick', grid: { 'training.batch': [7] } })
    const [plain] = points({ preset: 'quick' })
    expect(only!.config).toEqual({ ...plain!.config, training: { ...plain!.config.training, batch: 7 } })
  })

  it('changes nothing of the other points, whatever stands on the way to a field', () => {
    const config = { dataset: { kind: 'copy-first-input', steps: 9 }, layers: [{ units: 4 }, { units: 5 }] }
    const grid = {
      training: [{ batch: 3 }],
      'training.epochs': [1, 2],
      'layers.length': [2, 3],
      'layers.0.units': [7, 8],
    }
    const found = points({ config, grid }).map(({ config: { training, layers } }) => [
      training.batch,
      training.epochs,
      ...layers.map(({ units }) => units),
    ])
    const units = [
      [7, 5],
      [8, 5],
      [7, 5, 5],
      [8, 5, 5],
    ]
    expect(found).toEqual([1, 2].flatMap((epochs) => units.map((each) => [3, epochs, ...each])))
    expect(config.layers).toEqual([{ units: 4 }, { units: 5 }])
  })
})

describe('random points', () => {
  const sweep = (count: number, seed = 3) => ({
    preset: 'quick',
    random: {
      count,
      seed,
      fields: {
        'training.optimizer.learningRate': { kind: 'log-uniform', low: 1e-4, high: 1e-1 },
        'warmup.steps': { kind: 'integer', low: 5, high: 8 },
        'layers.*.cell': { kind: 'choice', values: ['gru', 'mgu'] },
        'training.dropout': { kind: 'uniform', low: 0, high: 0.5 },
      },
    },
  })
  const drawn = (count: number, seed?: number) => points(sweep(count, seed)).map(({ values }) => values)

  it('do not depend on how many there are, but on the seed', () => {
    expect(drawn(40).slice(0, 5)).toEqual(drawn(5))
    expect(drawn(5, 4)).not.toEqual(drawn(5))
  })

  it('stay in their ranges and reach all of them', () => {
    const all = drawn(200)
    const rates = all.map((values) => values['training.optimizer.learningRate'] as number)
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4)
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-1)
    // Half of a log-uniform draw lies below the geometric mean, 10^-2.5.
    const low = rates.filter((rate) => rate < 10 ** -2.5).length
    expect(low).toBeGreaterThan(70)
    expect(low).toBeLessThan(130)
    expect([...new Set(all.map((values) => values['warmup.steps']))].sort()).toEqual([5, 6, 7, 8])
    expect([...new Set(all.map((values) => values['layers.*.cell']))].sort()).toEqual(['gru', 'mgu'])
  })
})

describe('a range', () => {
  const drawn = (kind: string, low: unknown, high: unknown) =>
    points({ preset: 'quick', random: { count: 4, fields: { 'warmup.steps': { kind, low, high } } } })

  it.each([
    ['of whole numbers without one', 'integer', 0.2, 0.8, 'a whole number from low to high'],
    ['that ends before it begins', 'integer', 8, 3, 'low < high'],
    ['that ends before it begins', 'uniform', 1, 0, 'low < high'],
    ['of a logarithm of nothing', 'log-uniform', 0, 0.5, '0 < low < high'],
    ['of more whole numbers than numbers can tell', 'integer', -(2 ** 53) + 1, 2 ** 53 - 1, 'at most 2^53'],
    ['of whole numbers that are none', 'integer', 0, 1e300, 'at most 2^53'],
    ['wider than a number', 'uniform', -1e308, 1e308, 'at most 1.79'],
    ['of a ratio wider than a number', 'log-uniform', 1e-300, 1e300, 'at most 1.79'],
  ])('%s is refused with its field, what was expected, found, and a remedy', (_, kind, low, high, expected) => {
    const detail = expect.objectContaining({
      where: 'sweep.json, random.fields.warmup.steps',
      expected: expect.stringContaining(expected) as string,
      found: `${low} to ${high}`,
      remedy: expect.any(String) as string,
    }) as LabErrorDetail
    expect(() => drawn(kind, low, high)).toThrow(expect.objectContaining({ code: 'config', detail }))
  })

  it.each([Infinity, Number.NaN, null])('that ends at %s is refused at its field', (high) => {
    expect(() => drawn('integer', 0, high)).toThrow(/random\.fields\.warmup\.steps\.high/)
  })

  it('of more than 2^32 whole numbers is drawn', () => {
    const found = drawn('integer', 0, 2 ** 45).map(({ values }) => values['warmup.steps'] as number)
    expect(Math.max(...found)).toBeGreaterThan(2 ** 32)
    expect(found.every((value) => Number.isSafeInteger(value) && value <= 2 ** 45)).toBe(true)
  })
})

it.each([
  ['no start', { grid: {} }, 'one of `preset` and `config`'],
  ['two starts', { preset: 'quick', config: {}, grid: {} }, 'found both'],
  ['an unknown preset', { preset: 'quickest' }, 'quickest'],
  ['an unknown field', { preset: 'quick', axes: {} }, 'axes'],
  ['an axis without values', { preset: 'quick', grid: { 'training.batch': [] } }, 'grid.training.batch'],
  ['an axis that is no name', { preset: 'quick', grid: { 'training batch': [1] } }, '`training batch`'],
  ['a way into the objects', { preset: 'quick', grid: { '__proto__.x': [1] } }, '`__proto__.x`'],
  ['a value that is wrong', { preset: 'quick', grid: { 'training.batch': [8, -1] } }, 'point 2 (training.batch=-1)'],
  ['a field that there is not', { preset: 'quick', grid: { 'training.batches': [8] } }, 'batches'],
  [
    'an axis twice',
    {
      preset: 'quick',
      grid: { 'training.batch': [8] },
      random: { count: 2, fields: { 'training.batch': { kind: 'integer', low: 1, high: 2 } } },
    },
    'training.batch',
  ],
  [
    'too many points',
    {
      preset: 'quick',
      grid: {
        'training.batch': Array.from({ length: 200 }, (_, i) => i + 1),
        'warmup.steps': Array.from({ length: 200 }, (_, i) => i),
      },
    },
    '40000',
  ],
  [
    'what its table would hold in all its rows',
    {
      preset: 'quick',
      grid: { 'warmup.steps': Array.from({ length: 200 }, (_, i) => i), cells: [{ long: 'x'.repeat(200_000) }] },
    },
    'at most 16777216 characters over all points, found 40',
  ],
  ['no object', [1], 'sweep.json'],
])('%s is refused', (_, json, said) => {
  expect(() => points(json)).toThrow(
    expect.objectContaining({ code: 'config', message: expect.stringContaining(said) as string }),
  )
})
