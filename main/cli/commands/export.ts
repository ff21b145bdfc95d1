/** `lab export`: the weights of one seed as safetensors or NPZ, under PyTorch's names where the cell has a module there. */
import path from 'node:path'
import { encodeSafetensors } from '../../../shared/exchange/safetensors.ts'
import { toPytorchNames } from '../../../shared/exchange/pytorch-names.ts'
import { writeNpz } from '../../../shared/numerics/npz.ts'
import { LabError } from '../../../shared/protocol/errors.ts'
import { replaceFile } from '../../store/durable-file.ts'
import { print, printJson } from '../output.ts'
import { findOneRun, networkOf, selectSeed } from './weights.ts'

export async function exportCommand(name: string, options: Readonly<Record<string, unknown>>): Promise<void> {
  const { format, weights } = options as { format: string; weights: string }
  if (format !== 'safetensors' && format !== 'npz')
    throw new LabError('usage', 'This format is not written.', {
      where: '--format',
      expected: 'safetensors or npz',
      found: `\`${format}\``,
    })
  if (weights !== 'best' && weights !== 'last')
    throw new LabError('usage', 'There are no such weights.', {
      where: '--weights',
      expected: 'best or last',
      found: `\`${weights}\``,
    })
  const { store, record } = await findOneRun(name, options)
  const file = await store.readWeights(record.id)
  const seed = chooseSeed(
    options.seed,
    record.config.seeds,
    record.result?.best ?? [],
    record.result?.metric === 'accuracy',
  )
  const network = await networkOf(record)
  const tensors = toPytorchNames(network, selectSeed(file.tensors, seed, weights))
  const output = typeof options.output === 'string' ? options.output : `${record.id}-seed${seed}.${format}`
  const metadata = {
    run: record.id,
    strategy: record.strategy,
    seed: String(seed),
    weights,
    cells: record.config.layers.map(({ cell }) => cell).join(','),
  }
  await replaceFile(
    path.resolve(output),
    format === 'npz' ? writeNpz(tensors) : encodeSafetensors(tensors, metadata),
  ).catch((cause: unknown) => {
    throw new LabError('weights', 'The file cannot be written.', {
      where: output,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Choose another place with --output.',
      cause,
    })
  })
  if (options.json) printJson({ type: 'export', run: record.id, seed, file: output, tensors: [...tensors.keys()] })
  else print(`${output}: ${tensors.size} tensors of seed ${seed} (${weights} weights)`)
}

/** The seed asked for, or the one with the best test result. */
function chooseSeed(
  asked: unknown,
  seeds: readonly number[],
  results: readonly number[],
  higherIsBetter: boolean,
): number {
  if (asked !== undefined) {
    const seed = Number(asked)
    if (!seeds.includes(seed))
      throw new LabError('usage', 'The run has no such seed.', {
        where: '--seed',
        expected: `one of ${seeds.join(', ')}`,
        found: `\`${String(asked)}\``,
      })
    return seed
  }
  const order = seeds
    .map((_, index) => index)
    .sort((a, b) => (higherIsBetter ? -1 : 1) * ((results[a] ?? 0) - (results[b] ?? 0)))
  return seeds[order[0]!]!
}
