/** The run of Algorithm 1 up to the states that are compared, with the exits that change nothing. */
import { STOP_PATIENCE, TAIL_STEPS, type ConvergedStates, type ConvergeRequest } from '../backend.ts'
import type { Handles, StepWatch } from '../recurrence.ts'
import { statesAfter, statesAt } from './evaluate.ts'
import type { Program } from './program.ts'
import type { MeasuredReplica } from './replica.ts'

/** Steps of a convergence run between two looks at its states, at most. */
const CONVERGENCE_BLOCK = 32

export function* converge<H extends Handles>(
  replica: MeasuredReplica<H>,
  { batch, truncations, perturbation, convergenceSteps, stopResidual }: ConvergeRequest,
): Program<H['job'], ConvergedStates> {
  const { recurrence } = replica
  const truncated = yield* statesAfter(replica, batch, truncations)
  // The last states, newest first. Brent's cycle search: one remembered state, renewed at powers of two.
  const tail: H['rows'][] = []
  let states = truncated
  let remembered = states
  let rememberedAt = 0
  let renewAt = 1
  let exactExit: ConvergedStates['exactExit'] = null
  let stoppedAt: number | null = null
  let calmSteps = 0
  let remaining = convergenceSteps
  let step = 0
  if (stopResidual !== null || remaining <= TAIL_STEPS) tail.push(states)
  while (remaining > 0 && stoppedAt === null) {
    // A block ends where another state is remembered, so that all of its steps are compared with one.
    const steps = Math.min(remaining, CONVERGENCE_BLOCK, exactExit === null ? renewAt - step : Infinity)
    yield* recurrence.forward({
      steps,
      batch: batch.batch,
      inputs: perturbation,
      isConstant: true,
      initialStates: states,
      dropoutMasks: null,
      saving: false,
    })
    const watch: StepWatch | null =
      exactExit === null ? yield* recurrence.watchSteps(remembered, stopResidual !== null) : null
    for (let k = 1; k <= steps && remaining > 0; k++) {
      step++
      remaining--
      if (exactExit === null && watch?.equal?.[k - 1] === 1) {
        const period = step - rememberedAt
        exactExit = { step, period }
        // Whole periods are skipped, but for as many steps as the tail needs.
        if (remaining > TAIL_STEPS) remaining -= Math.floor((remaining - TAIL_STEPS) / period) * period
      }
      if (stopResidual === null && remaining > TAIL_STEPS) continue
      tail.unshift(yield* statesAt(replica, batch.batch, k))
      const dropped = tail.length > TAIL_STEPS + 1 ? tail.pop() : undefined
      if (dropped !== undefined && dropped !== states && dropped !== remembered) yield* recurrence.letGo(dropped)
      if (stopResidual !== null && exactExit === null) {
        calmSteps = watch!.residuals![k - 1]! < stopResidual ? calmSteps + 1 : 0
        if (calmSteps >= STOP_PATIENCE) {
          stoppedAt = step
          break
        }
      }
    }
    const before = states
    states = yield* statesAt(replica, batch.batch, steps)
    if (before !== remembered && !tail.includes(before)) yield* recurrence.letGo(before)
    if (step !== renewAt) continue
    if (!tail.includes(remembered)) yield* recurrence.letGo(remembered)
    remembered = states
    rememberedAt = step
    renewAt *= 2
  }
  const rows: ConvergedStates['tail'][number][] = []
  for (const each of tail) rows.push(yield* recurrence.readRows(each))
  return { tail: rows, exactExit, stoppedAt }
}
