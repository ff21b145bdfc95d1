/**
 * One time at which a run is measured: which replicas enter; the events leave, VAA and VAA* in one and the spreads in another, both or none:
 * a pause on the way leaves nothing half told.
 */
import { takeMeasures, type MeasureMoment } from './measure.ts'
import type { TrainingSession } from './session.ts'
import { takeSpreads } from './spreads.ts'
import type { LearningPhase } from '../experiments/phases.ts'

/**
 * @param step of the phase, restarts of a warm-up counted on
 * @param moments one a replica; null leaves it out
 * @param taken called when all is measured and nothing is told yet
 */
export async function tellMeasures(
  session: TrainingSession,
  phase: LearningPhase,
  step: number,
  moments: readonly (MeasureMoment | null)[],
  taken: () => void = () => undefined,
): Promise<void> {
  const { config, emit, breathe } = session
  const measured = await takeMeasures(session, config.measures, moments)
  if (config.measures.histograms) await breathe()
  const seeds = config.measures.histograms
    ? await takeSpreads(
        session,
        config,
        moments.map((moment) => moment !== null),
      )
    : null
  taken()
  emit({ type: 'measure', phase, step, ...measured })
  if (seeds !== null) emit({ type: 'spreads', phase, step, seeds })
}
