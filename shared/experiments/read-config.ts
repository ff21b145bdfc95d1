/**
 * Reads the user's JSON into a complete configuration: every default is filled in, every mistake becomes a message with its path. What may stand
 * where is schema.ts's; how fields go together is judge-config.ts's.
 */
import type { z } from 'zod'
import { LabError, quoteStart } from '../errors/errors.ts'
import { nearestNames } from '../errors/nearest-names.ts'
import { valueAt, wordsOf } from '../errors/schema-words.ts'
import type { ExperimentConfig, LayerConfig } from './config.ts'
import { knownKeys } from './field-rules.ts'
import { judgeCells, judgeTogether, type ConfigMistake } from './judge-config.ts'
import { experimentSchema } from './schema.ts'
import { STRATEGIES } from './strategies.ts'

const REMEDY = 'Compare it with `lab presets quick` or the published JSON Schema (`lab schema`).'

/** Nobody reads more at once, and each is put into words with the schema beside it. */
const MOST_MISTAKES = 100

export interface ReadOptions {
  /** Of a run that is there and of its forks: it was trained with its cells as they are, and nothing is asked of them any more. */
  readonly hasRecordedCells?: boolean
}

/**
 * @param json what a configuration file holds
 * @param where its name, for messages
 * @throws LabError `config` with the path of the field, what was expected and what was found
 */
export function parseConfig(json: unknown, where: string, options: ReadOptions = {}): ExperimentConfig {
  const read = readConfig(json, where, options)
  if (!read.ok) throw read.mistakes[0]!.error
  return read.config
}

/**
 * As parseConfig, but with every mistake: of the fields, or where all of them can be read, of how they go together.
 * @returns the whole configuration, or at least one mistake
 */
export function readConfig(
  json: unknown,
  where: string,
  { hasRecordedCells = false }: ReadOptions = {},
):
  | { readonly ok: true; readonly config: ExperimentConfig }
  | { readonly ok: false; readonly mistakes: readonly ConfigMistake[] } {
  const parsed = experimentSchema.safeParse(json)
  if (!parsed.success) {
    const mistakes = parsed.error.issues.slice(0, MOST_MISTAKES).map((issue) => ({
      field: issue.path.map(String).join('.'),
      error: describeIssue(issue, json, where),
    }))
    return { ok: false, mistakes }
  }
  const { layers, strategies, ...rest } = parsed.data
  const config: ExperimentConfig = {
    ...rest,
    layers: layers.map((entry): LayerConfig => ({
      ...entry,
      warmUnits: entry.warmUnits ?? halfOf(entry.units),
      coldCell: entry.coldCell ?? entry.cell,
    })),
    strategies: strategies ?? (layers.some(({ parts }) => parts !== null) ? null : [...STRATEGIES]),
  }
  const mistakes = [...judgeTogether(config, where), ...(hasRecordedCells ? [] : judgeCells(config, where))]
  return mistakes.length === 0 ? { ok: true, config } : { ok: false, mistakes }
}

/** Units of the warmed part where nothing is said of them. */
export const halfOf = (units: number): number => Math.max(1, Math.floor(units / 2))

function describeIssue(issue: z.core.$ZodIssue, json: unknown, where: string): LabError {
  const path = issue.path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
  const place = path === '' ? where : `${where}, ${path}`
  const value = valueAt(json, issue.path)
  const found = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80)
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys
    const known = knownKeys(issue.path, json)
    const [nearest] = nearestNames(key!, known, 1)
    return new LabError('config', `There is no field ${quoteStart(key!)} here.`, {
      where: place,
      ...(known.length > 0 ? { expected: `one of ${known.join(', ')}` } : {}),
      found: quoteStart(key!),
      remedy: nearest !== undefined ? `Did you mean \`${nearest}\`?` : REMEDY,
      fault: { id: 'noField', values: { field: quoteStart(key!), nearest: nearest ?? '–' } },
    })
  }
  const { message, expected, fault } = wordsOf(issue, value)
  return new LabError('config', message, {
    where: place,
    ...(expected === undefined ? {} : { expected }),
    found,
    remedy: REMEDY,
    fault,
  })
}
