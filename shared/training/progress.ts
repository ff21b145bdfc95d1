/**
 * Where a run stands, as plain data: with the engine's tensors this is all that a resume needs. A checkpoint is made of both
 * here, and both are put back. Writing it down is left to the run's writer.
 */
import type { Engine } from '../backends/backend.ts'
import type { Tensor, TensorMap } from '../numerics/dims.ts'
import { LabError } from '../protocol/errors.ts'
import type { Checkpoint } from '../runs/run.ts'
import { FRESH_PLATEAU, type PlateauState } from './schedules.ts'

export type Phase = 'warm-up' | 'training' | 'test'

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
  /** Per seed: whether it has reached `stopAtLoss` and trains no more. */
  reached: boolean[]
  plateau: PlateauState[]
}

export interface Progress {
  phase: Phase
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
export function captureCheckpoint(
  engine: Engine,
  seeds: readonly number[],
  progress: Progress,
  best: BestWeights,
): Checkpoint {
  const tensors = new Map<string, Tensor>()
  const optimizerSteps: number[] = []
  seeds.forEach((seed, r) => {
    const optimizer = engine.readOptimizer(r)
    optimizerSteps.push(optimizer.step)
    const groups = { parameters: engine.readParameters(r), first: optimizer.first, second: optimizer.second }
    for (const [group, values] of Object.entries({ ...groups, best: best[r] ?? new Map<string, Tensor>() }))
      for (const [name, tensor] of copyTensors(values)) tensors.set(`seed${seed}/${group}/${name}`, tensor)
  })
  // A copy: the trainer goes on while the writer writes.
  const copy = JSON.parse(JSON.stringify(progress)) as Progress
  return { counters: { version: COUNTERS_VERSION, progress: copy, optimizerSteps }, tensors }
}

/**
 * Puts a checkpoint back into the engine.
 * @returns the progress and the best weights
 * @throws LabError `checkpoint` when it was made for another network, other seeds or another version
 */
export function restoreCheckpoint(
  engine: Engine,
  seeds: readonly number[],
  { counters, tensors }: Checkpoint,
): { progress: Progress; best: BestWeights } {
  const { version, progress, optimizerSteps } = counters
  const refuse = (message: string): LabError =>
    new LabError('checkpoint', message, {
      remedy: 'Start the run anew, or resume it with the version of the lab that made it.',
    })
  if (version !== COUNTERS_VERSION)
    throw refuse(`the checkpoint has version ${String(version)}, this lab reads ${COUNTERS_VERSION}.`)
  if (!isProgress(progress, seeds.length) || !isNumberList(optimizerSteps, seeds.length))
    throw refuse('the checkpoint does not say where the run stands.')
  const groupOf = (seed: number, group: string): Map<string, Tensor> => {
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
  const best: BestWeights = seeds.map((seed, r) => {
    const parameters = groupOf(seed, 'parameters')
    const missing = engine.network.parameters.find(({ name }) => !parameters.has(name))
    if (missing !== undefined) throw refuse(`the checkpoint lacks \`seed${seed}/parameters/${missing.name}\`.`)
    engine.writeParameters(r, parameters)
    engine.writeOptimizer(r, {
      step: optimizerSteps[r]!,
      first: groupOf(seed, 'first'),
      second: groupOf(seed, 'second'),
    })
    const bestValues = groupOf(seed, 'best')
    return bestValues.size === engine.network.parameters.length ? copyTensors(bestValues) : null
  })
  return { progress, best }
}

function isNumberList(value: unknown, length: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every((entry) => typeof entry === 'number')
}

/** The first look at what a file says: the phase and one entry a seed in every list. */
function isProgress(value: unknown, seedCount: number): value is Progress {
  if (typeof value !== 'object' || value === null) return false
  const { phase, warmup, training } = value as Partial<Progress>
  if (phase !== 'warm-up' && phase !== 'training' && phase !== 'test') return false
  if (typeof warmup !== 'object' || typeof training !== 'object') return false
  const isSeedList = (list: unknown): boolean => Array.isArray(list) && list.length === seedCount
  return (
    [warmup.round, warmup.step, training.step, training.validatedStep].every((count) => Number.isInteger(count)) &&
    [warmup.active, warmup.attempts, warmup.checked].every(isSeedList) &&
    [training.bestLoss, training.reached, training.plateau].every(isSeedList)
  )
}
