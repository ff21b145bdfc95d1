/** `lab bench`: the median time of one whole training step of a preset, and what it means in GFLOP/s. */
import type { TrainRequest } from '../../../shared/backends/backend.ts'
import { initialize } from '../../../shared/networks/initial-values.ts'
import { readEngineOptions } from '../../engine/engine-options.ts'
import { loadBackend } from '../../engine/load-backend.ts'
import { prepare } from '../../engine/run-group.ts'
import { loadConfig } from '../load-config.ts'
import { formatNumber, formatTable, print, printJson } from '../output.ts'

const WARM_UP_STEPS = 5
const MEASURED_STEPS = 15

export async function benchCommand(options: Readonly<Record<string, unknown>>): Promise<void> {
  const { config, baseFolder } = await loadConfig(undefined, { preset: options.preset })
  const engineOptions = readEngineOptions(options)
  const { datasets, networks } = await prepare(
    { ...config, seeds: config.seeds.slice(0, 1) },
    baseFolder,
    engineOptions,
  )
  const backend = await loadBackend(options.backend as string, engineOptions)
  const [dataset] = datasets
  const rows: string[][] = []
  for (const [strategy, network] of networks) {
    const engine = await backend.createEngine(network, 1)
    await engine.writeParameters(0, initialize(network, config.seeds[0]!, 0))
    const batch = dataset!.batch(
      'train',
      Array.from({ length: config.training.batch }, (_, i) => i),
    )
    const request: TrainRequest = { batch, truncateEvery: null, dropoutMasks: null, regulariser: null }
    const times: number[] = []
    for (let step = 0; step < WARM_UP_STEPS + MEASURED_STEPS; step++) {
      const start = performance.now()
      await engine.trainStep([request], [config.training.optimizer])
      times.push(performance.now() - start)
    }
    const sorted = times.slice(WARM_UP_STEPS).sort((a, b) => a - b)
    const stepMs = sorted[Math.floor(sorted.length / 2)]!
    const weights = network.parameters
      .filter(({ part, shape }) => part && shape.length === 2)
      .reduce((sum, { shape }) => sum + shape[0]! * shape[1]!, 0)
    // Six operations a weight, series and step: two forward, four backward; products only.
    const gflops = (6 * weights * batch.steps * batch.batch) / stepMs / 1e6
    const result = {
      case: `${config.name}-${strategy}`,
      backend: backend.name,
      threads: engineOptions.threads,
      stepMs,
      minMs: sorted[0]!,
      gflops,
    }
    if (options.json) printJson(result)
    rows.push([result.case, result.backend, formatNumber(stepMs), formatNumber(result.minMs), formatNumber(gflops)])
    await engine.dispose()
  }
  if (!options.json) print(formatTable(['case', 'backend', 'step ms (median)', 'fastest', 'GFLOP/s'], rows))
}
