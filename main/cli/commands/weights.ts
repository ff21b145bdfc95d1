/** Takes the weights of one seed out of a finished run: the network that they fit, and the tensors by name. */
import type { Network } from '../../../shared/networks/network.ts'
import type { Tensor, TensorMap } from '../../../shared/numerics/dims.ts'
import { LabError } from '../../../shared/protocol/errors.ts'
import type { RunRecord } from '../../../shared/runs/run.ts'
import { prepare } from '../../engine/run-group.ts'
import type { RunStore } from '../../store/run-store.ts'
import { openStore } from '../open-store.ts'

/** The one run that a name stands for. @throws LabError `usage` for a group of several */
export async function findOneRun(
  name: string,
  options: Readonly<Record<string, unknown>>,
): Promise<{ store: RunStore; record: RunRecord }> {
  const store = openStore(options)
  const records = await store.find(name)
  if (records.length > 1)
    throw new LabError('usage', 'This is a group of several runs.', {
      where: name,
      expected: `one of ${records.map(({ id }) => id).join(', ')}`,
      found: 'the group',
      remedy: 'Name one run of it.',
    })
  return { store, record: records[0]! }
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
