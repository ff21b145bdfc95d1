/** The run of Algorithm 1 up to the states that are compared, with the exits that change nothing. */
import { STOP_PATIENCE, TAIL_STEPS, type ConvergedStates, type ConvergeRequest } from '../backend.ts'
import type { FloatArray } from '../recurrence.ts'
import { statesAfter } from './evaluate.ts'
import type { Program } from './program.ts'
import type { Replica } from './replica.ts'

/** Steps of a convergence run between two looks at its states. */
const CONVERGENCE_BLOCK = 32

export function* converge<Job>(
  replica: Replica<Job>,
  { batch, truncations, perturbation, convergenceSteps, stopResidual }: ConvergeRequest,
): Program<Job, ConvergedStates> {
  const { recurrence, network } = replica
  const truncated = yield* statesAfter(replica, batch, truncations)
  const statesAt = (step: number): FloatArray => recurrence.statesAt(new Int32Array(batch.batch).fill(step))
  // The last states, newest first. Brent's cycle search: one remembered state, renewed at powers of two.
  const tail: FloatArray[] = []
  let states = truncated
  let remembered = states
  let rememberedAt = 0
  let renewAt = 1
  let exactExit: ConvergedStates['exactExit'] = null
  let calmSteps = 0
  let remaining = convergenceSteps
  let step = 0
  if (stopResidual !== null || remaining <= TAIL_STEPS) tail.push(states)
  while (remaining > 0) {
    const steps = Math.min(remaining, CONVERGENCE_BLOCK)
    yield* recurrence.forward({
      steps,
      batch: batch.batch,
      inputs: perturbation,
      isConstant: true,
      initialStates: states,
      dropoutMasks: null,
      saving: false,
    })
    for (let k = 1; k <= steps && remaining > 0; k++) {
      step++
      remaining--
      if (exactExit === null && recurrence.statesEqual(k, remembered)) {
        const period = step - rememberedAt
        exactExit = { step, period }
        // Whole periods are skipped, but for as many steps as the tail needs.
        if (remaining > TAIL_STEPS) remaining -= Math.floor((remaining - TAIL_STEPS) / period) * period
      }
      if (step === renewAt) {
        remembered = statesAt(k)
        rememberedAt = step
        renewAt *= 2
      }
      if (stopResidual === null && remaining > TAIL_STEPS) continue
      tail.unshift(statesAt(k))
      if (tail.length > TAIL_STEPS + 1) tail.pop()
      if (stopResidual !== null && exactExit === null) {
        calmSteps = largestRowDistance(tail[0]!, tail[1]!, network.stateSize) < stopResidual ? calmSteps + 1 : 0
        if (calmSteps >= STOP_PATIENCE) return { tail, exactExit, stoppedAt: step }
      }
    }
    states = statesAt(steps)
  }
  return { tail, exactExit, stoppedAt: null }
}

function largestRowDistance(a: FloatArray, b: FloatArray, size: number): number {
  let largest = 0
  for (let row = 0; row < a.length; row += size) {
    let sum = 0
    for (let i = row; i < row + size; i++) sum += (a[i]! - b[i]!) ** 2
    largest = Math.max(largest, sum)
  }
  return Math.sqrt(largest)
}
