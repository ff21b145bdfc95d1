/**
 * What a configuration may hold, once and for all: every field with its range, its default, its unit and its symbol in the paper. The types of
 * config.ts are inferred from it, read-config.ts reads files with it, and the published JSON Schema (config.schema.json) is made of it, from
 * which forms and help read the same (field-rules.ts).
 */
import { z } from 'zod'
import { MOST_STEPS_TO_REST, REST_BLOCK_STEPS } from '../attractors/rest.ts'
import { OPTIMIZER_KINDS } from '../backends/backend.ts'
import { BACKEND_CHOICES } from '../backends/names.ts'
import {
  CLASS_TABLES,
  MNIST_IMAGES,
  MNIST_ORDERS,
  REMEMBERED_VALUES,
  TARGET_PLACES,
  TASKS,
} from '../datasets/options.ts'
import type { Fault } from '../errors/errors.ts'
import { INITIAL_SCHEMES } from '../networks/network.ts'
import { MOST_LAYERS } from './fields.ts'
import { MOST_SEEDS, readSeeds, SEED_LIMIT, SEEDS_EXPECTED } from './seeds.ts'
import { STRATEGIES } from './strategies.ts'

declare module 'zod' {
  interface GlobalMeta {
    /** What a number counts. */
    unit?: 'steps' | 'epochs' | 'series'
    /** As the paper writes it. */
    symbol?: string
  }
}

const count = z.number().int().nonnegative()
const positive = z.number().int().positive()
const positiveNumber = z.number().positive()
const fraction = z.number().min(0).lt(1)
/** Of any draw. */
const seed = z.number().int().min(0).lt(SEED_LIMIT)
const text = z.string().min(1)
/** Of VAA*, in each layer. */
const target = z.number().gt(0).lte(1)

export const LONGEST_NAME = 80

const splitCounts = (train: number, validation: number, test: number) =>
  z
    .strictObject({
      train: positive.default(train).meta({ unit: 'series', description: 'Series to train on.' }),
      validation: count.default(validation).meta({
        unit: 'series',
        description: 'Series held out of the training set; the best weights are those of the best validation.',
      }),
      test: positive.default(test).meta({ unit: 'series', description: 'Series of the one test at the end.' }),
    })
    .prefault({})

const seriesSteps = (least: number) =>
  z.number().int().min(least).meta({ symbol: 'T', unit: 'steps', description: 'T, steps of a series.' })

/** A fifth of 40,000 series is held out, as in the authors' code; so it is of MNIST's. */
const generated = {
  counts: splitCounts(32000, 8000, 50000),
  fresh: z.boolean().default(false).describe('Draw new training series for every step instead of passes over a set.'),
}

const splitSchema = z
  .strictObject({
    validation: fraction.default(0.2).describe('Fraction of the series held out for validation; 0: no validation.'),
    test: fraction.default(0.2).describe('Fraction of the series kept for the test.'),
    seed: seed
      .nullable()
      .default(0)
      .describe('Draws the split, one for all seeds of a run; null: each seed of a run draws its own.'),
    group: text
      .nullable()
      .default(null)
      .describe('Column or array that says whose each series is; series of one group stay together.'),
    given: text
      .nullable()
      .default(null)
      .describe('Column or array that says train, validation or test of each series.'),
  })
  .prefault({})

export const datasetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('copy-first-input'), steps: seriesSteps(2), ...generated }),
  z.strictObject({
    kind: z.literal('denoising'),
    // A marked step comes before the outputs, and all outputs fit.
    steps: seriesSteps(2 * REMEMBERED_VALUES),
    ...generated,
    forbiddenSteps: z
      .number()
      .int()
      .min(REMEMBERED_VALUES)
      .meta({ symbol: 'N', unit: 'steps', description: 'N, last steps that carry no marked value.' }),
  }),
  z.strictObject({
    kind: z.literal('mnist'),
    order: z.enum(MNIST_ORDERS).default('permuted-pixels'),
    permutationSeed: seed.default(0).describe('One permutation for every seed of a run.'),
    blankSteps: count
      .default(0)
      .meta({ symbol: 'p', unit: 'steps', description: 'p, steps of value 0 after the image.' }),
    counts: splitCounts(48000, 12000, MNIST_IMAGES.test),
  }),
  z.strictObject({
    kind: z.literal('file'),
    path: text.describe(
      "A file of series: NPZ, CSV in long form, UCR, or UEA (.ts, .arff). A relative path starts at the configuration's folder.",
    ),
    testPath: text
      .nullable()
      .default(null)
      .describe('A second file, all of whose series are for the test, as X_TEST is beside X_TRAIN.'),
    task: z.enum(TASKS),
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
    targets: z.enum(TARGET_PLACES).default('last-step'),
    classes: z
      .enum(CLASS_TABLES)
      .default('occurring')
      .describe('A class for each label that occurs, or for each number from 0 to the largest label.'),
    split: splitSchema,
  }),
])

