/**
 * What a dataset is made from: its part of a configuration, checked, and the bytes it reads. The types accept the
 * configuration's own (experiments/config.ts, which stands after this folder); reading files is left to the host.
 */
import type { Split } from './dataset.ts'
import { LabError } from '../errors/errors.ts'

/** Series in each split. */
export type SplitCounts = Readonly<Record<Split, number>>

export interface CopyFirstInputOptions {
  readonly kind: 'copy-first-input'
  /** T */
  readonly steps: number
  readonly counts: SplitCounts
}

/** Of the denoising benchmark: so many values are marked, and told at the end. */
export const REMEMBERED_VALUES = 5

export interface DenoisingOptions {
  readonly kind: 'denoising'
  /** T */
  readonly steps: number
  /** N: no value to be remembered comes in the last N steps. */
  readonly forbiddenSteps: number
  readonly counts: SplitCounts
}

/** What its files hold. */
export const MNIST_IMAGES = { train: 60_000, test: 10_000 } as const
export const MNIST_ORDERS = ['pixels', 'permuted-pixels', 'rows', 'permuted-rows'] as const
export type MnistOrder = (typeof MNIST_ORDERS)[number]

export interface MnistOptions {
  readonly kind: 'mnist'
  readonly order: MnistOrder
  readonly permutationSeed: number
  /** p, steps of value 0 after the image. */
  readonly blankSteps: number
  /** train + validation, and test, of at most MNIST_IMAGES. */
  readonly counts: SplitCounts
}

export interface CsvColumns {
  readonly series: string
  readonly step: string
  readonly inputs: readonly string[]
  readonly targets: readonly string[]
}

export interface NpzArrays {
  readonly inputs: string
  readonly targets: string
  readonly lengths: string | null
  readonly mask: string | null
}

/** How the series of a file come into training, validation and test. */
export interface SplitOptions {
  /** Fraction of the series that is held out for validation; 0: there is no validation. */
  readonly validation: number
  readonly test: number
  /** Draws who stands where, the same for every seed of a run; null: each seed of a run draws a split of its own. */
  readonly seed: number | null
  /** The column (CSV) or array (NPZ) that says whose each series is: all series of one group stand on one side. */
  readonly group: string | null
  /** The column or array that says `train`, `validation` or `test` of each series. */
  readonly given: string | null
}

export const TASKS = ['regression', 'classification'] as const
/** Where a network is read out. */
export const TARGET_PLACES = ['last-step', 'marked-steps'] as const
/** Of a classification: a class for each label that occurs, or for each number from 0 to the largest label. */
export const CLASS_TABLES = ['occurring', 'numbered'] as const

export interface FileOptions {
  readonly kind: 'file'
  readonly path: string
  /** A second file, all of whose series are for the test; the first has the others. */
  readonly testPath: string | null
  readonly task: (typeof TASKS)[number]
  /** Of a text in long form; ignored for other files. */
  readonly columns: CsvColumns | null
  /** Of an NPZ; null: `inputs`, `targets`, and `lengths` and `mask` where they are there. Ignored for other files. */
  readonly arrays: NpzArrays | null
  readonly targets: (typeof TARGET_PLACES)[number]
  readonly classes: (typeof CLASS_TABLES)[number]
  readonly split: SplitOptions
}

export type DatasetOptions = CopyFirstInputOptions | DenoisingOptions | MnistOptions | FileOptions

/** The four files of MNIST in IDX form. */
export interface MnistFiles {
  readonly trainImages: Uint8Array
  readonly trainLabels: Uint8Array
  readonly testImages: Uint8Array
  readonly testLabels: Uint8Array
}

/** The bytes a dataset reads, loaded beforehand by the host; each throws a LabError for what was not loaded. */
export interface DatasetSources {
  mnist(): MnistFiles
  file(path: string): Uint8Array
}

/** Checks a whole number of the configuration. @throws LabError `config` */
export function requireInteger(where: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`
  throw new LabError('config', 'this setting of the dataset is out of range.', {
    where,
    expected: `a whole number ${range}`,
    found: `${value}`,
    remedy: `Set \`${where}\` within that range.`,
  })
}

/** Checks the counts: at least one training series; validation and test may be empty. @throws LabError `config` */
export function requireCounts({ train, validation, test }: SplitCounts): void {
  requireInteger('dataset.counts.train', train, 1)
  requireInteger('dataset.counts.validation', validation, 0)
  requireInteger('dataset.counts.test', test, 0)
}
