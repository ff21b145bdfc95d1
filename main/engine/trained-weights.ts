/**
 * The trained weights of a finished run as a file for elsewhere: a run, a seed and a format enter; bytes leave, under PyTorch's names
 * where the cell has a module there. Where the bytes go is left to the callers.
 */
import { encodeSafetensors } from '../../shared/exchange/safetensors.ts'
import { toPytorchNames } from '../../shared/exchange/pytorch-names.ts'
import { writeNpz } from '../../shared/numerics/npz.ts'
import type { Network } from '../../shared/networks/network.ts'
import type { Tensor, TensorMap } from '../../shared/numerics/dims.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import type { RunRecord } from '../../shared/runs/run.ts'
import type { RunStore } from '../store/run-store.ts'
import { prepare } from './run-group.ts'

export interface WeightsChoice {
  readonly format: 'safetensors' | 'npz'
  /** Null: the one with the best test result. */
  readonly seed: number | null
  readonly weights: 'best' | 'last'
}

export interface WeightsFile {
  readonly bytes: Uint8Array
  readonly seed: number
  readonly tensorNames: readonly string[]
  readonly fileName: string
}

/** @throws LabError `weights` for a run that is not finished, `usage` for a seed that it has not */
export async function encodeWeights(
  store: RunStore,
  record: RunRecord,
  { format, seed: asked, weights }: WeightsChoice,
): Promise<WeightsFile> {
  const file = await store.readWeights(record.id)
  const seed = chooseSeed(record, asked)
  const tensors = toPytorchNames(await networkOf(record), selectSeed(file.tensors, seed, weights))
  const metadata = {
    run: record.id,
    strategy: record.strategy,
    seed: String(seed),
    weights,
    cells: record.config.layers.map(({ cell }) => cell).join(','),
  }
  return {
    bytes: format === 'npz' ? writeNpz(tensors) : encodeSafetensors(tensors, metadata),
    seed,
    tensorNames: [...tensors.keys()],
    fileName: `${record.id}-seed${seed}.${format}`,
  }
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

export async function networkOf({ config, strategy }: RunRecord): Promise<Network> {
  const { networks } = await prepare({ ...config, seeds: config.seeds.slice(0, 1) }, process.cwd())
  return networks.get(strategy)!
}

function chooseSeed({ id, config: { seeds }, result }: RunRecord, asked: number | null): number {
  if (asked !== null) {
    if (seeds.includes(asked)) return asked
    throw new LabError('usage', 'The run has no such seed.', {
      where: id,
      expected: `one of ${seeds.join(', ')}`,
      found: `\`${asked}\``,
    })
  }
  const results = result?.best ?? []
  const direction = result?.metric === 'accuracy' ? -1 : 1
  const order = seeds.map((_, index) => index).sort((a, b) => direction * ((results[a] ?? 0) - (results[b] ?? 0)))
  return seeds[order[0]!]!
}
