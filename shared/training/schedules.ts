/**
 * Learning rates over time: a schedule and a position enter, a factor on the base learning rate leaves. Only the
 * plateau has a memory, one a seed, plain data that goes into the checkpoint.
 */
import type { ScheduleConfig } from '../experiments/config.ts'

/** Where training stands. */
export interface SchedulePosition {
  /** Steps taken so far, 0 .. totalSteps - 1. */
  readonly step: number
  readonly stepsPerEpoch: number
  readonly totalSteps: number
}

/** The memory of a plateau schedule, one a seed. */
export interface PlateauState {
  /** The lowest validation loss so far; null before the first. */
  readonly bestLoss: number | null
  /** Epochs since then, or since the last cut. */
  readonly badEpochCount: number
  readonly factor: number
}

export const FRESH_PLATEAU: PlateauState = { bestLoss: null, badEpochCount: 0, factor: 1 }

/** Half a cosine from 1 down to `finalFactor` (Loshchilov & Hutter 2017, equation 5). @param progress in [0, 1] */
function cosine(progress: number, finalFactor: number): number {
  return finalFactor + ((1 - finalFactor) * (1 + Math.cos(Math.PI * progress))) / 2
}

/**
 * The factor on the base learning rate at a step.
 * @param plateau this seed's memory; read by `plateau` only
 * @returns in (0, 1] for the usual settings
 */
export function learningRateFactor(schedule: ScheduleConfig, at: SchedulePosition, plateau: PlateauState): number {
  switch (schedule.kind) {
    case 'constant':
      return 1
    case 'step':
      return schedule.factor ** Math.floor(at.step / at.stepsPerEpoch / schedule.everyEpochs)
    case 'cosine':
      return cosine(at.totalSteps === 0 ? 0 : at.step / at.totalSteps, schedule.finalFactor)
    case 'warm-restarts': {
      let period = schedule.periodEpochs * at.stepsPerEpoch
      let step = at.step
      // A period under one step could never be left when it shrinks.
      while (step >= period && period >= 1) {
        step -= period
        period *= schedule.periodFactor
      }
      return cosine(Math.min(1, step / Math.max(period, 1)), schedule.finalFactor)
    }
    case 'plateau':
      return plateau.factor
  }
}

/** The plateau's memory after one more epoch (PyTorch's ReduceLROnPlateau with threshold 0): cut once more than `patienceEpochs` epochs bring nothing. */
export function advancePlateau(schedule: ScheduleConfig, state: PlateauState, validationLoss: number): PlateauState {
  if (schedule.kind !== 'plateau') return state
  if (state.bestLoss === null || validationLoss < state.bestLoss)
    return { ...state, bestLoss: validationLoss, badEpochCount: 0 }
  const badEpochCount = state.badEpochCount + 1
  if (badEpochCount <= schedule.patienceEpochs) return { ...state, badEpochCount }
  return { ...state, badEpochCount: 0, factor: Math.max(schedule.minimumFactor, state.factor * schedule.factor) }
}
