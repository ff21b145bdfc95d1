import { expect, it } from 'vitest'
import { configDifferences } from '../../../shared/experiments/config-differences.ts'

it('names the fields that are not the same everywhere, with what each configuration has', () => {
  const configs = [
    { name: 'a', layers: [{ cell: 'gru', units: 8 }], seeds: [0, 1], dataset: { kind: 'x', steps: 5 } },
    { name: 'b', layers: [{ cell: 'mgu', units: 8 }], seeds: [0, 1], dataset: { kind: 'x', steps: 5 } },
    { name: 'c', layers: [{ cell: 'gru', units: 8 }], seeds: [0], dataset: { kind: 'y' } },
  ]
  expect(configDifferences(configs)).toEqual([
    { field: 'layers.0.cell', values: ['gru', 'mgu', 'gru'] },
    { field: 'seeds', values: [[0, 1], [0, 1], [0]] },
    { field: 'dataset.kind', values: ['x', 'x', 'y'] },
    { field: 'dataset.steps', values: [5, 5, undefined] },
  ])
  expect(configDifferences([configs[0], configs[0]])).toEqual([])
})
