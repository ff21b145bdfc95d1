/** The form's table holds every hyperparameter of the schema with the schema's own range, has words for each, and begins kinds with what the schema reads. */
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
import { presets } from '../../../../shared/experiments/presets.ts'
import { configJsonSchema, parseConfig, readConfig } from '../../../../shared/experiments/schema.ts'

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly type?: string
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly exclusiveMaximum?: number
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

describe('the table of fields', () => {
  it('holds every hyperparameter of the schema, once', () => {
    const paths = all.map(({ path }) => path)
    expect(new Set(paths).size).toBe(paths.length)
    const values = all.filter(({ kind }) => kind !== 'optional').map(({ path }) => path)
    expect(values.sort()).toEqual([...new Set(schemaLeaves.map(({ path }) => path))].sort())
  })

  it('has the ranges of the schema', () => {
    for (const field of all) {
      if (field.kind !== 'number') continue
      const nodes = schemaLeaves.filter(({ path }) => path === field.path).map(({ node }) => node)
      const limits = nodes.map((node) => [
        node.type === 'integer',
        node.minimum ?? (node.type === 'integer' && node.exclusiveMinimum === 0 ? 1 : undefined),
        node.type === 'integer' ? undefined : node.exclusiveMinimum,
        node.maximum === Number.MAX_SAFE_INTEGER ? undefined : node.maximum,
      ])
      expect(limits, field.path).toContainEqual([field.isInteger ?? false, field.least, field.above, field.most])
    }
  })

  it('explains each field', () => {
    const wordsAt = (key: string): unknown =>
      key.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], en)
    for (const field of all) {
      expect(wordsAt(`${textKey(field)}.label`), field.path).toBeTypeOf('string')
      expect(wordsAt(`${textKey(field)}.help`), field.path).toBeTypeOf('string')
      if (field.kind === 'number' && field.isNullable)
        expect(wordsAt(`${textKey(field)}.empty`), field.path).toBeTypeOf('string')
      if (field.kind === 'choice')
        for (const option of field.options) expect(wordsAt(`${textKey(field)}.options`)).toHaveProperty(option)
    }
  })

  it.each(['copy-first-input', 'denoising', 'mnist'] as const)(
    'begins a %s dataset with what the schema reads',
    (kind) => {
      const dataset = datasetOfKind(kind, quick.dataset)
      expect(parseConfig({ ...quick, dataset }, 'x').dataset).toEqual(dataset)
    },
  )

  it('begins own series with nothing but the file missing', () => {
    const read = readConfig({ ...quick, dataset: datasetOfKind('file', quick.dataset) }, 'x')
    expect(!read.ok && read.mistakes.map(({ field }) => field)).toEqual(['dataset.path'])
  })

  it.each(['constant', 'step', 'cosine', 'warm-restarts', 'plateau'] as const)(
    'begins a %s schedule with what the schema reads',
    (kind) => {
      const schedule = scheduleOfKind(kind)
      expect(parseConfig({ ...quick, training: { ...quick.training, schedule } }, 'x').training.schedule).toEqual(
        schedule,
      )
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
