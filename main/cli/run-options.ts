/**
 * The flags of `lab run`, each with its place in the configuration. One table: help, parsing and documentation agree; what may stand there, and
 * what does where nobody says anything, is the schema's.
 */
import { listNames } from '../../shared/backends/names.ts'
import { fieldRule, fieldRules, rangeText, type FieldRule } from '../../shared/experiments/field-rules.ts'

export interface RunOption {
  readonly flags: string
  readonly description: string
  /** Dotted path; `layers.*` means every layer. Empty for the preset, which is no field. */
  readonly field: string
}

export const RUN_OPTIONS: readonly RunOption[] = [
  { flags: '--preset <NAME>', description: 'start from a preset (see `lab presets`)', field: '' },
  { flags: '--cell <NAME>', description: 'a cell of the lab, or a file with equations', field: 'layers.*.cell' },
  { flags: '--units <H>', description: 'hidden units of every layer', field: 'layers.*.units' },
  { flags: '--layers <N>', description: 'number of layers', field: 'layers.length' },
  { flags: '--strategy <LIST>', description: 'strategies, separated by commas', field: 'strategies' },
  { flags: '--seeds <LIST>', description: 'seeds, as `0,1,2` or `0-4`', field: 'seeds' },
  { flags: '--sequence-length <T>', description: 'steps of a generated series', field: 'dataset.steps' },
  { flags: '--forbidden-steps <N>', description: 'N of the denoising benchmark', field: 'dataset.forbiddenSteps' },
  { flags: '--train-samples <N>', description: 'training series', field: 'dataset.counts.train' },
  { flags: '--validation-samples <N>', description: 'validation series', field: 'dataset.counts.validation' },
  { flags: '--test-samples <N>', description: 'test series', field: 'dataset.counts.test' },
  { flags: '--warmup-steps <S>', description: 'gradient steps of the warm-up', field: 'warmup.steps' },
  {
    flags: '--warmup-learning-rate <LR>',
    description: 'learning rate of the warm-up',
    field: 'warmup.optimizer.learningRate',
  },
  { flags: '--epochs <N>', description: 'training epochs', field: 'training.epochs' },
  { flags: '--steps <N>', description: 'training steps, instead of epochs', field: 'training.steps' },
  { flags: '--batch <B>', description: 'series in a training batch', field: 'training.batch' },
  {
    flags: '--learning-rate <LR>',
    description: 'learning rate of the training',
    field: 'training.optimizer.learningRate',
  },
  { flags: '--clip-norm <X>', description: 'largest norm of the gradient', field: 'training.optimizer.clipNorm' },
  { flags: '--backend <NAME>', description: 'engine', field: 'backend' },
]

/** How a flag's text is read. */
export function valueKind({ field }: RunOption): 'number' | 'list' | 'text' {
  if (field === '') return 'text'
  const { type } = fieldRule(field)
  return type === 'number' || type === 'list' ? type : 'text'
}

/** For the help. @param hasDefaults whether a configuration begins with the schema's defaults, as a fork's does not */
export function describeOption({ description, field }: RunOption, hasDefaults = true): string {
  if (field === '') return description
  const rules = fieldRules(field)
  const facts = [
    byKind(rules, ({ options }) => listNames(options)),
    byKind(rules, (rule) => rangeText(rule)),
    ...(hasDefaults
      ? [byKind(rules, defaultText)].filter((text) => text !== '').map((text) => `default: ${text}`)
      : []),
  ]
  const told = facts.filter((fact) => fact !== '').join('; ')
  return told === '' ? description : `${description} (${told})`
}

function defaultText({ default: value }: FieldRule): string {
  return value === undefined || value === null ? '' : Array.isArray(value) ? value.join(',') : String(value)
}

/** One text where all kinds of dataset agree. */
function byKind(rules: readonly FieldRule[], textOf: (rule: FieldRule) => string): string {
  const texts = [...new Set(rules.map(textOf))]
  return texts.length === 1 ? texts[0]! : `${texts.join(' or ')}, by dataset`
}
