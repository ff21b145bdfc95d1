/**
 * Every hyperparameter of a configuration as a row of one table: where it stands, when it matters, and what a choice brings along. The form is
 * made from it; what a field is and may be, its default, unit and symbol are the schema's (field-rules.ts), words stand in locales/en-fields.ts
 * under the row's `text`; LayerEditor.vue shows `layers`.
 */
import type { DatasetConfig, ExperimentConfig, ScheduleConfig } from '../../shared/experiments/config.ts'
import { fieldRule, withDefaults } from '../../shared/experiments/field-rules.ts'

interface FieldBase {
  /** Place in the configuration: `warmup.optimizer.beta1`. */
  readonly path: string
  /** Key of its words, where several fields share them. */
  readonly text?: string
  /** Whether the field matters to this design; always, where absent. */
  readonly when?: (config: ExperimentConfig) => boolean
  /** Stands in the title of a folded section. */
  readonly isBrief?: boolean
}

/** Where it may be null, empty means null, and `….empty` among the words says what that is. */
export interface ValueField extends FieldBase {
  readonly kind: 'number' | 'text' | 'seeds' | 'toggle'
}

export interface ChoiceField extends FieldBase {
  readonly kind: 'choice'
  /** What a choice brings along; by default the value alone is written. */
  readonly choose?: (config: ExperimentConfig, value: string) => void
}

/** A group that may be absent (null) altogether. */
export interface OptionalField extends FieldBase {
  readonly kind: 'optional'
  readonly whole: () => unknown
}

export type DesignField = ValueField | ChoiceField | OptionalField

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

/** A field whose control is that of its type in the schema. */
function field(path: string, more: Omit<FieldBase, 'path'> & Pick<ChoiceField, 'choose'> = {}): DesignField {
  const { type } = fieldRule(path)
  switch (type) {
    case 'number':
    case 'text':
      return { kind: type, path, ...more }
    case 'boolean':
      return { kind: 'toggle', path, ...more }
    case 'choice':
      return { kind: 'choice', path, ...more }
    case 'group':
      return { kind: 'optional', path, whole: () => withDefaults(path, FIRST_VALUES[path] ?? {}), ...more }
    case 'list':
      throw new Error(`A list has no control of its own: ${path}`)
  }
}

/** Steps of a series in a form that came from another kind of data: those of the preset `quick`. */
const FIRST_STEPS = 100
/**
 * Where the schema has no default, since a file has to say it, a form must begin somewhere nevertheless. Everything else begins with the schema's
 * default.
 */
const FIRST_DATASETS: Readonly<Record<DatasetConfig['kind'], object>> = {
  'copy-first-input': { steps: FIRST_STEPS },
  denoising: { steps: FIRST_STEPS, forbiddenSteps: fieldRule('dataset.forbiddenSteps').least },
  mnist: {},
  file: { path: '', task: 'regression' },
}
const FIRST_SCHEDULES: Readonly<Record<ScheduleConfig['kind'], object>> = {
  constant: {},
  step: { everyEpochs: 10, factor: 0.5 },
  cosine: {},
  'warm-restarts': { periodEpochs: 10 },
  plateau: { patienceEpochs: 5 },
}
const FIRST_VALUES: Readonly<Record<string, object>> = { 'training.regulariser': { weight: 0.1 } }

/** What a kind of dataset begins with; of another kind of the same sort it keeps the series. */
export function datasetOfKind(kind: DatasetConfig['kind'], known: DatasetConfig): DatasetConfig {
  const isGenerated = kind === 'copy-first-input' || kind === 'denoising'
  const kept = isGenerated && 'steps' in known ? { steps: known.steps, counts: known.counts, fresh: known.fresh } : {}
  return withDefaults('dataset', { ...FIRST_DATASETS[kind], ...kept, kind }) as DatasetConfig
}

