/**
 * A sweep: one configuration, and fields of it that take every combination of some values, or values drawn at random. Its text enters,
 * the values of every point leave, and the configuration of one when it is asked for, checked: ten thousand whole ones may be more than the
 * memory holds. What runs them is elsewhere.
 */
import { z } from 'zod'
import { MOST_INTEGERS, RandomStream } from '../numerics/random.ts'
import { LabError, type LabErrorDetail } from '../errors/errors.ts'
import { valueAt, wordsOf } from '../errors/schema-words.ts'
import type { ExperimentConfig } from './config.ts'
import { isFieldName, setField, type Json } from './fields.ts'
import { presets } from './presets.ts'
import { parseConfig } from './read-config.ts'

/** More is a mistake in a grid. */
export const MOST_POINTS = 10_000
/** The values of all points, as JSON: they are kept, and sent with every table of the sweep. */
const MOST_VALUES_BYTES = 16 * 1024 * 1024
/** Of a point's values in a message. */
const MOST_DESCRIBED = 200

const range = { low: z.number(), high: z.number() }
const distribution = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('uniform'), ...range }),
  z.strictObject({ kind: z.literal('log-uniform'), ...range }).describe('low > 0'),
  z.strictObject({ kind: z.literal('integer'), ...range }).describe('Whole numbers from low to high, both included.'),
  z.strictObject({ kind: z.literal('choice'), values: z.array(z.unknown()).min(1) }),
])

const schema = z.strictObject({
  name: z.string().min(1).max(60).default('sweep'),
  preset: z.string().optional().describe('The preset that the points start from; or `config`.'),
  config: z.record(z.string(), z.unknown()).optional(),
  grid: z.record(z.string(), z.array(z.unknown()).min(1)).default({}),
  random: z
    .strictObject({
      count: z.number().int().positive(),
      seed: z.number().int().min(0).default(0),
      fields: z.record(z.string(), distribution),
    })
    .nullable()
    .default(null),
})

export type SweepDefinition = z.infer<typeof schema>
type Distribution = z.infer<typeof distribution>
/** What a random field draws numbers from. */
export type SweepRange = Extract<Distribution, { readonly low: number }>

/** What a point has of each axis, by field. */
export type PointValues = Readonly<Record<string, unknown>>

export interface Sweep {
  readonly name: string
  /** Fields, in the order of the file: the grid's, then those drawn. */
  readonly axes: readonly string[]
  /** Every combination of the grid, the last axis fastest, each with every draw. */
  readonly points: readonly PointValues[]
  /**
   * Made anew each time.
   * @param index from 0
   * @throws LabError `config` for a point whose configuration is wrong, which is named by its values
   */
  configOf(index: number): ExperimentConfig
}

/**
 * @param json what a sweep's file holds
 * @param where its name, for messages
 * @throws LabError `config` for a wrong file; what is wrong with a single point is found with its configuration
 */
export function parseSweep(json: unknown, where: string): { definition: SweepDefinition; sweep: Sweep } {
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const { message, fault, ...words } = wordsOf(issue!, valueAt(json, issue!.path))
    const whole = fault?.id === 'empty' ? 'one value at least' : 'name, preset or config, grid, random'
    throw new LabError('config', message, {
      where: [where, issue!.path.join('.')].filter((part) => part !== '').join(', '),
      expected: words.expected ?? whole,
      fault,
      remedy: 'A sweep is {"preset": "quick", "grid": {"layers.*.cell": ["gru", "lstm"]}}.',
    })
  }
  const definition = parsed.data
  const base = baseOf(definition, where)
  const { grid, random, name } = definition
  const axes = [...Object.keys(grid), ...Object.keys(random?.fields ?? {})]
  axes.forEach((axis, i) => {
    if (!isFieldName(axis) || axes.indexOf(axis) !== i)
      throw new LabError('config', 'An axis of the sweep is wrong.', {
        where,
        expected: 'the dotted name of a field, once, as in training.batch or layers.*.cell',
        found: `\`${axis}\``,
      })
  })
  const count = Object.values(grid).reduce((product, values) => product * values.length, random?.count ?? 1)
  if (count > MOST_POINTS)
    throw new LabError('config', 'The sweep has too many points.', {
      where,
      expected: `at most ${MOST_POINTS}`,
      found: String(count),
      remedy: 'Leave out values, or draw points at random.',
    })
  const draws = random ? drawPoints(random, where) : [{}]
  requireSmallValues(grid, draws, count, where)
  const points = Object.entries(grid)
    .reduce<Json[]>(
      (combinations, [axis, values]) =>
        combinations.flatMap((combination) => values.map((value) => ({ ...combination, [axis]: value }))),
      [{}],
    )
    .flatMap((combination) => draws.map((draw) => ({ ...combination, ...draw })))
  const configOf = (index: number): ExperimentConfig => {
    const values = points[index]!
    const own = { ...base }
    for (const [axis, value] of Object.entries(values)) setField(own, axis, value, where)
    own.name = `${name} ${index + 1}`
    const described = describePoint(values)
    const shown = described.length > MOST_DESCRIBED ? `${described.slice(0, MOST_DESCRIBED)}…` : described
    return parseConfig(own, `${where}, point ${index + 1} (${shown})`)
  }
  return { definition, sweep: { name, axes, points, configOf } }
}

