/**
 * The weights of a run: those of a finished one, or of the last checkpoint of any other, or of a checkpoint that was kept. They leave by parameter name, or as a file for
 * elsewhere, under PyTorch's names where the cell has a module there. Where the bytes go is left to the callers.
 */
import { taskOf } from '../../shared/experiments/trials.ts'
import { encodeSafetensors } from '../../shared/exchange/safetensors.ts'
import { toPytorchNames } from '../../shared/exchange/pytorch-names.ts'
import { writeNpz } from '../../shared/numerics/npz.ts'
import type { Network } from '../../shared/networks/network.ts'
import type { Tensor, TensorMap } from '../../shared/numerics/dims.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { describeDivergence } from '../../shared/runs/divergence.ts'
import {
  hasValidation,
  seedOfBestTest,
  type KeptCheckpoint,
  type RunRecord,
  type WeightsName,
} from '../../shared/runs/run.ts'
import { forkPointOf } from '../../shared/training/fork.ts'
import { keptSteps } from '../store/kept-checkpoints.ts'
import type { RunStore } from '../store/run-store.ts'
import { wireNetworks } from './run-group.ts'

export interface WeightsChoice {
  readonly format: 'safetensors' | 'npz'
  /** Null: the one with the best test result. */
  readonly seed: number | null
  readonly weights: WeightsName
}

export interface WeightsFile {
  readonly bytes: Uint8Array
  readonly seed: number
  readonly weights: WeightsName
  readonly at: TrainedWeights['at']
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly fileName: string
}

export interface TrainedWeights<Name extends WeightsName = WeightsName> {
  /** By parameter name. */
  readonly tensors: TensorMap
  /** Which they are: without validation, the best ones are the last. */
  readonly weights: Name | 'last'
  /** The checkpoint that they are from; null: those of the finished run. */
  readonly at: { readonly phase: 'warm-up' | 'training'; readonly step: number } | null
}

/** @throws LabError `weights` for a run that has none yet, `usage` for a seed that it has not, `checkpoint` for a damaged one */
export async function encodeWeights(
  store: RunStore,
  record: RunRecord,
  { format, seed: asked, weights: wanted }: WeightsChoice,
): Promise<WeightsFile> {
  const seed = chooseSeed(record, asked)
  const { tensors: parameters, weights, at } = await readTrainedWeights(store, record, seed, wanted)
  const network = networkOfWeights(record, parameters)
  const tensors = toPytorchNames(network, parameters)
  const metadata = {
    run: record.id,
    strategy: record.strategy,
    seed: String(seed),
    weights,
    cells: network.layers.map((parts) => parts.map(({ cell }) => cell.name).join('+')).join(','),
    ...(at && { phase: at.phase, step: String(at.step) }),
    // In the order of the outputs.
    ...(record.data?.classNames && { classes: JSON.stringify(record.data.classNames) }),
  }
  return {
    bytes: format === 'npz' ? writeNpz(tensors, metadata) : encodeSafetensors(tensors, metadata),
    seed,
    weights,
    at,
    tensors: [...tensors].map(([name, { shape }]) => ({ name, shape })),
    fileName: `${record.id}-seed${seed}${momentInName(weights, at, hasValidation(record))}.${format}`,
  }
}

/** Names of two files of one run differ when their weights do. */
function momentInName(weights: WeightsName, at: TrainedWeights['at'], hasBest: boolean): string {
  if (at !== null) return `-${at.phase}-step${at.step}${weights === 'best' ? '-best' : ''}`
  return weights === 'last' && hasBest ? '-last' : ''
}