/** What a kind of schedule begins with. */
export function scheduleOfKind(kind: ScheduleConfig['kind']): ScheduleConfig {
  return withDefaults('training.schedule', { ...FIRST_SCHEDULES[kind], kind }) as ScheduleConfig
}

/** Whether VAA is measured until states are at rest, or with an M. */
const isToRest =
  (wanted: boolean) =>
  ({ measures: { vaa } }: ExperimentConfig): boolean =>
    vaa !== null && (vaa.convergenceSteps === null) === wanted

/** Fields of a group that may be absent: they matter while it is there. */
const within = (isThere: (config: ExperimentConfig) => boolean, fields: readonly DesignField[]): DesignField[] =>
  fields.map((each) => ({ ...each, when: each.when ?? isThere }))

/** The optimiser of a phase; the learning rate stands with the phase's own fields. */
function optimizerGroup(phase: 'warmup' | 'training'): FieldGroup {
  const own = (name: string, when?: FieldBase['when']): DesignField =>
    field(`${phase}.optimizer.${name}`, { text: `optimizer.${name}`, when })
  const uses =
    (...kinds: readonly string[]) =>
    (config: ExperimentConfig): boolean =>
      kinds.includes(config[phase].optimizer.kind)
  const isAdam = uses('adam', 'adamw')
  return {
    id: 'optimizer',
    fields: [
      own('kind'),
      own('beta1', isAdam),
      own('beta2', isAdam),
      own('epsilon', isAdam),
      own('momentum', uses('sgd')),
      own('weightDecay'),
      own('clipNorm'),
    ],
  }
}

const learningRate = (phase: 'warmup' | 'training'): DesignField =>
  field(`${phase}.optimizer.learningRate`, { text: 'optimizer.learningRate', isBrief: true })