/** @throws LabError `config`, before the points are made */
function requireSmallValues(
  grid: SweepDefinition['grid'],
  draws: readonly PointValues[],
  pointCount: number,
  where: string,
): void {
  const sizeOf = (values: readonly unknown[]): number =>
    values.reduce<number>((sum, value) => sum + (JSON.stringify(value) ?? '').length, 0)
  const ofGrid = Object.values(grid).reduce((sum, values) => sum + (pointCount / values.length) * sizeOf(values), 0)
  const bytes = ofGrid + (pointCount / draws.length) * sizeOf(draws)
  if (bytes <= MOST_VALUES_BYTES) return
  throw new LabError('config', 'The values of the sweep are too long.', {
    where,
    expected: `at most ${MOST_VALUES_BYTES} characters over all points`,
    found: String(Math.round(bytes)),
    remedy: 'Write what points share, such as the text of a cell, into `config`, and only its name into the values.',
  })
}

/** `layers.*.cell=gru, dataset.steps=100` */
export function describePoint(values: PointValues): string {
  return Object.entries(values)
    .map(([axis, value]) => `${axis}=${formatAxisValue(value)}`)
    .join(', ')
}

export const formatAxisValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function baseOf({ preset, config }: SweepDefinition, where: string): Json {
  if ((preset === undefined) === (config === undefined))
    throw new LabError('config', 'A sweep starts from a preset or from a configuration.', {
      where,
      expected: 'one of `preset` and `config`',
      found: preset === undefined ? 'neither' : 'both',
    })
  if (config !== undefined) return config
  const known = presets.find(({ name }) => name === preset)
  if (!known)
    throw new LabError('config', 'There is no preset of this name.', {
      where: `${where}, preset`,
      expected: 'a name that `lab presets` lists',
      found: `\`${preset}\``,
    })
  return known.config as Json
}

/** Why nothing can be drawn from a range: a name for forms, which have words of their own, and the words of a sweep's file. */
export interface RangeMistake {
  readonly fault: 'noNumbers' | 'reversed' | 'tooWide' | 'notPositive' | 'noWholeNumber' | 'tooManyNumbers'
  readonly detail: Required<Pick<LabErrorDetail, 'expected' | 'found' | 'remedy'>>
}

/** @returns null for a range with something to draw */
export function rangeMistake({ kind, low, high }: SweepRange): RangeMistake | null {
  const mistake = (fault: RangeMistake['fault'], expected: string, remedy: string): RangeMistake => ({
    fault,
    detail: { expected, found: `${low} to ${high}`, remedy },
  })
  if (!Number.isFinite(low) || !Number.isFinite(high))
    return mistake('noNumbers', 'two numbers', 'Write both ends of the range.')
  if (!(low < high)) return mistake('reversed', 'low < high', 'For one value, use a grid; else swap the ends.')
  switch (kind) {
    case 'uniform':
      return Number.isFinite(high - low)
        ? null
        : mistake('tooWide', `high - low of at most ${Number.MAX_VALUE}`, 'Move the ends closer together.')
    case 'log-uniform':
      if (low <= 0) return mistake('notPositive', '0 < low < high', 'Raise low, or draw with `uniform`.')
      return Number.isFinite(high / low)
        ? null
        : mistake('tooWide', `high / low of at most ${Number.MAX_VALUE}`, 'Move the ends closer together.')
    case 'integer': {
      const [first, last] = wholeNumbersOf(low, high)
      if (first > last)
        return mistake('noWholeNumber', 'a whole number from low to high', 'Widen the range, or draw with `uniform`.')
      return Number.isSafeInteger(first) && Number.isSafeInteger(last) && last - first < MOST_INTEGERS
        ? null
        : mistake('tooManyNumbers', 'at most 2^53 whole numbers, none beyond ±(2^53 - 1)', 'Move the ends closer to 0.')
    }
  }
}

/** The first and the last whole number of a range; a first one above the last where it has none. */
const wholeNumbersOf = (low: number, high: number): readonly [number, number] => [Math.ceil(low), Math.floor(high)]

/** The i-th point's draws are those of stream i of the sweep's seed: they do not depend on how many points there are. */
function drawPoints({ count, seed, fields }: NonNullable<SweepDefinition['random']>, where: string): Json[] {
  for (const [axis, field] of Object.entries(fields)) {
    const mistake = field.kind === 'choice' ? null : rangeMistake(field)
    if (mistake !== null)
      throw new LabError('config', 'A range of the sweep has nothing to draw.', {
        where: `${where}, random.fields.${axis}`,
        ...mistake.detail,
      })
  }
  return Array.from({ length: count }, (_, index) => {
    const stream = new RandomStream(seed, 'sweep', index)
    return Object.fromEntries(Object.entries(fields).map(([axis, field]) => [axis, draw(field, stream)]))
  })
}

function draw(field: Distribution, stream: RandomStream): unknown {
  switch (field.kind) {
    case 'uniform':
      return field.low + (field.high - field.low) * stream.uniform()
    case 'log-uniform':
      return Math.exp(Math.log(field.low) + Math.log(field.high / field.low) * stream.uniform())
    case 'integer': {
      const [first, last] = wholeNumbersOf(field.low, field.high)
      return first + stream.integer(last - first + 1)
    }
    case 'choice':
      return field.values[stream.integer(field.values.length)]
  }
}
