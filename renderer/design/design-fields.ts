/**
 * Every hyperparameter of a configuration as a row of one table: where it stands, its symbol in the paper, its kind and range, and when
 * it matters. The form is made from it; words stand in locales/en-fields.ts under the row's `text`; LayerEditor.vue shows `layers`.
 */
import { MOST_STEPS_TO_REST, REST_BLOCK_STEPS } from '../../shared/attractors/rest.ts'
import { BACKEND_CHOICES } from '../../shared/backends/names.ts'
import { DEFAULT_SPLIT } from '../../shared/datasets/options.ts'
import type {
  DatasetConfig,
  ExperimentConfig,
  MeasuresConfig,
  ScheduleConfig,
  TrainingConfig,
} from '../../shared/experiments/config.ts'
import { formatExact } from '../words/format.ts'

interface FieldBase {
  /** Place in the configuration: `warmup.optimizer.beta1`. */
  readonly path: string
  /** Key of its words, where several fields share them. */
  readonly text?: string
  /** As the paper writes it. */
  readonly symbol?: string
  /** Whether the field matters to this design; always, where absent. */
  readonly when?: (config: ExperimentConfig) => boolean
  /** Stands in the title of a folded section. */
  readonly isBrief?: boolean
}

export interface NumberField extends FieldBase {
  readonly kind: 'number'
  readonly isInteger?: boolean
  readonly least?: number
  /** The least, without it: `> 0`. */
  readonly above?: number
  readonly most?: number
  /** The most, without it: `< 1`. */
  readonly under?: number
  readonly unit?: 'steps' | 'epochs' | 'series'
  /** Empty means null, and `….empty` among the words says what that is. */
  readonly isNullable?: boolean
}

export interface ChoiceField extends FieldBase {
  readonly kind: 'choice'
  readonly options: readonly string[]
  /** What a choice brings along; by default the value alone is written. */
  readonly choose?: (config: ExperimentConfig, value: string) => void
}

export interface ToggleField extends FieldBase {
  readonly kind: 'toggle'
}

/** A group that may be absent (null) altogether. */
export interface OptionalField extends FieldBase {
  readonly kind: 'optional'
  readonly whole: () => unknown
}

export interface TextField extends FieldBase {
  readonly kind: 'text' | 'seeds'
  /** Empty means null, and `….empty` among the words says what that is. */
  readonly isNullable?: boolean
}

export type DesignField = NumberField | ChoiceField | ToggleField | OptionalField | TextField

export interface FieldGroup {
  readonly id: string
  readonly fields: readonly DesignField[]
}

export type SectionId = 'data' | 'warmup' | 'training' | 'measures' | 'engine'

export interface FieldSection {
  readonly id: SectionId
  /** The first holds what matters first and is always seen; the others are closed until they are opened. */
  readonly groups: readonly [FieldGroup, ...FieldGroup[]]
  /** Closed altogether until it is opened. */
  readonly isFolded?: boolean
}

const isKind =
  (...kinds: readonly DatasetConfig['kind'][]) =>
  ({ dataset }: ExperimentConfig): boolean =>
    kinds.includes(dataset.kind)
const isSchedule =
  (...kinds: readonly ScheduleConfig['kind'][]) =>
  ({ training }: ExperimentConfig): boolean =>
    kinds.includes(training.schedule.kind)

/** A whole number from `least`. */
const count = (path: string, least: number, more: Partial<NumberField> = {}): NumberField => ({
  kind: 'number',
  path,
  isInteger: true,
  least,
  ...more,
})
const number = (path: string, more: Partial<NumberField> = {}): NumberField => ({ kind: 'number', path, ...more })

const GENERATED_COUNTS = { train: 32000, validation: 8000, test: 2000 }

/** What a kind of dataset begins with. */
export function datasetOfKind(kind: DatasetConfig['kind'], known: DatasetConfig): DatasetConfig {
  const { steps, counts, fresh } = 'steps' in known ? known : { steps: 100, counts: GENERATED_COUNTS, fresh: false }
  switch (kind) {
    case 'copy-first-input':
      return { kind, steps, counts: { ...counts }, fresh }
    case 'denoising':
      return { kind, steps, forbiddenSteps: 5, counts: { ...counts }, fresh }
    case 'mnist':
      return {
        kind,
        order: 'permuted-pixels',
        permutationSeed: 0,
        blankSteps: 0,
        counts: { train: 48000, validation: 12000, test: 10000 },
      }
    case 'file':
      return {
        kind,
        path: '',
        testPath: null,
        task: 'regression',
        columns: null,
        arrays: null,
        targets: 'last-step',
        classes: 'occurring',
        split: { ...DEFAULT_SPLIT },
      }
  }
}

