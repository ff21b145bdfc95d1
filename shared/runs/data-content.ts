/**
 * What the file of series of a run held: a digest of its bytes and the shapes that were read from it. It stands in the record, so that a run
 * never goes on with, and is never measured on, other data unnoticed. Reading files is left to main/store.
 */
import type { Dataset } from '../datasets/dataset.ts'
import { LabError } from '../errors/errors.ts'

export interface FileDigest {
  /** Of the file's bytes, in hex. */
  readonly sha256: string
  readonly bytes: number
}

/** Of the file of series. */
export interface DataContent extends FileDigest {
  /** Of a second file, which holds the test series; null where there is none. */
  readonly test: FileDigest | null
  /** In training, validation and test. */
  readonly seriesCount: number
  /** Of them, those of training; runs of earlier versions do not say it. */
  readonly trainCount?: number
  /** T, the longest series. */
  readonly maxSteps: number
  /** I */
  readonly inputSize: number
  /** O: outputs, or classes. */
  readonly outputSize: number
  /** [O] of a classification; null for a regression. */
  readonly classNames: readonly string[] | null
}

export interface RunData extends DataContent {
  /** What it held before, each time that the user said to go on with other data; the first is what the run began with. */
  readonly earlier: readonly DataContent[]
}

export function contentOf(dataset: Dataset, digest: FileDigest, test: FileDigest | null): DataContent {
  const { counts, maxSteps, inputSize, outputSize, classNames } = dataset
  const seriesCount = counts.train + counts.validation + counts.test
  return { ...digest, test, seriesCount, trainCount: counts.train, maxSteps, inputSize, outputSize, classNames }
}

export function isSameContent(one: DataContent, other: DataContent): boolean {
  return one.sha256 === other.sha256 && one.test?.sha256 === other.test?.sha256
}

/** What a record says from now on; one that said nothing begins with it. */
export function withContent(known: RunData | null, content: DataContent): RunData {
  if (known === null) return { ...content, earlier: [] }
  if (isSameContent(known, content)) return known
  const { earlier, ...before } = known
  return { ...content, earlier: [...earlier, before] }
}

/** `120 series of at most 50 steps, I = 3, classes a, b` */
export function describeContent({ seriesCount, maxSteps, inputSize, outputSize, classNames }: DataContent): string {
  const outputs = classNames === null ? `O = ${outputSize}` : `classes ${classNames.join(', ')}`
  return `${seriesCount} series of at most ${maxSteps} steps, I = ${inputSize}, ${outputs}`
}

/** On the command line, and in the app. */
export const SAY_PLACE = '`--data FILE`, or in the app Data, at the run'

/** A file that holds something else than the run began with. */
export class OtherDataError extends LabError {
  constructor(known: FileDigest, found: FileDigest, where: string) {
    const describe = ({ sha256, bytes }: FileDigest): string => `SHA-256 ${sha256}, ${bytes} bytes`
    super('dataset', 'this is not the data that the run began with.', {
      where,
      expected: describe(known),
      found: describe(found),
      remedy: `Put the file back, or say where it lies now: ${SAY_PLACE}. To go on with other data, which the record then says: \`--other-data\`.`,
    })
  }
}

/** The weights of a run fit the inputs and outputs that it began with. @throws LabError `dataset` */
export function requireSameShapes(known: DataContent, found: DataContent, where: string): void {
  const isRegression = (content: DataContent): boolean => content.classNames === null
  if (
    known.inputSize === found.inputSize &&
    known.outputSize === found.outputSize &&
    isRegression(known) === isRegression(found)
  )
    return
  throw new LabError('dataset', 'the weights of the run do not fit this other data.', {
    where,
    expected: describeContent(known),
    found: describeContent(found),
    remedy: 'Take data of as many inputs and outputs, or start a new run with it.',
  })
}
