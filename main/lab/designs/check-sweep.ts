/** What a sweep comes to while it is written: any JSON enters, the number of its points and runs leaves, or what is wrong with it. */
import { parseSweep } from '../../../shared/experiments/sweep.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { CheckedSweep } from '../../../shared/protocol/sweep-views.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import { outlineSweep } from '../../engine/run-sweep.ts'

/** Where its mistakes are, for messages. */
export const SWEEP_NAME = 'sweep'
const EXAMPLE_COUNT = 5

export function checkSweep(definition: unknown): CheckedSweep {
  try {
    const { sweep } = parseSweep(definition, SWEEP_NAME)
    const { name, pointCount, slots } = outlineSweep(sweep)
    return { ok: true, name, pointCount, runCount: slots.length, examples: sweep.points.slice(0, EXAMPLE_COUNT) }
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    return { ok: false, error: toWireError(error) }
  }
}
