/**
 * Where a run stands, as plain data: with the engine's tensors this is all that a resume needs. A checkpoint is made of both
 * here, and both are put back. Writing it down is left to the run's writer.
 */
import type { Engine } from '../backends/backend.ts'
import type { Tensor, TensorMap } from '../numerics/dims.ts'
import { LabError, type LabErrorDetail } from '../errors/errors.ts'
import { isDivergence, type Divergence } from '../runs/divergence.ts'
import type { Checkpoint } from '../runs/run.ts'
import { FRESH_PLATEAU, type PlateauState } from './schedules.ts'
import type { Phase } from '../experiments/phases.ts'

/** Warm-up goes in rounds: in round a, the replicas that are still active make attempt a side by side. */
export interface WarmupProgress {
  round: number
  /** Steps taken in this round. */
  step: number
  measuredBefore: boolean
  /** The round's last step after which measures were taken. */
  measuredStep: number
  /** Per seed: whether it still warms up. */
  active: boolean[]
  /** Per seed: the attempt its values come from. */
  attempts: number[]
  /** Per seed: VAA* a layer of its last check; null for a layer without a warm part. */
  checked: (number | null)[][]
}

export interface TrainingProgress {
  /** Steps taken. */
  step: number
  /** The last steps at which these were done; -1 for never. */
  validatedStep: number
  measuredStep: number
  checkpointedStep: number
  /** Per seed: the lowest validation loss; null before the first. */
  bestLoss: (number | null)[]
  /** Per seed: whether it has reached `stopAtLoss` and is no longer trained. */
  reached: boolean[]
  plateau: PlateauState[]
}

export interface Progress {
  phase: Phase
  /** Per seed: where it diverged and was left out; null for one that goes on. */
  diverged: (Divergence | null)[]
  warmup: WarmupProgress
  training: TrainingProgress
}

/** The best weights of each seed so far; null before the first validation. */
export type BestWeights = (TensorMap | null)[]

const COUNTERS_VERSION = 1

/** Progress before anything is done. @param warmsUp whether the run has a warm-up phase */
export function startProgress(seedCount: number, warmsUp: boolean): Progress {
  const eachSeed = <Value>(value: () => Value): Value[] => Array.from({ length: seedCount }, value)
  return {
    phase: warmsUp ? 'warm-up' : 'training',
    diverged: eachSeed(() => null),
    warmup: {
      round: 0,
      step: 0,
      measuredBefore: false,
      measuredStep: 0,
      active: eachSeed(() => warmsUp),
      attempts: eachSeed(() => 0),
      checked: eachSeed(() => []),
    },
    training: {
      step: 0,
      validatedStep: -1,
      measuredStep: -1,
      checkpointedStep: -1,
      bestLoss: eachSeed(() => null),
      reached: eachSeed(() => false),
      plateau: eachSeed(() => FRESH_PLATEAU),
    },
  }
}

export function copyTensors(tensors: TensorMap): Map<string, Tensor> {
  return new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]))
}

/** Everything a resume needs, by value. */
export async function captureCheckpoint(
  engine: Engine,
  seeds: readonly number[],
  progress: Progress,
  best: BestWeights,
): Promise<Checkpoint> {
  // Copies: the trainer goes on while the writer writes. What the engine hands out is ours.
  const copy = JSON.parse(JSON.stringify(progress)) as Progress
  const tensors = new Map<string, Tensor>()
  const optimizerSteps: number[] = []
  for (const [r, seed] of seeds.entries()) {
    const optimizer = await engine.readOptimizer(r)
    optimizerSteps.push(optimizer.step)
    const { first, second } = optimizer
    const groups = {
      parameters: await engine.readParameters(r),
      first,
      second,
      best: copyTensors(best[r] ?? new Map()),
    }
    for (const [group, values] of Object.entries(groups))
      for (const [name, tensor] of values) tensors.set(`seed${seed}/${group}/${name}`, tensor)
  }
  return { counters: { version: COUNTERS_VERSION, progress: copy, optimizerSteps }, tensors }
}

const refuse = (message: string, detail: LabErrorDetail = {}): LabError =>
  new LabError('checkpoint', message, {
    ...detail,
    remedy: 'Start the run anew, or resume it with the version of the lab that made it.',
  })

/**
 * Where a checkpoint stands.
 * @throws LabError `checkpoint` for counters that no run can have and for another version
 */
export function readProgress(
  { version, progress, optimizerSteps }: Checkpoint['counters'],
  seedCount: number,
): Progress {
  if (version !== COUNTERS_VERSION)
    throw refuse('the counters of the checkpoint have another version.', {
      where: 'checkpoint, version',
      expected: `${COUNTERS_VERSION}`,
      found: JSON.stringify(version) ?? 'none',
    })
  const wrong = findWrongCounter({ progress, optimizerSteps }, seedCount)
  if (wrong !== null) throw refuse('the checkpoint does not say where the run stands.', wrong)
  const { diverged } = progress as Partial<Progress>
  // Those of earlier versions have none: a seed that diverged ended its run.
  return { ...(progress as Progress), diverged: diverged ?? Array.from({ length: seedCount }, () => null) }
}

