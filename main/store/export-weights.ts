/**
 * Trained weights out of the lab: a run and a choice enter, one file with one seed's parameters leaves. The network, by
 * which parameters are renamed, is built by the caller; formats are left to shared/exchange and shared/numerics.
 */
import { toPytorchNames } from '../../shared/exchange/pytorch-names.ts'
import { encodeSafetensors, type SafetensorsFile } from '../../shared/exchange/safetensors.ts'
import type { Network } from '../../shared/networks/network.ts'
import type { Tensor } from '../../shared/numerics/dims.ts'
import { writeNpz } from '../../shared/numerics/npz.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import { replaceFile } from './durable-file.ts'
import type { RunStore } from './run-store.ts'

export interface WeightsExport {
  readonly format: 'safetensors' | 'npz'
  readonly seed: number
  /** `pytorch`: the authors' names, gates stacked; `lab`: `layers.0.parts.0.W_r`. */
  readonly names: 'pytorch' | 'lab'
  /** `best`: of the best validation. */
  readonly which: 'best' | 'last'
}

/**
 * Writes one seed's parameters to a file, which is replaced whole.
 * @param network of the run's configuration and strategy
 * @returns the tensors' names in the file
 * @throws LabError `weights` when the run has none yet, no such seed, or those of another network, and when the file cannot be written
 */
export async function exportWeights(
  store: RunStore,
  id: string,
  { format, seed, names, which }: WeightsExport,
  outputPath: string,
  network: Network,
): Promise<string[]> {
  const file = await store.readWeights(id)
  const parameters = pickParameters(file, id, `seed${seed}/${which}/`, network)
  // Renamed in any case: it finds what is missing or of another shape.
  const renamed = toPytorchNames(network, parameters)
  const tensors = names === 'pytorch' ? renamed : parameters
  const metadata = { ...file.metadata, format: 'pt', run: id, seed: String(seed), which, names }
  const bytes = format === 'npz' ? writeNpz(tensors) : encodeSafetensors(tensors, metadata)
  try {
    await replaceFile(outputPath, bytes)
  } catch (cause) {
    throw new LabError('weights', 'the file cannot be written.', {
      where: outputPath,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Choose a file in a folder that is there and can be written.',
      cause,
    })
  }
  return [...tensors.keys()]
}

/** In the network's order, so that equal weights make equal files. */
function pickParameters(
  { tensors }: SafetensorsFile,
  id: string,
  prefix: string,
  network: Network,
): Map<string, Tensor> {
  const picked = new Map<string, Tensor>()
  for (const { name } of network.parameters) {
    const tensor = tensors.get(prefix + name)
    if (tensor) picked.set(name, tensor)
  }
  const known = [...new Set([...tensors.keys()].map((name) => name.split('/').slice(0, 2).join('/')))]
  if (!known.includes(prefix.slice(0, -1)))
    throw new LabError('weights', 'the run has no such weights.', {
      where: id,
      expected: `one of ${known.join(', ')}`,
      found: prefix.slice(0, -1),
      remedy: 'Choose one of its seeds.',
    })
  return picked
}
