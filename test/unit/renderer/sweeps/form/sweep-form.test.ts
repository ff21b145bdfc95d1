/** A sweep as the form writes it: values as they are typed, and definitions that `lab sweep` reads. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatLanguage } from '../../../../../renderer/words/format.ts'
import {
  axis,
  axisMistake,
  definitionOf,
  fieldsOf,
  fieldsTwice,
  formOf,
  keptForm,
  parseValues,
  type SweepAxis,
} from '../../../../../renderer/sweeps/form/sweep-form.ts'
import { parseConfig } from '../../../../../shared/experiments/read-config.ts'
import { isFieldName } from '../../../../../shared/experiments/fields.ts'
import { parseSweep } from '../../../../../shared/experiments/sweep.ts'

const design = parseConfig(
  {
    name: 'design',
    dataset: { kind: 'copy-first-input', steps: 50 },
    layers: [{ cell: 'gru', units: 20 }],
    seeds: [0, 1, 2],
  },
  'test',
)
const CELLS = ['gru', 'lstm', 'chrono-lstm', 'mgu', 'nbrc']

describe('values', () => {
  it.each([
    ['gru, lstm', ['gru', 'lstm']],
    ['1, 2.5, -3e-4', [1, 2.5, -3e-4]],
    ['0..4, 9', [0, 1, 2, 3, 4, 9]],
    ['true, null, "7"', [true, null, '7']],
    ['["none"], ["none", "double"]', [['none'], ['none', 'double']]],
    [' , ', []],
    ['0.1; 0.01', [0.1, 0.01]],
    ['a; b', ['a', 'b']],
  ])('%s are read as they are meant', (text, values) => {
    expect(parseValues(text)).toEqual(values)
  })
})

describe('values in a language with decimal commas', () => {
  beforeEach(() => {
    formatLanguage.value = 'fr'
  })
  afterEach(() => {
    formatLanguage.value = 'en-US'
  })

  it('are parted by semicolons', () => {
    expect(parseValues('0,1; 0,01 ; 2')).toEqual([0.1, 0.01, 2])
  })

  it('are not guessed where a comma may part two of them or be within one', () => {
    expect(axisMistake(axis('training.batch', '0,5'))).toBe('commaOrDecimal')
    expect(axisMistake(axis('training.batch', '0, 5'))).toBeNull()
    expect(axisMistake(axis('training.batch', '0,5; 1'))).toBeNull()
  })

  it('and their field are asked for at the row that has none', () => {
    expect(axisMistake(axis(' ', ''))).toBe('noField')
    expect(axisMistake(axis('training.batch', ' , '))).toBe('noValues')
    expect(axisMistake({ ...axis('training.batch', ''), kind: 'choice' })).toBe('noValues')
    expect(axisMistake({ ...axis('training.batch', ''), kind: 'uniform' })).toBeNull()
  })
})

describe('a new sweep', () => {
  it('that was left keeps what was typed, follows its design in the rest, and is none of another design', () => {
    const first = formOf(design, CELLS)
    const form = { ...first, name: 'my study', axes: [axis('layers.*.units', '10, 20')] }
    const changed = { ...design, seeds: [5, 6], dataset: { ...design.dataset, steps: 70 } } as typeof design
    expect(keptForm({ first, form }, formOf(changed, CELLS))).toEqual({ ...form, seeds: '5, 6' })
    const other = formOf({ ...design, name: 'another' }, CELLS)
    expect(keptForm({ first, form }, other)).toEqual(other)
  })

  it('tells which fields stand in two rows, of which a definition would keep one', () => {
    const form = formOf(design, CELLS)
    expect(fieldsTwice({ ...form, axes: [...form.axes, axis('', ''), axis('', '')] })).toEqual([])
    const doubled = { ...form, axes: [...form.axes, axis('dataset.steps', '200')] }
    expect(parseSweep(definitionOf(doubled, design), 'test').sweep.points).toHaveLength(3)
    expect(fieldsTwice(doubled)).toEqual(['dataset.steps'])
  })

  it('begins as strategies x cells x lengths x seeds of the design', () => {
    const { sweep } = parseSweep(definitionOf(formOf(design, CELLS), design), 'test')
    expect(sweep.axes).toEqual(['layers.*.cell', 'dataset.steps'])
    expect(
      sweep.points
        .map((_, index) => sweep.configOf(index))
        .map(({ layers, dataset }) => [layers[0]!.cell, 'steps' in dataset && dataset.steps]),
    ).toEqual(['gru', 'lstm', 'mgu'].flatMap((cell) => [50, 100].map((steps) => [cell, steps])))
    // The other part of a double layer follows, as it does in a file that leaves it out.
    expect(sweep.configOf(5).layers[0]).toMatchObject({ cell: 'mgu', coldCell: 'mgu', warmUnits: 10 })
    expect(sweep.configOf(0).seeds).toEqual([0, 1, 2])
  })

  it('keeps a cell of the other part that was chosen by itself', () => {
    const mixed = parseConfig(
      { dataset: design.dataset, layers: [{ cell: 'gru', coldCell: 'lstm', units: 20 }] },
      'test',
    )
    const form = { ...formOf(mixed, CELLS), axes: [axis('layers.*.cell', 'mgu')] }
    const { sweep } = parseSweep(definitionOf(form, mixed), 'test')
    expect(sweep.configOf(0).layers[0]).toMatchObject({ cell: 'mgu', coldCell: 'lstm' })
  })

  it('draws from ranges beside lists', () => {
    const drawn = {
      field: 'training.optimizer.learningRate',
      kind: 'log-uniform',
      values: '',
      low: 1e-4,
      high: 1e-2,
    } as const
    const form = { ...formOf(design, CELLS), axes: [axis('layers.*.units', '10, 20'), drawn], draws: 5 }
    const { sweep, definition } = parseSweep(definitionOf(form, design), 'test')
    expect(definition.random).toMatchObject({ count: 5, fields: { [drawn.field]: { kind: 'log-uniform', low: 1e-4 } } })
    expect(sweep.points).toHaveLength(10)
  })

  it('tells at its row a range that has nothing to draw', () => {
    const row = (kind: SweepAxis['kind'], low: number, high: number) => ({
      ...axis('warmup.steps', '1'),
      kind,
      low,
      high,
    })
    expect(axisMistake(row('integer', 0.2, 0.8))).toBe('noWholeNumber')
    expect(axisMistake(row('uniform', 1, 0))).toBe('reversed')
    expect(axisMistake(row('integer', 0.2, 1.8))).toBeNull()
    expect(axisMistake(row('list', 1, 0))).toBeNull()
  })

  it('over a range of too many values is refused, and not cut off to those that fit', () => {
    const form = { ...formOf(design, CELLS), axes: [axis('warmup.steps', '0..20000')] }
    expect(() => parseSweep(definitionOf(form, design), 'test')).toThrow('too many points')
  })

  it('offers only fields that a sweep may name', () => {
    const fields = fieldsOf(design)
    expect(fields).toEqual(
      expect.arrayContaining(['layers.*.units', 'dataset.steps', 'training.optimizer.learningRate', 'seeds']),
    )
    expect(fields.filter((field) => !isFieldName(field))).toEqual([])
  })
})