export const SECTIONS: readonly FieldSection[] = [
  {
    id: 'data',
    groups: [
      {
        id: 'task',
        fields: [
          field('name'),
          field('dataset.kind', {
            isBrief: true,
            choose: (config, kind) => {
              config.dataset = datasetOfKind(kind as DatasetConfig['kind'], config.dataset)
            },
          }),
          field('dataset.steps', {
            when: isKind('copy-first-input', 'denoising'),
            isBrief: true,
          }),
          field('dataset.forbiddenSteps', { when: isKind('denoising'), isBrief: true }),
          field('dataset.order', {
            when: isKind('mnist'),
            isBrief: true,
          }),
          field('dataset.permutationSeed', {
            when: ({ dataset }) => dataset.kind === 'mnist' && dataset.order.startsWith('permuted'),
          }),
          field('dataset.blankSteps', { when: isKind('mnist'), isBrief: true }),
          field('dataset.path', { when: isKind('file') }),
          field('dataset.testPath', { when: isKind('file') }),
          field('dataset.task', { when: isKind('file') }),
          field('dataset.targets', { when: isKind('file') }),
          field('dataset.classes', {
            when: ({ dataset }) => dataset.kind === 'file' && dataset.task === 'classification',
          }),
        ],
      },
      {
        id: 'counts',
        fields: [
          field('dataset.counts.train', { when: isKind('copy-first-input', 'denoising', 'mnist') }),
          field('dataset.counts.validation', {
            when: isKind('copy-first-input', 'denoising', 'mnist'),
          }),
          field('dataset.counts.test', { when: isKind('copy-first-input', 'denoising', 'mnist') }),
          field('dataset.fresh', { when: isKind('copy-first-input', 'denoising') }),
          field('dataset.split.validation', { when: isKind('file') }),
          field('dataset.split.test', { when: isKind('file') }),
          field('dataset.split.seed', { when: isKind('file') }),
          field('dataset.split.group', { when: isKind('file') }),
          field('dataset.split.given', { when: isKind('file') }),
        ],
      },
    ],
  },
  {
    id: 'warmup',
    groups: [
      {
        id: 'length',
        fields: [field('warmup.steps', { isBrief: true }), learningRate('warmup'), field('warmup.batch')],
      },
      {
        id: 'curriculum',
        fields: [
          field('warmup.curriculumIncrement'),
          field('warmup.maxConvergenceSteps'),
          field('warmup.target'),
          field('warmup.epsilon'),
          field('warmup.masked'),
        ],
      },
      optimizerGroup('warmup'),
      {
        id: 'restarts',
        fields: [field('warmup.restartAbove'), field('warmup.maxRestarts')],
      },
    ],
  },
  {
    id: 'training',
    groups: [
      {
        id: 'length',
        fields: [
          field('training.steps', { isBrief: true }),
          field('training.epochs', {
            isBrief: true,
            when: ({ training }) => training.steps === null,
          }),
          learningRate('training'),
          field('training.batch', { isBrief: true }),
          { kind: 'seeds', path: 'seeds', isBrief: true },
        ],
      },
      {
        id: 'validation',
        fields: [field('training.validateEverySteps'), field('training.stopAtLoss')],
      },
      optimizerGroup('training'),
      {
        id: 'schedule',
        fields: [
          field('training.schedule.kind', {
            choose: ({ training }, kind) => {
              training.schedule = scheduleOfKind(kind as ScheduleConfig['kind'])
            },
          }),
          field('training.schedule.everyEpochs', { when: isSchedule('step') }),
          field('training.schedule.periodEpochs', { when: isSchedule('warm-restarts') }),
          field('training.schedule.periodFactor', { when: isSchedule('warm-restarts') }),
          field('training.schedule.patienceEpochs', { when: isSchedule('plateau') }),
          field('training.schedule.factor', { when: isSchedule('step', 'plateau') }),
          field('training.schedule.finalFactor', { when: isSchedule('cosine', 'warm-restarts') }),
          field('training.schedule.minimumFactor', { when: isSchedule('plateau') }),
        ],
      },
      {
        id: 'gradients',
        fields: [field('training.dropout'), field('training.truncateEvery')],
      },
      {
        id: 'regulariser',
        fields: [
          field('training.regulariser'),
          ...within(
            ({ training }) => training.regulariser !== null,
            [
              field('training.regulariser.weight'),
              field('training.regulariser.everySteps'),
              field('training.regulariser.maxConvergenceSteps'),
              field('training.regulariser.target'),
              field('training.regulariser.epsilon'),
            ],
          ),
        ],
      },
      {
        id: 'checkpoints',
        fields: [field('checkpointEverySteps'), field('keepCheckpointEverySteps')],
      },
    ],
  },
  {
    id: 'measures',
    isFolded: true,
    groups: [
      {
        id: 'when',
        fields: [field('measures.everySteps', { isBrief: true }), field('measures.histograms')],
      },
      {
        id: 'vaa',
        fields: [
          field('measures.vaa'),
          ...within(
            ({ measures }) => measures.vaa !== null,
            [
              field('measures.vaa.series'),
              field('measures.vaa.convergenceSteps'),
              field('measures.vaa.maxConvergenceSteps', {
                when: isToRest(true),
              }),
              field('measures.vaa.epsilon'),
              field('measures.vaa.draws'),
              field('measures.vaa.stopResidual', { when: isToRest(false) }),
            ],
          ),
        ],
      },
      {
        id: 'vaaStar',
        fields: [
          field('measures.vaaStar'),
          ...within(
            ({ measures }) => measures.vaaStar !== null,
            [
              field('measures.vaaStar.series', { text: 'measures.vaa.series' }),
              field('measures.vaaStar.convergenceSteps'),
              field('measures.vaaStar.epsilon'),
              field('measures.vaaStar.draws', { text: 'measures.vaa.draws' }),
            ],
          ),
        ],
      },
    ],
  },
  {
    id: 'engine',
    isFolded: true,
    groups: [{ id: 'engine', fields: [field('backend', { isBrief: true })] }],
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
