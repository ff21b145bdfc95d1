/**
 * Which series come when: a seed and a step enter, indices into the training part leave. Every order is addressed by
 * (seed, epoch), so a resume needs no more than the step. Filling the batch is left to the dataset.
 */
import { LabError } from '../errors/errors.ts'
import { RandomStream, type DrawPurpose } from '../numerics/random.ts'

/** Streams of warm-up are addressed by attempt * this + step (or pass). */
export const WARMUP_ATTEMPT_STRIDE = 1e6
/** Where the series of warm-up start in a dataset that never repeats one: beyond any training step's. */
export const FRESH_WARMUP_OFFSET = 2 ** 32

/** The part of a dataset that training reads. */
export interface TrainingPart {
  readonly seed: number
  /** Series in the training part. */
  readonly count: number
  /** Series an optimiser step. */
  readonly batch: number
  /** Whether each step reads series that were never seen. */
  readonly fresh: boolean
}

/** Steps of an epoch; the last batch of a reshuffled pass may be smaller. */
export function stepsPerEpoch(count: number, batch: number): number {
  return Math.ceil(count / batch)
}

/** A memory of the last permutation, which a whole epoch reads. */
function rememberPermutation(seed: number, purpose: DrawPurpose, count: number): (index: number) => Int32Array {
  let knownIndex = -1
  let known = new Int32Array(0)
  return (index) => {
    if (index !== knownIndex) {
      known = new RandomStream(seed, purpose, index).permutation(count) as Int32Array<ArrayBuffer>
      knownIndex = index
    }
    return known
  }
}

function consecutive(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}

/**
 * The series of each training step: reshuffled passes over the training part, one an epoch, or consecutive new ones.
 * @returns from steps taken so far to indices, at most `batch` of them
 */
export function trainingOrder({ seed, count, batch, fresh }: TrainingPart): (step: number) => ArrayLike<number> {
  if (fresh) return (step) => consecutive(step * batch, batch)
  const stepCount = stepsPerEpoch(count, batch)
  const permutation = rememberPermutation(seed, 'order', count)
  return (step) => {
    const position = (step % stepCount) * batch
    return permutation(Math.floor(step / stepCount)).subarray(position, position + batch)
  }
}

/**
 * The series of each warm-up step: full batches from reshuffled passes over the training part (Algorithm 3).
 * @returns from (attempt, step within the attempt) to `batch` indices
 * @throws LabError `config` when the training part does not fill a batch
 */
export function warmupOrder({
  seed,
  count,
  batch,
  fresh,
}: TrainingPart): (attempt: number, step: number) => ArrayLike<number> {
  if (fresh)
    return (attempt, step) => consecutive(FRESH_WARMUP_OFFSET + (attempt * WARMUP_ATTEMPT_STRIDE + step) * batch, batch)
  const batchesPerPass = Math.floor(count / batch)
  if (batchesPerPass === 0)
    throw new LabError('config', 'warm-up reads full batches of the training part.', {
      where: 'warmup.batch',
      expected: `at most ${count}, the training series`,
      found: `${batch}`,
      remedy: 'Lower `warmup.batch` or give more training series.',
    })
  const permutation = rememberPermutation(seed, 'warm-up-order', count)
  return (attempt, step) => {
    const pass = Math.floor(step / batchesPerPass)
    const position = (step % batchesPerPass) * batch
    return permutation(attempt * WARMUP_ATTEMPT_STRIDE + pass).subarray(position, position + batch)
  }
}
