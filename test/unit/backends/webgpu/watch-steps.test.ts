/** The kernel that watches a run under constant input, against plain JavaScript: equality in every bit, and distances from step to step. */
import { afterAll, expect, it } from 'vitest'
import { planRecurrence } from '../../../../shared/backends/webgpu/wgsl/recurrence-plan.ts'
import { watchSteps } from '../../../../shared/backends/webgpu/wgsl/watch-steps.ts'
import { closeTestDevices, runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { network, part } from '../networks.ts'
import { drawn, of, REPLICAS, shared, written } from './arrays.ts'
import { SHAPE } from './recurrence-run.ts'

const [STEPS, BATCH, UNITS] = [4, 3, 7]
const STATE_STRIDE = (STEPS + 1) * BATCH * UNITS
/** Of sums of 14 squares under 4 in float32. */
const TOLERANCE = 1e-5

afterAll(closeTestDevices)

it('says at which steps all states are the remembered ones, bit for bit, and how far they went', async () => {
  const own = network([[part('lstm', UNITS), part('gru', 2)]], { inputs: 1, outputs: 1 })
  const plan = planRecurrence(own, own.wiredLayers[0]!.parts[0]!, SHAPE)
  const states = drawn(2 * STATE_STRIDE)
  const remembered = drawn(BATCH * plan.stateRows.width)
  const stateAt = (replica: number, state: number, entry: number, b: number, j: number): number =>
    of(states, replica)[state * STATE_STRIDE + (entry * BATCH + b) * UNITS + j]!
  for (const replica of REPLICAS) {
    // After step 2 all series are where they were remembered; after step 3 but for one NaN, which was one then, too.
    for (const entry of [2, 3])
      for (let state = 0; state < 2; state++)
        for (let b = 0; b < BATCH; b++)
          for (let j = 0; j < UNITS; j++)
            of(states, replica)[state * STATE_STRIDE + (entry * BATCH + b) * UNITS + j] = of(remembered, replica)[
              b * plan.stateRows.width + plan.stateRows.columns[state]! + j
            ]!
    of(states, replica)[(3 * BATCH + 1) * UNITS + 5] = NaN
    // -0 is the same number as 0.
    of(states, replica)[2 * BATCH * UNITS] = -0
    of(remembered, replica)[plan.stateRows.columns[0]!] = 0
  }
  const differences = shared(Array.from({ length: 3 * STEPS * BATCH }, () => 5))
  const distances = drawn(STEPS * BATCH)
  const before = { ...distances, array: distances.array.slice() }
  const result = await runReplicaKernel(
    watchSteps(plan, { hasRemembered: true, hasDistances: true }, 'watch'),
    { batch: BATCH, first: 0, last: STEPS, stateStride: STATE_STRIDE, isFirst: 0 },
    { states, remembered, distances, differences: { ...differences, place: { offset: 0, stride: STEPS * BATCH } } },
    REPLICAS,
  )
  for (const replica of REPLICAS)
    for (let t = 0; t < STEPS; t++)
      for (let b = 0; b < BATCH; b++) {
        const place = t * BATCH + b
        const found = result.differences[replica * STEPS * BATCH + place]! - 5
        if (t === 1) expect(found).toBe(0)
        else if (t === 2)
          expect(found).toBe(b === 2 ? 0 : 1) // the NaN of series 1, and the 0 that was remembered for series 0
        else expect(found).toBeGreaterThan(1)
        let squares = of(before, replica)[place]!
        for (let state = 0; state < 2; state++)
          for (let j = 0; j < UNITS; j++)
            squares += (stateAt(replica, state, t + 1, b, j) - stateAt(replica, state, t, b, j)) ** 2
        const distance = of(written(distances, result.distances), replica)[place]!
        if (Number.isNaN(squares)) expect(distance).toBeNaN()
        else expect(Math.abs(distance - squares)).toBeLessThan(TOLERANCE * Math.max(1, squares))
      }
})
