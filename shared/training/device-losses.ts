/**
 * How a run outlasts the loss of its device: each loss enters with its place, and whether the run goes on by itself leaves. It does from its last
 * checkpoint, a few times for each, after a wait in which a driver or a process may come back.
 */
import { LabError } from '../errors/errors.ts'
import type { DeviceLoss, RunPlace } from '../runs/engine-history.ts'
import type { RunRecord } from '../runs/run.ts'

/** What destroys a device again and again, at the same steps, will go on doing so. */
const MOST_LOSSES_A_CHECKPOINT = 3
const FIRST_WAIT_MS = 250

export class DeviceLosses {
  /** Since the last checkpoint. */
  #count = 0
  /** Not in the run's record yet. */
  #untold: Omit<DeviceLoss, 'resumedAt'>[] = []

  /** A checkpoint was saved: from it, a loss can be outlasted as often again. */
  forget(): void {
    this.#count = 0
  }

  /**
   * @param place null: before the run had come to any
   * @returns how long to wait before the run goes on; null when it does not
   */
  waitAfter(error: unknown, backend: string, place: RunPlace | null): number | null {
    const isUnableToReturn = this.#count > 0 && error instanceof LabError && error.code === 'backend'
    if (!isDeviceLost(error) && !isUnableToReturn) return null
    if (place !== null) this.#untold.push({ backend, ...place, message: error.summary })
    if (++this.#count > MOST_LOSSES_A_CHECKPOINT) return null
    return FIRST_WAIT_MS * 2 ** (this.#count - 1)
  }

  /** What the record is to say of losses since it was written. @param resumedAt null: the run does not go on */
  toRecord({ deviceLosses }: RunRecord, resumedAt: RunPlace | null): { deviceLosses?: RunRecord['deviceLosses'] } {
    const untold = this.#untold.splice(0)
    return untold.length === 0
      ? {}
      : { deviceLosses: [...deviceLosses, ...untold.map((loss) => ({ ...loss, resumedAt }))] }
  }
}

export function isDeviceLost(error: unknown): error is LabError {
  return error instanceof LabError && error.code === 'device-lost'
}
