/** `lab export`: the weights of one seed as safetensors or NPZ. */
import path from 'node:path'
import { LabError } from '../../../shared/errors/errors.ts'
import { encodeWeights } from '../../engine/trained-weights.ts'
import { replaceFile } from '../../store/durable-file.ts'
import { findOneRun } from '../find-one-run.ts'
import { print, printJson } from '../output.ts'
import { readWeightsOption } from '../weights-option.ts'

export async function exportCommand(name: string, options: Readonly<Record<string, unknown>>): Promise<void> {
  const { format } = options
  if (format !== 'safetensors' && format !== 'npz')
    throw new LabError('usage', 'This format is not written.', {
      where: '--format',
      expected: 'safetensors or npz',
      found: `\`${String(format)}\``,
    })
  const weights = readWeightsOption(options)
  const { store, record } = await findOneRun(name, options)
  const seed = typeof options.seed === 'string' ? readSeed(options.seed) : null
  const { bytes, tensors, fileName, at, ...chosen } = await encodeWeights(store, record, { format, seed, weights })
  const output = typeof options.output === 'string' ? options.output : fileName
  await replaceFile(path.resolve(output), bytes).catch((cause: unknown) => {
    throw new LabError('weights', 'The file cannot be written.', {
      where: output,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Choose another place with --output.',
      cause,
    })
  })
  if (options.json)
    printJson({
      type: 'export',
      run: record.id,
      seed: chosen.seed,
      file: output,
      at,
      tensors: tensors.map((tensor) => tensor.name),
    })
  else {
    const moment = at ? `, ${at.phase} step ${at.step}` : ''
    print(`${output}: ${tensors.length} tensors of seed ${chosen.seed} (${chosen.weights} weights${moment})`)
  }
}

function readSeed(text: string): number {
  const seed = Number(text)
  if (text.trim() !== '' && Number.isInteger(seed)) return seed
  throw new LabError('usage', 'A seed is a whole number.', {
    where: '--seed',
    expected: 'a seed of the run',
    found: `\`${text}\``,
  })
}
