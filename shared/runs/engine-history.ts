/**
 * Which steps of a run ran on which engine, and where a device was lost on the way. What the record has enters with what happens next; the record's
 * next state leaves. Steps that were thrown away, because the run went back to a checkpoint, are in it no more.
 */
import { isSameTuning, type Tuning } from '../backends/tuning.ts'
import type { Divergence } from './divergence.ts'

/** Steps taken so far: of the phase, restarts of a warm-up counted on; in the test, of the training before it. */
export type RunPlace = Pick<Divergence, 'phase' | 'step'>

export interface RunDevice {
  readonly backend: string
  /** The name of a graphics processor; null for this machine's processor. */
  readonly device: string | null
}

export interface RunEngine extends RunDevice {
  /** How its kernels were fitted to the device; absent where no bit depends on it, and in records of earlier versions. */
  readonly tuning?: Tuning
}

/** From this place of a run on, to the next stretch's, its steps ran on this engine. */
export interface EngineStretch extends RunEngine, RunPlace {}

/** A device, or the process that had it, was gone at this place. */
export interface DeviceLoss extends RunPlace {
  readonly backend: string
  readonly message: string
  /** Where the run went on by itself; null where it did not. */
  readonly resumedAt: RunPlace | null
}

const PHASES: readonly RunPlace['phase'][] = ['warm-up', 'training', 'test']

const isBefore = (a: RunPlace, b: RunPlace): boolean =>
  a.phase === b.phase ? a.step < b.step : PHASES.indexOf(a.phase) < PHASES.indexOf(b.phase)

/** What a run that goes on from a place knows of the steps before it. */
export function stretchesBefore(stretches: readonly EngineStretch[], place: RunPlace): readonly EngineStretch[] {
  return stretches.filter((stretch) => isBefore(stretch, place))
}

/** The stretches of a run that goes on from a place on an engine. */
export function goOnWith(
  stretches: readonly EngineStretch[],
  engine: RunEngine,
  { phase, step }: RunPlace,
): readonly EngineStretch[] {
  const before = stretchesBefore(stretches, { phase, step })
  const last = before.at(-1)
  if (last !== undefined && isSameEngine(last, engine)) return before
  const { backend, device, tuning } = engine
  return [...before, { backend, device, ...(tuning && { tuning }), phase, step }]
}

/** How a device computed when the run was on it last; undefined where the record does not say. */
export function lastTuning(stretches: readonly EngineStretch[], device: RunDevice): Tuning | undefined {
  return stretches.filter((stretch) => isSameDevice(stretch, device)).at(-1)?.tuning
}

/** They round alike. */
export function isSameEngine(a: RunEngine, b: RunEngine): boolean {
  return isSameDevice(a, b) && isSameTuning(a.tuning, b.tuning)
}

export function isSameDevice(a: RunDevice, b: RunDevice): boolean {
  return a.backend === b.backend && a.device === b.device
}

/** `webgpu (NVIDIA H100)` */
export function describeEngine({ backend, device }: RunDevice): string {
  return device === null ? backend : `${backend} (${device})`
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isPlace = (value: unknown): boolean =>
  isObject(value) && PHASES.some((phase) => phase === value.phase) && Number.isSafeInteger(value.step)

export function isEngineStretch(value: unknown): value is EngineStretch {
  return (
    isPlace(value) &&
    isObject(value) &&
    typeof value.backend === 'string' &&
    (value.device === null || typeof value.device === 'string') &&
    (value.tuning === undefined || isObject(value.tuning)) // what it holds is the backend's to judge
  )
}

export function isDeviceLoss(value: unknown): value is DeviceLoss {
  return (
    isPlace(value) &&
    isObject(value) &&
    typeof value.backend === 'string' &&
    typeof value.message === 'string' &&
    (value.resumedAt === null || isPlace(value.resumedAt))
  )
}
