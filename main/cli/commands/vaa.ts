/** `lab vaa`: VAA with its residuals, and VAA*, of the weights of a run, or of its last checkpoint while it has not finished, seed by seed. */
import type { MeasuresConfig } from '../../../shared/experiments/config.ts'
import { MOST_STEPS_TO_REST } from '../../../shared/attractors/rest.ts'
import { describeDivergence } from '../../../shared/runs/divergence.ts'
import { readVaa } from '../../../shared/runs/read-vaa.ts'
import { takeMeasures } from '../../../shared/training/measure.ts'
import { readEngineOptions } from '../../engine/engine-options.ts'
import { loadToEvaluate } from '../../engine/load-backend.ts'
import { openRunData } from '../../engine/run-data.ts'
import { wireNetworks } from '../../engine/run-group.ts'
import { readTrainedWeights, seedsLeft, type TrainedWeights } from '../../engine/trained-weights.ts'
import { readDataOptions } from '../data-options.ts'
import { findOneRun } from '../find-one-run.ts'
import { formatNumber, formatTable, formatVaa, print, printJson } from '../output.ts'
import { readVaaOptions } from '../vaa-options.ts'
import { readWeightsOption } from '../weights-option.ts'

export async function vaaCommand(name: string, options: Readonly<Record<string, unknown>>): Promise<void> {
  const measured = readVaaOptions(options)
  const weights = readWeightsOption(options)
  const engineOptions = readEngineOptions(options)
  const { store, record } = await findOneRun(name, options)
  const { config } = record
  const seeds = seedsLeft(record)
  const trained: TrainedWeights[] = []
  for (const seed of seeds) trained.push(await readTrainedWeights(store, record, seed, weights))
  const { datasets, files, isOther } = await openRunData(
    store.home,
    record,
    seeds,
    process.cwd(),
    readDataOptions(options),
  )
  const network = wireNetworks(config, datasets[0]!).get(record.strategy)!
  const backend = await loadToEvaluate(record.backend ?? 'auto', engineOptions)
  const engine = await backend.createEngine(network, seeds.length)
  for (const [replica, { tensors }] of trained.entries()) await engine.writeParameters(replica, tensors)
  const measures: MeasuresConfig = { everySteps: null, ...measured, histograms: false }
  const subject = {
    engine,
    datasets,
    seeds,
    breathe: () => Promise.resolve(),
  }
  const { vaa, vaaStar } = await takeMeasures(
    subject,
    measures,
    // Only the series that are drawn depend on it.
    trained.map(({ at }) => ({ phase: 'training', step: at?.step ?? config.training.steps ?? 0 })),
  )
  await engine.dispose()
  if (options.json) {
    seeds.forEach((seed, r) =>
      printJson({
        type: 'vaa',
        run: record.id,
        seed,
        at: trained[r]!.at,
        vaa: vaa![r],
        vaaStar: vaaStar![r],
        ...(isOther && { otherData: files[0]!.file }),
      }),
    )
    return
  }
  const rows = seeds.map((seed, r) => {
    const measured = vaa![r]!
    const { residualMax, usedSteps, fixedCount, periodicCount, unconvergedCount } = measured
    const star = vaaStar![r]!.map((layer) => (layer === null ? '-' : formatNumber(layer))).join(' ')
    return [
      String(seed),
      formatVaa(readVaa(measured)),
      String(Math.max(...usedSteps)),
      residualMax === null ? '-' : formatNumber(residualMax),
      String(fixedCount),
      String(periodicCount),
      String(unconvergedCount),
      star,
    ]
  })
  const at = trained[0]?.at
  if (at)
    print(
      `${record.status === 'finished' ? 'Its' : 'The run has not finished: its'} checkpoint at ${at.phase} step ${at.step}.`,
    )
  if (isOther) print(`On other data than the run began with: ${files[0]!.file}.`)
  print(
    formatTable(['seed', 'VAA', 'M', 'largest residual', 'fixed', 'periodic', 'unconverged', 'VAA* per layer'], rows),
  )
  for (const divergence of record.diverged) print(`Diverged: ${describeDivergence(divergence)}.`)
  if (vaa!.every((measured) => measured!.unconvergedCount === 0)) return
  print(
    measures.vaa!.convergenceSteps === null
      ? `Between two values: all states that are not at rest are on their way to one attractor, or each to one of its own. --max-convergence-steps (up to ${MOST_STEPS_TO_REST}) gives them more time.`
      : 'Unconverged states are not attractors: raise --convergence-steps, or leave it out, before reading VAA.',
  )
}
