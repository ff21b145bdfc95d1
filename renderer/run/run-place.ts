/** How far a run is that nobody trains now: its series and its settings enter; the step of its phase, and of how many, leave. */
import type { RunSettings } from '../../shared/protocol/views.ts'
import type { PhaseStep } from '../../shared/runs/timeline.ts'
import { phaseSteps, type StepsOfRun } from '../charts/step-axis.ts'

export interface RunPlace extends PhaseStep {
  /** Of the phase; null where not known. */
  readonly totalSteps: number | null
}

/** @returns null for a run that has not taken a step */
export function placeOfRun(steps: StepsOfRun, settings: RunSettings | null): RunPlace | null {
  if (steps.lastPosition === 0) return null
  const at = phaseSteps(steps)(steps.lastPosition)
  const total = at.phase === 'warm-up' ? (settings?.warmupSteps ?? null) : trainingSteps(settings)
  // A warm-up that began anew has counted on.
  return { ...at, totalSteps: total === null ? null : total * Math.max(1, Math.ceil(at.step / total)) }
}

/** Of the whole training. */
function trainingSteps(settings: RunSettings | null): number | null {
  if (settings === null) return null
  const { trainingSteps, epochs, stepsPerEpoch } = settings
  return trainingSteps ?? (epochs === null || stepsPerEpoch === null ? null : epochs * stepsPerEpoch)
}
