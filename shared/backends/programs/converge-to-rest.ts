/**
 * Algorithm 1's run until every state is at rest (attractors/rest.ts): series that are leave it, and what remains is computed as a smaller batch. No bit
 * of a series depends on which others are still there.
 */
import { REST_BLOCK_STEPS, RestWatch } from '../../attractors/rest.ts'
import type { RestedStates, RestRequest } from '../backend.ts'
import type { FloatArray, Handles } from '../recurrence.ts'
import { statesAfter, statesAt } from './evaluate.ts'
import type { Program } from './program.ts'
import type { MeasuredReplica } from './replica.ts'

/** A series that is still on its way. */
interface OpenSeries {
  /** Its row in the result. */
  readonly row: number
  readonly watch: RestWatch
}

export function* convergeToRest<H extends Handles>(
  replica: MeasuredReplica<H>,
  { batch, truncations, perturbation, maxConvergenceSteps, epsilon, slices }: RestRequest,
): Program<H['job'], RestedStates> {
  const { recurrence, network } = replica
  const width = network.stateSize
  const tailLength = 1 + Math.min(maxConvergenceSteps, REST_BLOCK_STEPS)
  let tail: FloatArray[] = []
  const steps = new Int32Array(batch.batch)
  const isAtRest = slices.map(() => new Uint8Array(batch.batch))
  let states = yield* statesAfter(replica, batch, truncations)
  let open = Array.from({ length: batch.batch }, (_, row): OpenSeries => ({
    row,
    watch: new RestWatch(width, epsilon),
  }))
  for (let step = 0; open.length > 0 && step < maxConvergenceSteps;) {
    // A first block may be short, so that the last one ends at the bound.
    const blockSteps = (maxConvergenceSteps - step) % REST_BLOCK_STEPS || REST_BLOCK_STEPS
    yield* recurrence.forward({
      steps: blockSteps,
      batch: open.length,
      inputs: perturbation,
      isConstant: true,
      initialStates: states,
      dropoutMasks: null,
      saving: false,
    })
    step += blockSteps
    const statesOf = rememberStates(yield* recurrence.readSteps())
    if (tail.length === 0) tail = emptyTail(statesOf(0), tailLength)
    const remaining: { readonly series: OpenSeries; readonly place: number }[] = []
    open.forEach((series, place) => {
      const stateAfter = (k: number): FloatArray => statesOf(k).subarray(place * width, (place + 1) * width)
      const { row, watch } = series
      const verdict = watch.look(blockSteps, stateAfter)
      if (verdict === 'moving' && step < maxConvergenceSteps) {
        remaining.push({ series, place })
        return
      }
      steps[row] = step
      for (let back = 0; back <= Math.min(blockSteps, tailLength - 1); back++)
        tail[back]!.set(stateAfter(blockSteps - back), row * width)
      // What the whole state has not far to go, none of its columns have.
      if (verdict !== 'lost')
        slices.forEach((slice, index) => {
          if (verdict === 'at-rest' || watch.isAtRest(slice)) isAtRest[index]![row] = 1
        })
    })
    if (remaining.length === 0) break
    yield* recurrence.letGo(states)
    states = yield* statesAt(replica, open.length, blockSteps)
    if (remaining.length < open.length) {
      const places = Int32Array.from(remaining, ({ place }) => place)
      const selected = yield* recurrence.selectRows(states, places, width)
      yield* recurrence.letGo(states)
      states = selected
      open = remaining.map(({ series }) => series)
    }
  }
  return { tail, steps, isAtRest }
}

/** States of a block are read from the engine when they are asked for, each once. */
function rememberStates(read: (step: number) => FloatArray): (step: number) => FloatArray {
  const known = new Map<number, FloatArray>()
  return (step) => {
    const found = known.get(step) ?? read(step)
    known.set(step, found)
    return found
  }
}

/** Zeros of the precision and size of state rows. */
function emptyTail(like: FloatArray, length: number): FloatArray[] {
  return Array.from({ length }, () => like.slice().fill(0))
}
