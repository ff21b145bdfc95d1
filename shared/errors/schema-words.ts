/**
 * What a schema finds wrong, in the lab's own words: an issue of zod enters; a sentence, what was expected, and a name for the screens
 * (which have words of their own, in their language) leave. The words of the library never reach a user.
 */
import type { z } from 'zod'
import { quoteStart, type Fault } from './errors.ts'

export interface SchemaWords {
  /** What is wrong, as a sentence. */
  readonly message: string
  readonly expected?: string
  readonly fault: Fault
}

/** What a type is called, by its name among a schema's. */
export const TYPE_WORDS = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
} as const
const TYPES: Readonly<Record<string, string>> = TYPE_WORDS

const COUNTED: Readonly<Record<string, string>> = { string: 'characters', array: 'entries' }

/** What stands at a path of plain objects and lists; undefined for nothing. */
export function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined),
    json,
  )
}

/** @param value what stands at the issue's place, if anything */
export function wordsOf(issue: z.core.$ZodIssue, value: unknown): SchemaWords {
  switch (issue.code) {
    case 'invalid_type': {
      // Beyond 2^53 a number is no whole number that could be told from its neighbour.
      const type = issue.expected in TYPES ? issue.expected : 'other'
      const expected = TYPES[issue.expected] ?? issue.expected
      return value === undefined
        ? { message: 'Nothing stands here.', expected, fault: { id: 'missing', values: { type } } }
        : { message: `This is not ${expected}.`, fault: { id: 'type', values: { type } } }
    }
    case 'too_small': {
      const least = String(issue.minimum)
      const counted = COUNTED[issue.origin]
      if (counted !== undefined)
        return Number(least) <= 1
          ? { message: 'This is empty.', fault: { id: 'empty', values: {} } }
          : tooFew(counted, least)
      return issue.inclusive === false
        ? { message: 'Too small.', expected: `more than ${least}`, fault: { id: 'notAbove', values: { least } } }
        : { message: 'Too small.', expected: `${least} or more`, fault: { id: 'tooSmall', values: { least } } }
    }
    case 'too_big': {
      const most = String(issue.maximum)
      const counted = COUNTED[issue.origin]
      if (counted !== undefined)
        return {
          message: `Too many ${counted}.`,
          expected: `at most ${most}`,
          fault: { id: issue.origin === 'string' ? 'longText' : 'longList', values: { most } },
        }
      return issue.inclusive === false
        ? { message: 'Too large.', expected: `less than ${most}`, fault: { id: 'notBelow', values: { most } } }
        : { message: 'Too large.', expected: `${most} or less`, fault: { id: 'tooLarge', values: { most } } }
    }
    case 'invalid_value':
      return noChoice(issue.values.map(String))
    case 'invalid_union':
      // Of a list of kinds, the options are told; of other unions nothing more is known.
      return 'options' in issue && Array.isArray(issue.options)
        ? noChoice(issue.options.map(String))
        : { message: 'This is none of what may stand here.', fault: { id: 'other', values: {} } }
    case 'unrecognized_keys': {
      const field = quoteStart(issue.keys[0]!)
      return { message: `There is no field ${field} here.`, fault: { id: 'noField', values: { field, nearest: '–' } } }
    }
    case 'custom':
      return { message: issue.message, ...(issue.params as Partial<SchemaWords> | undefined), fault: faultOf(issue) }
    default:
      return { message: 'This cannot be read.', fault: { id: 'other', values: {} } }
  }
}

/** In one line, within another message. */
export function describeWords({ message, expected }: SchemaWords): string {
  return expected === undefined ? message : `${message} Expected ${expected}`
}

/** Of a refinement of our own, which may name its fault. */
const faultOf = ({ params }: z.core.$ZodIssueCustom): Fault =>
  (params as Partial<SchemaWords> | undefined)?.fault ?? { id: 'other', values: {} }

function tooFew(counted: string, least: string): SchemaWords {
  return { message: `Too few ${counted}.`, expected: `${least} or more`, fault: { id: 'tooFew', values: { least } } }
}

function noChoice(options: readonly string[]): SchemaWords {
  const choices = options.join(', ')
  return {
    message: 'This is none of the choices.',
    expected: options.length === 1 ? choices : `one of ${choices}`,
    fault: { id: 'choice', values: { choices } },
  }
}