const initialValues = z
  .strictObject({
    scheme: z.enum(INITIAL_SCHEMES).default('cell'),
    gain: positiveNumber.default(1),
    constants: z
      .record(z.string(), z.number())
      .default({})
      .describe('Values for constants of the cell, such as T_max.'),
  })
  .prefault({})

export const partSchema = z.strictObject({
  cell: text,
  units: positive.meta({ symbol: 'H', description: 'H, hidden units of the part.' }),
  warm: z.boolean(),
  initialValues,
})

export const layerSchema = z.strictObject({
  cell: text.default('gru'),
  units: positive.default(128).meta({ symbol: 'H', description: 'H, hidden units.' }),
  warmUnits: positive.optional().describe('Units of the warmed part of a double layer; half of them by default.'),
  coldCell: text.optional().describe('Cell of the other part of a double layer; the same by default.'),
  initialValues,
  parts: z.array(partSchema).min(1).nullable().default(null).describe('Explicit parts; then `strategies` is left out.'),
})

export const optimizerSchema = (learningRate: number) =>
  z
    .strictObject({
      kind: z.enum(OPTIMIZER_KINDS).default('adam'),
      learningRate: positiveNumber.default(learningRate),
      beta1: fraction.default(0.9).meta({ symbol: 'β₁' }),
      beta2: fraction.default(0.999).meta({ symbol: 'β₂' }),
      epsilon: positiveNumber.default(1e-8),
      momentum: fraction.default(0).describe('SGD only.'),
      weightDecay: z.number().nonnegative().default(0),
      clipNorm: positiveNumber.nullable().default(null).describe('Largest global norm of the gradient.'),
    })
    .prefault({})

export const warmupSchema = z
  .strictObject({
    steps: count.default(100).meta({ symbol: 'S', unit: 'steps', description: 'S, gradient steps of the warm-up.' }),
    target: target.default(0.95).meta({ symbol: 'k', description: 'k, the VAA* aimed at.' }),
    epsilon: positiveNumber
      .default(1e-4)
      .meta({ symbol: 'ε', description: 'ε, distance under which two states count as one.' }),
    curriculumIncrement: count
      .default(10)
      .meta({ symbol: 'c', unit: 'steps', description: 'c, by how much M* grows at a step.' }),
    maxConvergenceSteps: positive.default(200).meta({ symbol: 'M', unit: 'steps', description: 'M, the largest M*.' }),
    batch: z.number().int().min(2).default(32).meta({ symbol: 'B', unit: 'series' }),
    masked: z.boolean().default(true).describe('Only the warmed parts move, as in the preprint.'),
    optimizer: optimizerSchema(1e-2),
    restartAbove: target
      .default(0.98)
      .describe('A seed of which the VAA* of any layer ends above this begins its warm-up anew.'),
    maxRestarts: count.default(20).describe('After so many new beginnings the run fails.'),
  })
  .prefault({})

export const scheduleSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('constant') }),
    z.strictObject({
      kind: z.literal('step'),
      everyEpochs: positive.meta({ unit: 'epochs' }),
      factor: positiveNumber,
    }),
    z.strictObject({ kind: z.literal('cosine'), finalFactor: z.number().min(0).max(1).default(0) }),
    z.strictObject({
      kind: z.literal('warm-restarts'),
      periodEpochs: positive.meta({ unit: 'epochs' }),
      periodFactor: z.number().min(1).default(2),
      finalFactor: z.number().min(0).max(1).default(0),
    }),
    z.strictObject({
      kind: z.literal('plateau'),
      patienceEpochs: count.meta({ unit: 'epochs' }),
      factor: z.number().gt(0).lt(1).default(0.1),
      minimumFactor: z.number().min(0).max(1).default(0),
    }),
  ])
  .default({ kind: 'constant' })

