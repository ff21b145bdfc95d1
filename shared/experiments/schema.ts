/**
 * Reads the user's JSON into a complete configuration: every field has its default here, every mistake a message with its path,
 * and the published JSON Schema (config.schema.json) is made from the same definitions.
 */
import { z } from 'zod'
import { MOST_STEPS_TO_REST, REST_BLOCK_STEPS } from '../attractors/rest.ts'
import { BACKEND_CHOICES } from '../backends/names.ts'
import { DEFAULT_SPLIT } from '../datasets/options.ts'
import { LabError, quoteStart, type Fault } from '../errors/errors.ts'
import { nearestNames } from '../errors/nearest-names.ts'
import { valueAt, wordsOf } from '../errors/schema-words.ts'
import type { ExperimentConfig, LayerConfig } from './config.ts'
import { judgeCells, judgeTogether, type ConfigMistake } from './judge-config.ts'
import { MOST_SEEDS, readSeeds, SEED_LIMIT, SEEDS_EXPECTED } from './seeds.ts'

const count = z.number().int().nonnegative()
const positive = z.number().int().positive()
const positiveNumber = z.number().positive()
const fraction = z.number().min(0).lt(1)

/** Of any draw. */
const seed = z.number().int().min(0).lt(SEED_LIMIT)

const splitCounts = (train: number, validation: number, test: number) =>
  z
    .strictObject({
      train: positive.default(train).describe('Series to train on.'),
      validation: count
        .default(validation)
        .describe('Series held out of the training set; the best weights are those of the best validation.'),
      test: positive.default(test).describe('Series of the one test at the end.'),
    })
    .prefault({})

const generated = {
  steps: z.number().int().min(2).describe('T, steps of a series.'),
  counts: splitCounts(32000, 8000, 50000),
  fresh: z.boolean().default(false).describe('Draw new training series for every step instead of passes over a set.'),
}

const dataset = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('copy-first-input'), ...generated }),
  z.strictObject({
    kind: z.literal('denoising'),
    ...generated,
    forbiddenSteps: z.number().int().min(5).describe('N, last steps that carry no marked value.'),
  }),
  z.strictObject({
    kind: z.literal('mnist'),
    order: z.enum(['pixels', 'permuted-pixels', 'rows', 'permuted-rows']).default('permuted-pixels'),
    permutationSeed: count.default(0).describe('One permutation for every seed of a run.'),
    blankSteps: count.default(0).describe('p, steps of value 0 after the image.'),
    counts: splitCounts(48000, 12000, 10000),
  }),
  z.strictObject({
    kind: z.literal('file'),
    path: z.string().min(1).describe('A file of series: NPZ, CSV in long form, UCR, or UEA (.ts, .arff).'),
    testPath: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('A second file, all of whose series are for the test, as X_TEST is beside X_TRAIN.'),
    task: z.enum(['regression', 'classification']),
    columns: z
      .strictObject({
        series: z.string(),
        step: z.string(),
        inputs: z.array(z.string()).min(1),
        targets: z.array(z.string()).min(1),
      })
      .nullable()
      .default(null)
      .describe('Column names of a text file in long form; no matter for other files.'),
    arrays: z
      .strictObject({
        inputs: z.string(),
        targets: z.string(),
        lengths: z.string().nullable().default(null),
        mask: z.string().nullable().default(null),
      })
      .nullable()
      .default(null)
      .describe(
        'Names of the arrays of an NPZ file; null: inputs, targets, and lengths and mask where they are there.',
      ),
    targets: z.enum(['last-step', 'marked-steps']).default('last-step'),
    classes: z
      .enum(['occurring', 'numbered'])
      .default('occurring')
      .describe('A class for each label that occurs, or for each number from 0 to the largest label.'),
    split: z
      .strictObject({
        validation: fraction
          .default(DEFAULT_SPLIT.validation)
          .describe('Fraction of the series held out for validation; 0: no validation.'),
        test: fraction.default(DEFAULT_SPLIT.test).describe('Fraction of the series kept for the test.'),
        seed: seed
          .nullable()
          .default(DEFAULT_SPLIT.seed)
          .describe('Draws the split, one for all seeds of a run; null: each seed of a run draws its own.'),
        group: z
          .string()
          .min(1)
          .nullable()
          .default(DEFAULT_SPLIT.group)
          .describe('Column or array that says whose each series is; series of one group stay together.'),
        given: z
          .string()
          .min(1)
          .nullable()
          .default(DEFAULT_SPLIT.given)
          .describe('Column or array that says train, validation or test of each series.'),
      })
      .prefault({}),
  }),
])