/**
 * Puts a checkpoint back into the engine.
 * @returns the progress and the best weights
 * @throws LabError `checkpoint` when it was made for another network, other seeds or another version
 */
export async function restoreCheckpoint(
  engine: Engine,
  seeds: readonly number[],
  checkpoint: Checkpoint,
): Promise<{ progress: Progress; best: BestWeights }> {
  const progress = readProgress(checkpoint.counters, seeds.length)
  const best: (TensorMap | null)[] = []
  for (const [r, seed] of seeds.entries()) best.push(await restoreSeed(engine, r, seed, checkpoint))
  return { progress, best }
}

/**
 * Puts one seed of a checkpoint back into the engine.
 * @returns its best weights; null before the first validation
 * @throws LabError `checkpoint` for one of another network or other seeds
 */
export async function restoreSeed(
  engine: Engine,
  r: number,
  seed: number,
  { counters: { optimizerSteps }, tensors }: Checkpoint,
): Promise<TensorMap | null> {
  const groupOf = (group: string): Map<string, Tensor> => {
    const values = new Map<string, Tensor>()
    for (const { name, shape } of engine.network.parameters) {
      const tensor = tensors.get(`seed${seed}/${group}/${name}`)
      if (tensor === undefined) continue
      if (tensor.shape.join() !== shape.join())
        throw refuse(`\`seed${seed}/${group}/${name}\` is [${tensor.shape.join(', ')}] and not [${shape.join(', ')}].`)
      values.set(name, tensor)
    }
    return values
  }
  const parameters = groupOf('parameters')
  const missing = engine.network.parameters.find(({ name }) => !parameters.has(name))
  if (missing !== undefined) throw refuse(`the checkpoint lacks \`seed${seed}/parameters/${missing.name}\`.`)
  await engine.writeParameters(r, parameters)
  await engine.writeOptimizer(r, {
    step: (optimizerSteps as number[])[r]!,
    first: groupOf('first'),
    second: groupOf('second'),
  })
  const best = groupOf('best')
  return best.size === engine.network.parameters.length ? copyTensors(best) : null
}

type Check = readonly [expected: string, holds: (value: unknown, seedCount: number) => boolean]

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isFiniteOrNull = (value: unknown): boolean => value === null || Number.isFinite(value)
const counter: Check = ['a count', isCount]
const lastStep: Check = ['a count or -1', (value) => value === -1 || isCount(value)]
const isFlag = (value: unknown): boolean => typeof value === 'boolean'
const flag: Check = ['true or false', isFlag]
const seedList = (expected: string, holds: (entry: unknown) => boolean): Check => [
  `a list of ${expected}, one a seed`,
  (value, seedCount) => Array.isArray(value) && value.length === seedCount && value.every(holds),
]
const isDivergedList = (value: unknown, seedCount: number): boolean =>
  value === undefined ||
  (Array.isArray(value) && value.length === seedCount && value.every((entry) => entry === null || isDivergence(entry)))
const isPlateau = (entry: unknown): boolean => {
  const { bestLoss, badEpochCount, factor } = (entry ?? {}) as Partial<PlateauState>
  return isFiniteOrNull(bestLoss) && isCount(badEpochCount) && Number.isFinite(factor) && factor! >= 0
}

/** Every counter by its path. */
const COUNTERS: Readonly<Record<string, Check>> = {
  'progress.phase': [
    'warm-up, training or test',
    (value) => value === 'warm-up' || value === 'training' || value === 'test',
  ],
  'progress.diverged': ['a list of diverged seeds and null, one a seed', isDivergedList],
  'progress.warmup.round': counter,
  'progress.warmup.step': counter,
  'progress.warmup.measuredBefore': flag,
  'progress.warmup.measuredStep': counter,
  'progress.warmup.active': seedList('true and false', isFlag),
  'progress.warmup.attempts': seedList('counts', isCount),
  'progress.warmup.checked': seedList(
    'lists of numbers',
    (entry) => Array.isArray(entry) && entry.every(isFiniteOrNull),
  ),
  'progress.training.step': counter,
  'progress.training.validatedStep': lastStep,
  'progress.training.measuredStep': lastStep,
  'progress.training.checkpointedStep': lastStep,
  'progress.training.bestLoss': seedList('numbers or null', isFiniteOrNull),
  'progress.training.reached': seedList('true and false', isFlag),
  'progress.training.plateau': seedList('states of the schedule', isPlateau),
  optimizerSteps: seedList('counts', isCount),
}

/** @returns where the first wrong counter stands, null when none is wrong */
function findWrongCounter(counters: unknown, seedCount: number): LabErrorDetail | null {
  for (const [where, [expected, holds]] of Object.entries(COUNTERS)) {
    let value = counters
    for (const key of where.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[key]
    if (!holds(value, seedCount)) return { where: `checkpoint, ${where}`, expected, found: describeValue(value) }
  }
  return null
}

/** JSON writes a number that is not finite as null. */
function describeValue(value: unknown): string {
  return (
    JSON.stringify(value, (_, entry: unknown) =>
      typeof entry === 'number' && !Number.isFinite(entry) ? String(entry) : entry,
    )?.slice(0, 60) ?? 'nothing'
  )
}
