/** The form's table holds every hyperparameter of the schema, has words for each, and begins kinds and groups with the schema's defaults. */
import { describe, expect, it } from 'vitest'
import {
  datasetOfKind,
  readField,
  scheduleOfKind,
  SECTIONS,
  shownFields,
  textKey,
  writeField,
  type DesignField,
} from '../../../../renderer/design/design-fields.ts'
import { en } from '../../../../renderer/locales/en.ts'
import type { DatasetConfig } from '../../../../shared/experiments/config.ts'
import { fieldRule } from '../../../../shared/experiments/field-rules.ts'
import { presets } from '../../../../shared/experiments/presets.ts'
import { parseConfig, readConfig } from '../../../../shared/experiments/read-config.ts'
import { configJsonSchema } from '../../../../shared/experiments/schema.ts'

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly type?: string
}

/** Edited by the network's and cells' own editors, the strategies' boxes and the mapping of a file. */
const ELSEWHERE = /^(layers|strategies|cells|dataset\.columns|dataset\.arrays)\b/

/** Every value of the schema with its place; of a union, those of each kind. */
function leaves(node: SchemaNode, path = ''): { path: string; node: SchemaNode }[] {
  const choices = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].filter(({ type }) => type !== 'null')
  if (choices.length > 0) return choices.flatMap((choice) => leaves(choice, path))
  if (node.properties === undefined) return [{ path, node }]
  return Object.entries(node.properties).flatMap(([name, child]) =>
    leaves(child, path === '' ? name : `${path}.${name}`),
  )
}

const all: readonly DesignField[] = SECTIONS.flatMap(({ groups }) => groups.flatMap(({ fields }) => fields))
const schemaLeaves = leaves(configJsonSchema()).filter(({ path }) => !ELSEWHERE.test(path))
const quick = parseConfig(presets.find(({ name }) => name === 'quick')!.config, 'quick')

/** Of what a form begins with, that which the schema has no default for. */
function askedOf(path: string, whole: unknown): Record<string, unknown> {
  const owner = { kind: (whole as { kind?: unknown }).kind }
  const [outer, inner] = path.split('.') as [string, string | undefined]
  const config = { [outer]: inner === undefined ? owner : { [inner]: owner } }
  const isAsked = ([name]: [string, unknown]): boolean => {
    return name === 'kind' || fieldRule(`${path}.${name}`, config).default === undefined
  }
  return Object.fromEntries(Object.entries(whole as object).filter(isAsked))
}

describe('the table of fields', () => {
  it('holds every hyperparameter of the schema, once', () => {
    const paths = all.map(({ path }) => path)
    expect(new Set(paths).size).toBe(paths.length)
    const values = all.filter(({ kind }) => kind !== 'optional').map(({ path }) => path)
    expect(values.sort()).toEqual([...new Set(schemaLeaves.map(({ path }) => path))].sort())
  })

  it('explains each field', () => {
    const wordsAt = (key: string): unknown =>
      key.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], en)
    for (const field of all) {
      expect(wordsAt(`${textKey(field)}.label`), field.path).toBeTypeOf('string')
      expect(wordsAt(`${textKey(field)}.help`), field.path).toBeTypeOf('string')
      if (field.kind !== 'optional' && fieldRule(field.path).isNullable)
        expect(wordsAt(`${textKey(field)}.empty`), field.path).toBeTypeOf('string')
      if (field.kind === 'choice')
        for (const option of fieldRule(field.path).options)
          expect(wordsAt(`${textKey(field)}.options`)).toHaveProperty(option)
    }
  })

  it.each(['copy-first-input', 'denoising', 'mnist', 'file'] as const)(
    'begins a %s dataset with the defaults of the schema',
    (kind) => {
      const begun = datasetOfKind(kind, datasetOfKind(kind === 'mnist' ? 'file' : 'mnist', quick.dataset))
      const dataset = begun.kind === 'file' ? { ...begun, path: 'a.npz' } : begun
      expect(parseConfig({ dataset: askedOf('dataset', dataset) }, 'x').dataset).toEqual(dataset)
    },
  )

  it('keeps the series where both kinds are generated', () => {
    const copied = datasetOfKind('copy-first-input', quick.dataset) as Extract<
      DatasetConfig,
      { kind: 'copy-first-input' }
    >
    const { steps, counts, fresh } = copied
    expect({ ...copied, kind: 'copy-first-input' }).toEqual(quick.dataset)
    expect(datasetOfKind('denoising', quick.dataset)).toMatchObject({ steps, counts, fresh })
  })

  it('begins own series with nothing but the file missing', () => {
    const read = readConfig({ ...quick, dataset: datasetOfKind('file', quick.dataset) }, 'x')
    expect(!read.ok && read.mistakes.map(({ field }) => field)).toEqual(['dataset.path'])
  })

  it.each(['constant', 'step', 'cosine', 'warm-restarts', 'plateau'] as const)(
    'begins a %s schedule with the defaults of the schema',
    (kind) => {
      const schedule = scheduleOfKind(kind)
      const training = { schedule: askedOf('training.schedule', schedule) }
      expect(parseConfig({ dataset: quick.dataset, training }, 'x').training.schedule).toEqual(schedule)
    },
  )

  it.each(['training.regulariser', 'measures.vaa', 'measures.vaaStar'] as const)(
    'begins %s with the defaults of the schema',
    (path) => {
      const field = all.find((each) => each.path === path)
      if (field?.kind !== 'optional') throw new Error(`${path} is no group`)
      const whole = field.whole()
      const [section, name] = path.split('.') as [string, string]
      const read = parseConfig({ dataset: quick.dataset, [section]: { [name]: askedOf(path, whole) } }, 'x')
      expect(whole).toEqual(readField(read, path))
    },
  )

  it('leads to a place in the configuration for every field that is shown', () => {
    for (const field of shownFields(quick)) {
      expect(readField(quick, field.path), field.path).not.toBeUndefined()
      const copy = structuredClone(quick)
      writeField(copy, field.path, 'changed')
      expect(readField(copy, field.path)).toBe('changed')
    }
  })
})

it('every mistake of a configuration is told at its field, those of single fields before those of several', () => {
  const wrong = {
    ...quick,
    warmup: { ...quick.warmup, target: 2, batch: 1 },
    training: { ...quick.training, optimizer: { ...quick.training.optimizer, beta1: 1 } },
    seeds: [1, 1],
  }
  const read = readConfig(wrong, 'x')
  expect(!read.ok && read.mistakes.map(({ field }) => field).sort()).toEqual([
    'training.optimizer.beta1',
    'warmup.batch',
    'warmup.target',
  ])
  const together = readConfig(
    { ...quick, seeds: [1, 1], layers: [{ cell: 'gru', units: 4, warmUnits: 4 }], strategies: ['double'] },
    'x',
  )
  expect(!together.ok && together.mistakes.map(({ field }) => field).sort()).toEqual(['layers.0.warmUnits', 'seeds'])
})