const initialValues = z
  .strictObject({
    scheme: z.enum(['cell', 'xavier', 'orthogonal', 'uniform', 'identity']).default('cell'),
    gain: positiveNumber.default(1),
    constants: z
      .record(z.string(), z.number())
      .default({})
      .describe('Values for constants of the cell, such as T_max.'),
  })
  .prefault({})

const part = z.strictObject({ cell: z.string().min(1), units: positive, warm: z.boolean(), initialValues })
const layer = z.strictObject({
  cell: z.string().min(1).default('gru'),
  units: positive.default(128).describe('H, hidden units.'),
  warmUnits: positive.optional().describe('Units of the warmed part of a double layer; half of them by default.'),
  coldCell: z.string().min(1).optional().describe('Cell of the other part of a double layer; the same by default.'),
  initialValues,
  parts: z.array(part).min(1).nullable().default(null).describe('Explicit parts; then `strategies` is left out.'),
})

const optimizer = (learningRate: number) =>
  z
    .strictObject({
      kind: z.enum(['adam', 'adamw', 'sgd']).default('adam'),
      learningRate: positiveNumber.default(learningRate),
      beta1: fraction.default(0.9),
      beta2: fraction.default(0.999),
      epsilon: positiveNumber.default(1e-8),
      momentum: fraction.default(0).describe('SGD only.'),
      weightDecay: z.number().nonnegative().default(0),
      clipNorm: positiveNumber.nullable().default(null).describe('Largest global norm of the gradient.'),
    })
    .prefault({})

const schedule = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('constant') }),
    z.strictObject({ kind: z.literal('step'), everyEpochs: positive, factor: positiveNumber }),
    z.strictObject({ kind: z.literal('cosine'), finalFactor: z.number().min(0).max(1).default(0) }),
    z.strictObject({
      kind: z.literal('warm-restarts'),
      periodEpochs: positive,
      periodFactor: z.number().min(1).default(2),
      finalFactor: z.number().min(0).max(1).default(0),
    }),
    z.strictObject({
      kind: z.literal('plateau'),
      patienceEpochs: count,
      factor: z.number().gt(0).lt(1).default(0.1),
      minimumFactor: z.number().min(0).max(1).default(0),
    }),
  ])
  .default({ kind: 'constant' })

const target = z.number().gt(0).lte(1)

/** What the published schema says of a list of seeds; the list itself is checked after text has become one. */
const SEED_LIST = {
  items: { type: 'integer', minimum: 0, exclusiveMaximum: SEED_LIMIT },
  minItems: 1,
  maxItems: MOST_SEEDS,
}
/** A list of numbers, or text as a field or a flag takes it. */
const seeds = z
  .union([z.string(), z.array(z.unknown()).meta(SEED_LIST)])
  .transform((written, context): unknown[] => {
    if (typeof written !== 'string') return written
    const read = readSeeds(written)
    if (read.ok) return read.seeds
    const fault: Fault = { id: read.fault, values: { piece: read.piece } }
    context.addIssue({ code: 'custom', message: 'These are no seeds.', params: { expected: SEEDS_EXPECTED, fault } })
    return z.NEVER
  })
  .pipe(z.array(seed).min(1).max(MOST_SEEDS))