/** What a kind of schedule begins with. */
export function scheduleOfKind(kind: ScheduleConfig['kind']): ScheduleConfig {
  switch (kind) {
    case 'constant':
      return { kind }
    case 'step':
      return { kind, everyEpochs: 10, factor: 0.5 }
    case 'cosine':
      return { kind, finalFactor: 0 }
    case 'warm-restarts':
      return { kind, periodEpochs: 10, periodFactor: 2, finalFactor: 0 }
    case 'plateau':
      return { kind, patienceEpochs: 5, factor: 0.1, minimumFactor: 0 }
  }
}

const wholeRegulariser = (): TrainingConfig['regulariser'] => ({
  weight: 0.1,
  everySteps: 1,
  maxConvergenceSteps: 50,
  target: 0.95,
  epsilon: 1e-4,
})
const wholeVaa = (): MeasuresConfig['vaa'] => ({
  series: 32,
  convergenceSteps: null,
  maxConvergenceSteps: 10_000,
  epsilon: 1e-4,
  draws: 1,
  stopResidual: null,
})
/** Whether VAA is measured until states are at rest, or with an M. */
const isToRest =
  (wanted: boolean) =>
  ({ measures: { vaa } }: ExperimentConfig): boolean =>
    vaa !== null && (vaa.convergenceSteps === null) === wanted

const wholeVaaStar = (): MeasuresConfig['vaaStar'] => ({ series: 32, convergenceSteps: 200, epsilon: 1e-4, draws: 1 })

/** The optimiser of a phase; the learning rate stands with the phase's own fields. */
function optimizerGroup(phase: 'warmup' | 'training'): FieldGroup {
  const path = (name: string): { path: string; text: string } => ({
    path: `${phase}.optimizer.${name}`,
    text: `optimizer.${name}`,
  })
  const uses =
    (...kinds: readonly string[]) =>
    (config: ExperimentConfig): boolean =>
      kinds.includes(config[phase].optimizer.kind)
  const isAdam = uses('adam', 'adamw')
  return {
    id: 'optimizer',
    fields: [
      { kind: 'choice', ...path('kind'), options: ['adam', 'adamw', 'sgd'] },
      { kind: 'number', ...path('beta1'), symbol: 'β₁', least: 0, under: 1, when: isAdam },
      { kind: 'number', ...path('beta2'), symbol: 'β₂', least: 0, under: 1, when: isAdam },
      { kind: 'number', ...path('epsilon'), above: 0, when: isAdam },
      { kind: 'number', ...path('momentum'), least: 0, under: 1, when: uses('sgd') },
      { kind: 'number', ...path('weightDecay'), least: 0 },
      { kind: 'number', ...path('clipNorm'), above: 0, isNullable: true },
    ],
  }
}

const learningRate = (phase: 'warmup' | 'training'): NumberField => ({
  kind: 'number',
  path: `${phase}.optimizer.learningRate`,
  text: 'optimizer.learningRate',
  above: 0,
  isBrief: true,
})

