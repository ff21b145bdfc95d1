/** What a schema finds wrong is told in the lab's own words, and the screens have words for each of them in every language. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { faults as english } from '../../../renderer/locales/en-faults.ts'
import { readConfig } from '../../../shared/experiments/read-config.ts'
import { valueAt, wordsOf } from '../../../shared/errors/schema-words.ts'

/** Of a library: "expected string to have >=1 characters", "Invalid input: …", "Too big: expected number". */
const FOREIGN = />=|<=|Invalid|received|expected \w+ to/

function told(
  schema: z.ZodType,
  value: unknown,
): { text: string; id: string; values: Readonly<Record<string, string>> } {
  const issue = schema.safeParse(value).error!.issues[0]!
  const { message, expected, fault } = wordsOf(issue, valueAt(value, issue.path))
  return { text: expected === undefined ? message : `${message} Expected ${expected}.`, ...fault }
}

const kinds = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('a') }),
  z.strictObject({ kind: z.literal('b') }),
])

it.each([
  [z.string().min(1), '', 'This is empty.', 'empty'],
  [z.array(z.number()).min(1), [], 'This is empty.', 'empty'],
  [z.array(z.number()).min(2), [1], 'Too few entries. Expected 2 or more.', 'tooFew'],
  [z.string().max(3), 'abcd', 'Too many characters. Expected at most 3.', 'longText'],
  [z.array(z.number()).max(1), [1, 2], 'Too many entries. Expected at most 1.', 'longList'],
  [z.number().min(2), 1, 'Too small. Expected 2 or more.', 'tooSmall'],
  [z.number().positive(), 0, 'Too small. Expected more than 0.', 'notAbove'],
  [z.number().max(2), 3, 'Too large. Expected 2 or less.', 'tooLarge'],
  [z.number().lt(1), 1, 'Too large. Expected less than 1.', 'notBelow'],
  [z.number().int(), 1.5, 'This is not a whole number.', 'type'],
  [z.number(), 'x', 'This is not a number.', 'type'],
  [z.number(), undefined, 'Nothing stands here. Expected a number.', 'missing'],
  [z.record(z.string(), z.number()), 3, 'This is not an object.', 'type'],
  [z.boolean(), 3, 'This is not true or false.', 'type'],
  [z.enum(['x', 'y']), 'z', 'This is none of the choices. Expected one of x, y.', 'choice'],
  [z.literal('x'), 'z', 'This is none of the choices. Expected x.', 'choice'],
  [kinds, { kind: 'c' }, 'This is none of the choices. Expected one of a, b.', 'choice'],
  [z.union([z.string(), z.number()]), true, 'This is none of what may stand here.', 'other'],
  [z.strictObject({}), { odd: 1 }, 'There is no field `odd` here.', 'noField'],
])('issue %#: %j, %j is told as "%s"', (schema, value, text, id) => {
  expect(told(schema as z.ZodType, value)).toMatchObject({ text, id })
})

describe('every mistake of a configuration', () => {
  const dataset = { kind: 'copy-first-input', steps: 10 }
  const WRONG: readonly unknown[] = [
    {},
    { dataset: { kind: 'file', path: '', task: 'guess', columns: { series: 1 } } },
    { dataset: { ...dataset, steps: 1.5, counts: { train: 0, validation: -1, test: '3' } } },
    { dataset, name: '', seeds: [], training: { batch: 0, dropout: 1, epochs: 1e99, odd: 1 } },
    { dataset, name: 'x'.repeat(100), seeds: '4-0', layers: [] },
    { dataset, seeds: [1, 1], strategies: ['none', 'none'] },
    { dataset, layers: [{ units: 4, warmUnits: 4 }, { initialValues: { constants: { T: 16777217 } } }] },
    { dataset, layers: [{ parts: [{ cell: 'gru', units: 4, warm: true }] }], strategies: ['none'] },
    { dataset: { kind: 'denoising', steps: 10, forbiddenSteps: 8 } },
    { dataset: { kind: 'mnist', counts: { train: 60000, validation: 1, test: 10001 } } },
    { dataset: { ...dataset, counts: { train: 2 ** 40 } } },
  ]
  const mistakes = WRONG.flatMap((json) => {
    const read = readConfig(json, 'test')
    return read.ok ? [] : read.mistakes
  })

  it('is in the lab’s own words, with a name that the screens know', () => {
    expect(mistakes.length).toBeGreaterThanOrEqual(25)
    for (const { field, error } of mistakes) {
      expect(error.message, field).not.toMatch(FOREIGN)
      const { fault } = error.detail
      expect(fault, `${field}: ${error.message}`).toBeDefined()
      if (fault!.id === 'other') continue // told in the lab's words, in every language
      const words = english[fault!.id as keyof typeof english]
      expect(words, fault!.id).toBeTypeOf('string')
      for (const [, name] of String(words).matchAll(/\{(\w+)\}/g))
        expect(fault!.values, fault!.id).toHaveProperty(name!)
    }
  })

  it('of a whole number that float32 does not hold names the nearest one', () => {
    const told = mistakes.find(({ error }) => error.detail.fault?.id === 'notFloat32')
    expect(told?.field).toBe('layers.1.initialValues.constants.T')
    expect(told?.error.detail.fault?.values).toEqual({ value: '16777217', nearest: '16777216' })
  })
})