export const trainingSchema = z
  .strictObject({
    epochs: positive.default(50).meta({ unit: 'epochs' }),
    steps: positive.nullable().default(null).meta({ unit: 'steps', description: 'Gradient steps; overrides epochs.' }),
    batch: positive.default(32).meta({ symbol: 'B', unit: 'series' }),
    optimizer: optimizerSchema(1e-3),
    schedule: scheduleSchema,
    truncateEvery: positive
      .nullable()
      .default(null)
      .meta({ unit: 'steps', description: 'Truncated back-propagation: steps between cuts.' }),
    dropout: fraction.default(0).describe('Between layers.'),
    validateEverySteps: positive
      .nullable()
      .default(null)
      .meta({ unit: 'steps', description: 'Training steps between validations; null: once an epoch.' }),
    stopAtLoss: positiveNumber
      .nullable()
      .default(null)
      .describe('Ends early when the validation loss of every seed is at or under this.'),
    regulariser: z
      .strictObject({
        weight: positiveNumber.meta({ symbol: 'λ', description: 'λ' }),
        everySteps: positive.default(1).meta({ unit: 'steps' }),
        maxConvergenceSteps: positive.default(50).meta({ symbol: 'M', unit: 'steps', description: 'M_reg' }),
        target: target.default(0.95).meta({ symbol: 'k' }),
        epsilon: positiveNumber.default(1e-4).meta({ symbol: 'ε' }),
      })
      .nullable()
      .default(null),
  })
  .prefault({})

export const vaaSchema = z.strictObject({
  series: z.number().int().min(2).default(32).meta({ symbol: 'n', unit: 'series', description: 'n' }),
  convergenceSteps: positive.nullable().default(null).meta({
    symbol: 'M',
    unit: 'steps',
    description: 'M, steps before states are compared; null: until every state is at rest.',
  }),
  maxConvergenceSteps: z.number().int().min(REST_BLOCK_STEPS).max(MOST_STEPS_TO_REST).default(10_000).meta({
    symbol: 'M',
    unit: 'steps',
    description: 'M_max, steps at most where no M is given; then VAA is an interval if some states are not at rest.',
  }),
  epsilon: positiveNumber.default(1e-4).meta({ symbol: 'ε', description: 'ε' }),
  draws: positive.default(1),
  stopResidual: positiveNumber.nullable().default(null),
})

export const measuresSchema = z
  .strictObject({
    everySteps: count
      .nullable()
      .default(null)
      .meta({ unit: 'steps', description: 'Training steps between measures; null: once an epoch, 0: never.' }),
    vaa: vaaSchema.nullable().prefault({}),
    vaaStar: z
      .strictObject({
        series: z.number().int().min(2).default(32).meta({ symbol: 'n', unit: 'series' }),
        convergenceSteps: positive.default(200).meta({ symbol: 'M', unit: 'steps' }),
        epsilon: positiveNumber.default(1e-4).meta({ symbol: 'ε' }),
        draws: positive.default(1),
      })
      .nullable()
      .prefault({}),
    histograms: z
      .boolean()
      .default(true)
      .describe('At the same times, how the weights of each part and the gradient of the training loss spread.'),
  })
  .prefault({})

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

export const experimentSchema = z.strictObject({
  name: text.max(LONGEST_NAME).default('experiment').describe('For people; run folders and charts carry it.'),
  dataset: datasetSchema,
  layers: z.array(layerSchema).min(1).max(MOST_LAYERS).prefault([{}]),
  strategies: z
    .array(z.enum(STRATEGIES))
    .min(1)
    .nullable()
    .optional()
    .describe('One trial each; all of them by default, null where the layers have explicit parts.'),
  warmup: warmupSchema,
  training: trainingSchema,
  measures: measuresSchema,
  seeds: seeds.prefault([0, 1, 2]).describe('Whole numbers; or text with ranges, such as "0-4".'),
  backend: z.enum(BACKEND_CHOICES).default('auto'),
  cells: z.record(z.string(), z.string()).default({}).describe('Equations of own cells, by name.'),
  checkpointEverySteps: positive.default(200).meta({
    unit: 'steps',
    description:
      'Steps between checkpoints, where those cost next to nothing; there is one at the end of each epoch, at a pause and at an interrupt, too.',
  }),
  keepCheckpointEverySteps: positive
    .nullable()
    .default(null)
    .meta({ unit: 'steps', description: 'Training steps between checkpoints that stay, to fork from.' }),
})

/** The JSON Schema of a configuration file. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(experimentSchema, { io: 'input' }) as Record<string, unknown>
}