export const SECTIONS: readonly FieldSection[] = [
  {
    id: 'data',
    groups: [
      {
        id: 'task',
        fields: [
          { kind: 'text', path: 'name' },
          {
            kind: 'choice',
            path: 'dataset.kind',
            options: ['copy-first-input', 'denoising', 'mnist', 'file'],
            isBrief: true,
            choose: (config, kind) => {
              config.dataset = datasetOfKind(kind as DatasetConfig['kind'], config.dataset)
            },
          },
          count('dataset.steps', 2, {
            symbol: 'T',
            unit: 'steps',
            when: isKind('copy-first-input', 'denoising'),
            isBrief: true,
          }),
          count('dataset.forbiddenSteps', 5, { symbol: 'N', unit: 'steps', when: isKind('denoising'), isBrief: true }),
          {
            kind: 'choice',
            path: 'dataset.order',
            options: ['pixels', 'permuted-pixels', 'rows', 'permuted-rows'],
            when: isKind('mnist'),
            isBrief: true,
          },
          count('dataset.permutationSeed', 0, {
            when: ({ dataset }) => dataset.kind === 'mnist' && dataset.order.startsWith('permuted'),
          }),
          count('dataset.blankSteps', 0, { symbol: 'p', unit: 'steps', when: isKind('mnist'), isBrief: true }),
          { kind: 'text', path: 'dataset.path', when: isKind('file') },
          { kind: 'text', path: 'dataset.testPath', isNullable: true, when: isKind('file') },
          { kind: 'choice', path: 'dataset.task', options: ['regression', 'classification'], when: isKind('file') },
          { kind: 'choice', path: 'dataset.targets', options: ['last-step', 'marked-steps'], when: isKind('file') },
          {
            kind: 'choice',
            path: 'dataset.classes',
            options: ['occurring', 'numbered'],
            when: ({ dataset }) => dataset.kind === 'file' && dataset.task === 'classification',
          },
        ],
      },
      {
        id: 'counts',
        fields: [
          count('dataset.counts.train', 1, { unit: 'series', when: isKind('copy-first-input', 'denoising', 'mnist') }),
          count('dataset.counts.validation', 0, {
            unit: 'series',
            when: isKind('copy-first-input', 'denoising', 'mnist'),
          }),
          count('dataset.counts.test', 1, { unit: 'series', when: isKind('copy-first-input', 'denoising', 'mnist') }),
          { kind: 'toggle', path: 'dataset.fresh', when: isKind('copy-first-input', 'denoising') },
          number('dataset.split.validation', { least: 0, under: 1, when: isKind('file') }),
          number('dataset.split.test', { least: 0, under: 1, when: isKind('file') }),
          count('dataset.split.seed', 0, { isNullable: true, when: isKind('file') }),
          { kind: 'text', path: 'dataset.split.group', isNullable: true, when: isKind('file') },
          { kind: 'text', path: 'dataset.split.given', isNullable: true, when: isKind('file') },
        ],
      },
    ],
  },
  {
    id: 'warmup',
    groups: [
      {
        id: 'length',
        fields: [
          count('warmup.steps', 0, { symbol: 'S', unit: 'steps', isBrief: true }),
          learningRate('warmup'),
          count('warmup.batch', 2, { symbol: 'B', unit: 'series' }),
        ],
      },
      {
        id: 'curriculum',
        fields: [
          count('warmup.curriculumIncrement', 0, { symbol: 'c', unit: 'steps' }),
          count('warmup.maxConvergenceSteps', 1, { symbol: 'M', unit: 'steps' }),
          number('warmup.target', { symbol: 'k', above: 0, most: 1 }),
          number('warmup.epsilon', { symbol: 'ε', above: 0 }),
          { kind: 'toggle', path: 'warmup.masked' },
        ],
      },
      optimizerGroup('warmup'),
      {
        id: 'restarts',
        fields: [number('warmup.restartAbove', { above: 0, most: 1 }), count('warmup.maxRestarts', 0)],
      },
    ],
  },
  {
    id: 'training',
    groups: [
      {
        id: 'length',
        fields: [
          count('training.steps', 1, { unit: 'steps', isNullable: true, isBrief: true }),
          count('training.epochs', 1, {
            unit: 'epochs',
            isBrief: true,
            when: ({ training }) => training.steps === null,
          }),
          learningRate('training'),
          count('training.batch', 1, { symbol: 'B', unit: 'series', isBrief: true }),
          { kind: 'seeds', path: 'seeds', isBrief: true },
        ],
      },
      {
        id: 'validation',
        fields: [
          count('training.validateEverySteps', 1, { unit: 'steps', isNullable: true }),
          number('training.stopAtLoss', { above: 0, isNullable: true }),
        ],
      },
      optimizerGroup('training'),
      {
        id: 'schedule',
        fields: [
          {
            kind: 'choice',
            path: 'training.schedule.kind',
            options: ['constant', 'step', 'cosine', 'warm-restarts', 'plateau'],
            choose: ({ training }, kind) => {
              training.schedule = scheduleOfKind(kind as ScheduleConfig['kind'])
            },
          },
          count('training.schedule.everyEpochs', 1, { unit: 'epochs', when: isSchedule('step') }),
          count('training.schedule.periodEpochs', 1, { unit: 'epochs', when: isSchedule('warm-restarts') }),
          number('training.schedule.periodFactor', { least: 1, when: isSchedule('warm-restarts') }),
          count('training.schedule.patienceEpochs', 0, { unit: 'epochs', when: isSchedule('plateau') }),
          number('training.schedule.factor', { above: 0, when: isSchedule('step', 'plateau') }),
          number('training.schedule.finalFactor', { least: 0, most: 1, when: isSchedule('cosine', 'warm-restarts') }),
          number('training.schedule.minimumFactor', { least: 0, most: 1, when: isSchedule('plateau') }),
        ],
      },
      {
        id: 'gradients',
        fields: [
          number('training.dropout', { least: 0, under: 1 }),
          count('training.truncateEvery', 1, { unit: 'steps', isNullable: true }),
        ],
      },
      {
        id: 'regulariser',
        fields: [
          { kind: 'optional', path: 'training.regulariser', whole: wholeRegulariser },
          ...[
            number('training.regulariser.weight', { symbol: 'λ', above: 0 }),
            count('training.regulariser.everySteps', 1, { unit: 'steps' }),
            count('training.regulariser.maxConvergenceSteps', 1, { symbol: 'M', unit: 'steps' }),
            number('training.regulariser.target', { symbol: 'k', above: 0, most: 1 }),
            number('training.regulariser.epsilon', { symbol: 'ε', above: 0 }),
          ].map((field) => ({ ...field, when: ({ training }: ExperimentConfig) => training.regulariser !== null })),
        ],
      },
      {
        id: 'checkpoints',
        fields: [
          count('checkpointEverySteps', 1, { unit: 'steps' }),
          count('keepCheckpointEverySteps', 1, { unit: 'steps', isNullable: true }),
        ],
      },
    ],
  },
  {
    id: 'measures',
    isFolded: true,
    groups: [
      {
        id: 'when',
        fields: [
          count('measures.everySteps', 0, { unit: 'steps', isNullable: true, isBrief: true }),
          { kind: 'toggle', path: 'measures.histograms' },
        ],
      },
      {
        id: 'vaa',
        fields: [
          { kind: 'optional', path: 'measures.vaa', whole: wholeVaa },
          ...[
            count('measures.vaa.series', 2, { symbol: 'n', unit: 'series' }),
            count('measures.vaa.convergenceSteps', 1, { symbol: 'M', unit: 'steps', isNullable: true }),
            count('measures.vaa.maxConvergenceSteps', REST_BLOCK_STEPS, {
              symbol: 'M',
              unit: 'steps',
              most: MOST_STEPS_TO_REST,
              when: isToRest(true),
            }),
            number('measures.vaa.epsilon', { symbol: 'ε', above: 0 }),
            count('measures.vaa.draws', 1),
            number('measures.vaa.stopResidual', { above: 0, isNullable: true, when: isToRest(false) }),
          ].map((field) => ({
            ...field,
            when: field.when ?? (({ measures }: ExperimentConfig) => measures.vaa !== null),
          })),
        ],
      },
      {
        id: 'vaaStar',
        fields: [
          { kind: 'optional', path: 'measures.vaaStar', whole: wholeVaaStar },
          ...[
            count('measures.vaaStar.series', 2, { symbol: 'n', unit: 'series', text: 'measures.vaa.series' }),
            count('measures.vaaStar.convergenceSteps', 1, { symbol: 'M', unit: 'steps' }),
            number('measures.vaaStar.epsilon', { symbol: 'ε', above: 0 }),
            count('measures.vaaStar.draws', 1, { text: 'measures.vaa.draws' }),
          ].map((field) => ({ ...field, when: ({ measures }: ExperimentConfig) => measures.vaaStar !== null })),
        ],
      },
    ],
  },
  {
    id: 'engine',
    isFolded: true,
    groups: [{ id: 'engine', fields: [{ kind: 'choice', path: 'backend', options: BACKEND_CHOICES, isBrief: true }] }],
  },
]

