/**
 * When two runs try the same thing: a configuration and a strategy enter, a text leaves that is equal for runs whose results may be
 * averaged over their seeds. Names, seeds and what only decides when something is saved are no part of it.
 */
import type { ExperimentConfig, Strategy, VaaConfig } from './config.ts'

export function configurationText(config: ExperimentConfig, strategy: Strategy): string {
  const { dataset, layers, warmup, training, backend, cells } = config
  const { everySteps, vaa, vaaStar } = config.measures // histograms change no result
  return canonicalJson({
    strategy,
    dataset,
    layers,
    // What a run without a warm-up has written there changes nothing.
    warmup: strategy === 'none' ? null : warmup,
    training,
    measures: { everySteps, vaa: vaa && withoutUnused(vaa), vaaStar },
    backend,
    cells,
  })
}

/** With an M there is no M_max, and in records of earlier versions none is written. */
function withoutUnused(vaa: VaaConfig): Partial<VaaConfig> {
  const { maxConvergenceSteps, ...rest } = vaa
  return vaa.convergenceSteps === null ? { ...rest, maxConvergenceSteps } : rest
}

/** Keys in the order of the alphabet: the same whatever version of the lab wrote the record. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`)
      .join(',')}}`
  return JSON.stringify(value) ?? 'null'
}