/** @throws LabError `weights` when there are none yet, `checkpoint` */
export async function readTrainedWeights<Name extends WeightsName>(
  store: RunStore,
  record: RunRecord,
  seed: number,
  wanted: Name,
): Promise<TrainedWeights<Name>> {
  const kept = keptCheckpoint(wanted)
  if (kept !== null) return { ...(await readKeptWeights(store, record, seed, kept)), weights: wanted }
  const weights = hasValidation(record) ? wanted : 'last'
  if (record.status === 'finished') {
    requireTested(record, seed)
    const file = await store.readWeights(record.id)
    return { tensors: selectSeed(file.tensors, seed, weights), weights, at: null }
  }
  const checkpoint = await store.readCheckpoint(record.id)
  const tensors = checkpoint && selectSeed(checkpoint.tensors, seed, weights === 'last' ? 'parameters' : 'best')
  if (!tensors || tensors.size === 0)
    throw new LabError('weights', 'the run has no such weights yet.', {
      where: record.id,
      expected: weights === 'best' ? 'a validation before the last checkpoint' : 'a checkpoint',
      found: 'none',
      remedy:
        weights === 'best' && checkpoint
          ? 'Take the last weights, or wait for the first validation.'
          : 'Wait for it, or pause the run, which saves one.',
    })
  const { phase, step } = forkPointOf(checkpoint, record.config)
  return { tensors, weights, at: { phase, step } }
}

const keptCheckpoint = (name: WeightsName): KeptCheckpoint | null => (name === 'best' || name === 'last' ? null : name)

async function readKeptWeights(
  store: RunStore,
  record: RunRecord,
  seed: number,
  name: KeptCheckpoint,
): Promise<Pick<TrainedWeights, 'tensors' | 'at'>> {
  const checkpoint = await store.readCheckpoint(record.id, name)
  if (checkpoint === null) {
    const steps = await keptSteps(store.folder(record.id))
    throw new LabError('weights', 'the run has kept no such checkpoint.', {
      where: record.id,
      expected: ['best', 'last', ...steps.map((step) => `step-${step}`)].join(', '),
      found: `no checkpoint \`${name}\``,
      remedy: 'Steps are kept where the configuration has `keepCheckpointEverySteps`, the end of a warm-up always.',
    })
  }
  const { phase, step } = forkPointOf(checkpoint, record.config)
  return { tensors: selectSeed(checkpoint.tensors, seed, 'parameters'), at: { phase, step } }
}

/** Seeds that have not diverged; all where none is left. */
export function seedsLeft({ config: { seeds }, diverged }: RunRecord): readonly number[] {
  const left = seeds.filter((seed) => !diverged.some((each) => each.seed === seed))
  return left.length > 0 ? left : seeds
}

/** A seed that has diverged has no weights at the end of a run. */
function requireTested({ id, result, diverged }: RunRecord, seed: number): void {
  const divergence = diverged.find((each) => each.seed === seed)
  if (divergence === undefined) return
  throw new LabError('weights', 'this seed has diverged, and was not trained to the end.', {
    where: id,
    expected: `one of the seeds ${result?.seeds.join(', ')}`,
    found: describeDivergence(divergence),
    remedy: 'Choose another seed.',
  })
}

/** @returns tensors of that seed by parameter name */
export function selectSeed(tensors: TensorMap, seed: number, which: string): Map<string, Tensor> {
  const prefix = `seed${seed}/${which}/`
  return new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  )
}

/** The network that weights are of: they say how many inputs and outputs it has, so that the data may be gone. */
function networkOfWeights({ config, strategy }: RunRecord, weights: TensorMap): Network {
  const task = taskOf(config.dataset)
  const wire = (inputSize: number, outputSize: number): Network =>
    wireNetworks(config, { inputSize, outputSize, task }).get(strategy)!
  const [outputSize] = weights.get('readout.weight')!.shape as [number]
  // Of any two networks that differ in their inputs alone, the sides of the same length are not those of the inputs.
  const [one, two] = [wire(1, outputSize), wire(2, outputSize)]
  for (const [index, { name, shape }] of one.parameters.entries()) {
    const side = shape.findIndex((length, dim) => length !== two.parameters[index]!.shape[dim])
    if (side >= 0) return wire(weights.get(name)!.shape[side]!, outputSize)
  }
  return one // no equation reads the input
}

function chooseSeed(record: RunRecord, asked: number | null): number {
  const { id, config, result } = record
  const { seeds } = config
  if (asked !== null) {
    if (seeds.includes(asked)) return asked
    throw new LabError('usage', 'The run has no such seed.', {
      where: id,
      expected: `one of ${seeds.join(', ')}`,
      found: `\`${asked}\``,
    })
  }
  return result === null ? seedsLeft(record)[0]! : seedOfBestTest(result)
}