export const textKey = ({ text, path }: DesignField): string => `fields.${text ?? path}`

/** @returns what stands at a path; undefined where nothing does */
export function readField(config: ExperimentConfig, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
      config,
    )
}

/** @throws Error when the path leads through what is not there: the table and the configuration differ */
export function writeField(config: ExperimentConfig, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop()!
  const owner = names.length === 0 ? config : readField(config, names.join('.'))
  if (typeof owner !== 'object' || owner === null) throw new Error(`nothing to write ${path} into`)
  ;(owner as Record<string, unknown>)[last] = value
}

/** Every field that matters to a design. */
export function shownFields(config: ExperimentConfig): DesignField[] {
  return SECTIONS.flatMap(({ groups }) => groups.flatMap(({ fields }) => fields)).filter(
    ({ when }) => when?.(config) ?? true,
  )
}

/** `≥ 2`, `> 0, ≤ 1`: the range of a number; empty for none. */
export function rangeText({ least, above, most, under }: NumberField): string {
  const low = least !== undefined ? `≥ ${formatExact(least)}` : above !== undefined ? `> ${formatExact(above)}` : ''
  const high = most !== undefined ? `≤ ${formatExact(most)}` : under !== undefined ? `< ${formatExact(under)}` : ''
  return [low, high].filter((part) => part !== '').join(', ')
}