const schema = z.strictObject({
  name: z.string().min(1).max(80).default('experiment'),
  dataset,
  layers: z.array(layer).min(1).max(16).prefault([{}]),
  strategies: z
    .array(z.enum(['none', 'warmed-up', 'double']))
    .min(1)
    .nullable()
    .optional(),
  warmup: z
    .strictObject({
      steps: count.default(100).describe('S, gradient steps of the warm-up.'),
      target: target.default(0.95).describe('k, the VAA* aimed at.'),
      epsilon: positiveNumber.default(1e-4).describe('ε, distance under which two states count as one.'),
      curriculumIncrement: count.default(10).describe('c, by how much M* grows at a step.'),
      maxConvergenceSteps: positive.default(200).describe('M, the largest M*.'),
      batch: z.number().int().min(2).default(32),
      masked: z.boolean().default(true).describe('Only the warmed parts move, as in the preprint.'),
      optimizer: optimizer(1e-2),
      restartAbove: target.default(0.98),
      maxRestarts: count.default(20),
    })
    .prefault({}),
  training: z
    .strictObject({
      epochs: positive.default(50),
      steps: positive.nullable().default(null).describe('Gradient steps; overrides epochs.'),
      batch: positive.default(32),
      optimizer: optimizer(1e-3),
      schedule,
      truncateEvery: positive.nullable().default(null).describe('Truncated back-propagation: steps between cuts.'),
      dropout: fraction.default(0).describe('Between layers.'),
      validateEverySteps: positive.nullable().default(null),
      stopAtLoss: positiveNumber.nullable().default(null),
      regulariser: z
        .strictObject({
          weight: positiveNumber.describe('λ'),
          everySteps: positive.default(1),
          maxConvergenceSteps: positive.default(50).describe('M_reg'),
          target: target.default(0.95),
          epsilon: positiveNumber.default(1e-4),
        })
        .nullable()
        .default(null),
    })
    .prefault({}),
  measures: z
    .strictObject({
      everySteps: count
        .nullable()
        .default(null)
        .describe('Training steps between measures; null: once an epoch, 0: never.'),
      vaa: z
        .strictObject({
          series: z.number().int().min(2).default(32).describe('n'),
          convergenceSteps: positive
            .nullable()
            .default(null)
            .describe('M, steps before states are compared; null: until every state is at rest.'),
          maxConvergenceSteps: z
            .number()
            .int()
            .min(REST_BLOCK_STEPS)
            .max(MOST_STEPS_TO_REST)
            .default(10_000)
            .describe(
              'M_max, steps at most where no M is given; then VAA is an interval if some states are not at rest.',
            ),
          epsilon: positiveNumber.default(1e-4).describe('ε'),
          draws: positive.default(1),
          stopResidual: positiveNumber.nullable().default(null),
        })
        .nullable()
        .prefault({}),
      vaaStar: z
        .strictObject({
          series: z.number().int().min(2).default(32),
          convergenceSteps: positive.default(200),
          epsilon: positiveNumber.default(1e-4),
          draws: positive.default(1),
        })
        .nullable()
        .prefault({}),
      histograms: z
        .boolean()
        .default(true)
        .describe('At the same times, how the weights of each part and the gradient of the training loss spread.'),
    })
    .prefault({}),
  seeds: seeds.prefault([0, 1, 2]).describe('Whole numbers; or text with ranges, such as "0-4".'),
  backend: z.enum(BACKEND_CHOICES).default('auto'),
  cells: z.record(z.string(), z.string()).default({}).describe('Equations of own cells, by name.'),
  checkpointEverySteps: positive.default(200),
  keepCheckpointEverySteps: positive
    .nullable()
    .default(null)
    .describe('Training steps between checkpoints that stay, to fork from.'),
})

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
  const parsed = schema.safeParse(json)
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
      warmUnits: entry.warmUnits ?? Math.max(1, Math.floor(entry.units / 2)),
      coldCell: entry.coldCell ?? entry.cell,
    })),
    strategies: strategies ?? (layers.some(({ parts }) => parts !== null) ? null : ['none', 'warmed-up', 'double']),
  }
  const mistakes = [...judgeTogether(config, where), ...(hasRecordedCells ? [] : judgeCells(config, where))]
  return mistakes.length === 0 ? { ok: true, config } : { ok: false, mistakes }
}

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

/** The keys of the object at a path, where the path leads through plain objects and lists. */
function knownKeys(path: readonly PropertyKey[], json: unknown): string[] {
  let node: Record<string, unknown> | undefined = configJsonSchema()
  let value = json
  for (const step of path) {
    value = (value as Record<PropertyKey, unknown> | undefined)?.[step]
    node = (
      typeof step === 'number' ? node?.items : (node?.properties as Record<string, unknown> | undefined)?.[String(step)]
    ) as Record<string, unknown> | undefined
    const choices = (node?.anyOf ?? node?.oneOf) as Record<string, unknown>[] | undefined
    if (choices) {
      const kind = (value as { kind?: unknown } | undefined)?.kind
      node = choices.find(
        ({ properties }) =>
          properties &&
          (kind === undefined || ((properties as Record<string, { const?: unknown }>).kind?.const ?? kind) === kind),
      )
    }
  }
  return Object.keys((node?.properties as object | undefined) ?? {})
}

/** The JSON Schema of a configuration file. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>
}
