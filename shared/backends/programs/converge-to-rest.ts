/**
 * Algorithm 1's run until every state is at rest (attractors/rest.ts): series that are leave it, and what remains is computed as a smaller batch. No bit
 * of a series depends on which others are still there.
 */
import { REST_BLOCK_STEPS, RestWatch } from '../../attractors/rest.ts'
import type { RestedStates, RestRequest } from '../backend.ts'
import type { FloatArray } from '../recurrence.ts'
import { statesAfter } from './evaluate.ts'
import type { Program } from './program.ts'
import type { Replica } from './replica.ts'

/** A series that is still on its way. */
interface OpenSeries {
  /** Its row in the result. */
  readonly row: number
  readonly watch: RestWatch
}

export function* convergeToRest<Job>(
  replica: Replica<Job>,
  { batch, truncations, perturbation, maxConvergenceSteps, epsilon, slices }: RestRequest,
): Program<Job, RestedStates> {
  const { recurrence, network, newArray } = replica
  const width = network.stateSize
  const tailLength = 1 + Math.min(maxConvergenceSteps, REST_BLOCK_STEPS)
  const tail = Array.from({ length: tailLength }, () => newArray(batch.batch * width))
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
    const statesAt = rememberStates(states, (k) => recurrence.statesAt(new Int32Array(open.length).fill(k)))
    const remaining: { readonly series: OpenSeries; readonly place: number }[] = []
    open.forEach((series, place) => {
      const stateAfter = (k: number): FloatArray => statesAt(k).subarray(place * width, (place + 1) * width)
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
    const last = statesAt(blockSteps)
    if (remaining.length < open.length) {
      states = newArray(remaining.length * width)
      remaining.forEach(({ place }, newPlace) =>
        states.set(last.subarray(place * width, (place + 1) * width), newPlace * width),
      )
      open = remaining.map(({ series }) => series)
    } else states = last
  }
  return { tail, steps, isAtRest }
}

/** States of a block are read from the engine when they are asked for, each once. @param before those after no step */
function rememberStates(before: FloatArray, read: (step: number) => FloatArray): (step: number) => FloatArray {
  const known = new Map([[0, before]])
  return (step) => {
    const found = known.get(step) ?? read(step)
    known.set(step, found)
    return found
  }
}
