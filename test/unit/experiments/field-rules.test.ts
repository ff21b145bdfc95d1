/** What forms and help read of a field is what the schema itself lets pass: bounds, choices, null and defaults are tried one by one on whole configurations. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { leavesOf } from '../../../shared/experiments/config-differences.ts'
import type { WrittenConfig } from '../../../shared/experiments/config.ts'
import { fieldRule, fieldRules, rangeText, withDefaults } from '../../../shared/experiments/field-rules.ts'
import { setField, type Json } from '../../../shared/experiments/fields.ts'
import { experimentSchema } from '../../../shared/experiments/schema.ts'

const DATASETS: readonly WrittenConfig['dataset'][] = [
  { kind: 'copy-first-input', steps: 20 },
  { kind: 'denoising', steps: 20, forbiddenSteps: 6 },
  { kind: 'mnist' },
  { kind: 'file', path: 'a.npz', task: 'regression' },
]
const SCHEDULES: readonly NonNullable<WrittenConfig['training']>['schedule'][] = [
  { kind: 'constant' },
  { kind: 'step', everyEpochs: 2, factor: 0.5 },
  { kind: 'cosine' },
  { kind: 'warm-restarts', periodEpochs: 2 },
  { kind: 'plateau', patienceEpochs: 2 },
]
const wholeOf = (dataset: WrittenConfig['dataset'], schedule?: (typeof SCHEDULES)[number]): Json =>
  experimentSchema.parse({
    dataset,
    layers: [{ warmUnits: 3, coldCell: 'lstm', parts: [{ cell: 'gru', units: 8, warm: true }] }],
    strategies: ['none'],
    training: { schedule, regulariser: { weight: 0.1 } },
  }) as unknown as Json

/** Every kind of dataset and of schedule, with everything that may be absent. */
const wholes = [
  ...DATASETS.map((dataset) => wholeOf(dataset)),
  ...SCHEDULES.map((schedule) => wholeOf(DATASETS[0]!, schedule)),
]

const passes = (config: Json, field: string, value: unknown): boolean => {
  const copy = structuredClone(config)
  setField(copy, field, value, 'test')
  return experimentSchema.safeParse(copy).success
}

/** Every field of every kind, once for each configuration that has it. */
const cases = wholes.flatMap((config) => {
  // Lists, own cells and a file's names are no single values of the schema.
  const fields = leavesOf(config, '').filter(
    ([field]) => !/^(seeds|strategies|cells|dataset\.(columns|arrays))\b/.test(field),
  )
  return fields.filter(([field]) => !/constants/.test(field)).map(([field]) => ({ config, field }))
})

const SMALL = 1e-9
const LARGE = 2 ** 40

describe('what is read of a field', () => {
  it('has the bounds of the schema, and no others', () => {
    for (const { config, field } of cases) {
      const rule = fieldRule(field, config)
      if (rule.type !== 'number') continue
      const { isInteger, least, above, most, under } = rule
      const next = isInteger ? 1 : SMALL
      const [low, high] = [least ?? above!, most ?? under ?? LARGE]
      expect([field, passes(config, field, low)]).toEqual([field, least !== undefined])
      expect([field, passes(config, field, low - next)]).toEqual([field, false])
      expect([field, passes(config, field, low + next)]).toEqual([field, true])
      expect([field, passes(config, field, high)]).toEqual([field, under === undefined])
      expect([field, passes(config, field, high + next)]).toEqual([field, most === undefined && under === undefined])
      expect([field, passes(config, field, low + 0.5)]).toEqual([field, !isInteger])
    }
  })

  it('has the choices of the schema', () => {
    const choices = cases.filter(
      ({ config, field }) => fieldRule(field, config).type === 'choice' && !field.endsWith('kind'),
    )
    expect(choices.length).toBeGreaterThan(0)
    for (const { config, field } of choices) {
      for (const option of fieldRule(field, config).options)
        expect([field, passes(config, field, option)]).toEqual([field, true])
      expect([field, passes(config, field, 'another')]).toEqual([field, false])
    }
    expect(fieldRule('dataset.kind').options).toEqual(DATASETS.map(({ kind }) => kind))
    expect(fieldRule('training.schedule.kind').options).toEqual(SCHEDULES.map((schedule) => schedule!.kind))
  })

  it('may be null where the schema takes it', () => {
    for (const { config, field } of cases)
      expect([field, passes(config, field, null)]).toEqual([field, fieldRule(field, config).isNullable])
  })

  it('has the default that the schema fills in', () => {
    for (const { config, field } of cases) {
      const names = field.split('.')
      const copy = structuredClone(config)
      const owner = names.slice(0, -1).reduce<Json>((at, name) => at[name] as Json, copy)
      Reflect.deleteProperty(owner, names.at(-1)!)
      const read = experimentSchema.safeParse(copy)
      const filled = names.reduce<unknown>((at, name) => (at as Json | undefined)?.[name], read.data)
      if (field.endsWith('.kind')) continue // of a union nothing is read without it
      expect([field, filled]).toEqual([field, fieldRule(field, config).default])
    }
  })

  it('has no field that is not there', () => {
    expect(() => fieldRule('training.bath')).toThrow(/training\.bath/)
  })

  it('tells apart what depends on the kind', () => {
    const defaults = fieldRules('dataset.counts.test').map((rule) => rule.default)
    expect(defaults).toEqual(
      DATASETS.slice(0, 3)
        .map(({ kind }) => withDefaults('dataset', { kind }))
        .map(testCount),
    )
    expect(rangeText(fieldRule('training.schedule.factor', wholeOf(DATASETS[0]!, SCHEDULES[1])))).toBe('> 0')
    expect(rangeText(fieldRule('training.schedule.factor', wholeOf(DATASETS[0]!, SCHEDULES[4])))).toBe('> 0, < 1')
  })
})

const testCount = (dataset: unknown): number => (dataset as { readonly counts: { readonly test: number } }).counts.test

it.each(DATASETS)('what is written of a $kind dataset is filled in as it is read', (dataset) => {
  expect(withDefaults('dataset', dataset)).toEqual(experimentSchema.parse({ dataset }).dataset)
})

it.each(SCHEDULES)('what is written of a schedule is filled in as it is read: $kind', (schedule) => {
  const read = experimentSchema.parse({ dataset: DATASETS[0], training: { schedule } })
  expect(withDefaults('training.schedule', schedule)).toEqual(read.training.schedule)
})

it('a whole configuration is filled in as it is read', () => {
  for (const dataset of DATASETS) expect(withDefaults('', { dataset })).toEqual(experimentSchema.parse({ dataset }))
})

it('the choices of a field are spelt once in the source', () => {
  const root = path.resolve(import.meta.dirname, '../../..')
  const sources = ['shared', 'main', 'renderer'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|vue)$/.test(file))
      .map((file) => ({
        file: `${folder}/${file}`,
        text: readFileSync(path.join(root, folder, file), 'utf8').replaceAll(/\s+/g, ' '),
      })),
  )
  const fields = [...new Set(cases.map(({ field }) => field)), 'strategies']
  const lists = fields.map((field) => fieldRule(field).options).filter((options) => options.length > 1)
  const spelt = new Set(lists.map((options) => options.map((option) => `'${option}'`).join(', ')))
  expect(spelt.size).toBeGreaterThan(5)
  for (const list of spelt) {
    const places = sources.flatMap(({ file, text }) =>
      text
        .split(list)
        .slice(1)
        .map(() => file),
    )
    expect(places.slice(1), `${list}, spelt in ${places[0]} already`).toEqual([])
  }
})
