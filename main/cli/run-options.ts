/** The flags of `lab run`, each with its place in the configuration. One table: help, parsing and documentation agree. */
import { BACKEND_CHOICES, listNames } from '../../shared/backends/names.ts'

export interface RunOption {
  readonly flags: string
  readonly description: string
  /** Dotted path; `layers.*` means every layer. */
  readonly field: string
  readonly kind: 'number' | 'text' | 'list'
}

export const RUN_OPTIONS: readonly RunOption[] = [
  { flags: '--preset <NAME>', description: 'start from a preset (see `lab presets`)', field: '', kind: 'text' },
  {
    flags: '--cell <NAME>',
    description: 'a cell of the lab, or a file with equations',
    field: 'layers.*.cell',
    kind: 'text',
  },
  { flags: '--units <H>', description: 'hidden units of every layer', field: 'layers.*.units', kind: 'number' },
  { flags: '--layers <N>', description: 'number of layers', field: 'layers.length', kind: 'number' },
  {
    flags: '--strategy <LIST>',
    description: 'none, warmed-up, double; separated by commas',
    field: 'strategies',
    kind: 'list',
  },
  { flags: '--seeds <LIST>', description: 'seeds, as `0,1,2` or `0-4`', field: 'seeds', kind: 'text' },
  {
    flags: '--sequence-length <T>',
    description: 'steps of a generated series',
    field: 'dataset.steps',
    kind: 'number',
  },
  {
    flags: '--forbidden-steps <N>',
    description: 'N of the denoising benchmark',
    field: 'dataset.forbiddenSteps',
    kind: 'number',
  },
  { flags: '--train-samples <N>', description: 'training series', field: 'dataset.counts.train', kind: 'number' },
  {
    flags: '--validation-samples <N>',
    description: 'validation series',
    field: 'dataset.counts.validation',
    kind: 'number',
  },
  { flags: '--test-samples <N>', description: 'test series', field: 'dataset.counts.test', kind: 'number' },
  { flags: '--warmup-steps <S>', description: 'gradient steps of the warm-up', field: 'warmup.steps', kind: 'number' },
  {
    flags: '--warmup-learning-rate <LR>',
    description: 'learning rate of the warm-up',
    field: 'warmup.optimizer.learningRate',
    kind: 'number',
  },
  { flags: '--epochs <N>', description: 'training epochs', field: 'training.epochs', kind: 'number' },
  { flags: '--steps <N>', description: 'training steps, instead of epochs', field: 'training.steps', kind: 'number' },
  { flags: '--batch <B>', description: 'series in a training batch', field: 'training.batch', kind: 'number' },
  {
    flags: '--learning-rate <LR>',
    description: 'learning rate of the training',
    field: 'training.optimizer.learningRate',
    kind: 'number',
  },
  {
    flags: '--clip-norm <X>',
    description: 'largest norm of the gradient',
    field: 'training.optimizer.clipNorm',
    kind: 'number',
  },
  { flags: '--backend <NAME>', description: listNames(BACKEND_CHOICES), field: 'backend', kind: 'text' },
]
