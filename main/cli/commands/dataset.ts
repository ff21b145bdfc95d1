/** `lab dataset`: shapes, ranges and an example of a configuration's dataset, for its first seed. */
import { describeDataset, formatDescription } from '../../../shared/datasets/describe.ts'
import { openDatasets } from '../../engine/run-group.ts'
import { loadConfig } from '../load-config.ts'
import { print, printJson } from '../output.ts'

export async function datasetCommand(
  file: string | undefined,
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { config, baseFolder } = await loadConfig(file, options)
  const [dataset] = await openDatasets({ ...config, seeds: config.seeds.slice(0, 1) }, baseFolder)
  const description = describeDataset(dataset!)
  if (options.json) printJson({ type: 'dataset', ...description })
  else print(formatDescription(description))
}
