/** Steps under constant input on an adapter: when states come back bit for bit, and how far they move. */
import { afterAll, expect, it } from 'vitest'
import {
  FOUND_WORDS,
  WATCHED_WORDS,
  watchedSteps,
  watchState,
} from '../../../../shared/backends/webgpu/wgsl/watch-steps.ts'
import { closeTestDevice, runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { drawn, nobodys, of, REPLICAS, written, type ReplicaArray } from './arrays.ts'

const [STEPS, BATCH, COLUMNS] = [4, 3, [5, 70]]
const REMEMBERED_ROW = 80
/** Where the two states stand in a remembered row. */
const STARTS = [2, 8]
const TOLERANCE = 1e-6

afterAll(closeTestDevice)

type Histories = readonly ReplicaArray<Float32Array<ArrayBuffer>>[]

/** @returns words of each step, and the floats with the same bits */
async function watch(
  histories: Histories,
  remembered: ReplicaArray,
): Promise<(replica: number) => { equal: number[]; residuals: number[] }> {
  const words = STEPS * BATCH * FOUND_WORDS
  let found: ReplicaArray = { array: new Uint32Array(3 * words), place: { offset: 0, stride: words } }
  for (const [state, history] of histories.entries()) {
    const kernel = watchState({
      columns: COLUMNS[state]!,
      rememberedRow: REMEMBERED_ROW,
      rememberedColumn: STARTS[state]!,
      isFirst: state === 0,
    })
    const run = await runReplicaKernel(kernel, { steps: STEPS, batch: BATCH }, { history, remembered, found }, REPLICAS)
    found = written(found, run.found)
  }
  const stepWords = STEPS * WATCHED_WORDS
  const watched = { array: new Uint32Array(3 * stepWords + 9).fill(7), place: { offset: 3, stride: stepWords + 3 } }
  const run = await runReplicaKernel(watchedSteps(), { steps: STEPS, batch: BATCH }, { found, watched }, REPLICAS)
  const after = written(watched, run.watched)
  expect(nobodys(after)).toEqual(nobodys(watched))
  return (replica) => {
    const own = Uint32Array.from(of(after, replica))
    const floats = new Float32Array(own.buffer)
    const steps = Array.from({ length: STEPS }, (_, step) => step * WATCHED_WORDS)
    return { equal: steps.map((at) => own[at]!), residuals: steps.map((at) => floats[at + 1]!) }
  }
}

/** Two states of all series over time, and rows that remember them after step 3. */
function setUp(): { histories: Histories; remembered: ReplicaArray<Float32Array<ArrayBuffer>> } {
  const histories = COLUMNS.map((columns) => drawn((STEPS + 1) * BATCH * columns))
  const remembered = drawn(BATCH * REMEMBERED_ROW)
  for (const replica of REPLICAS)
    histories.forEach((history, state) => {
      for (let b = 0; b < BATCH; b++) {
        const start = (3 * BATCH + b) * COLUMNS[state]!
        const row = of(history, replica).subarray(start, start + COLUMNS[state]!)
        of(remembered, replica).set(row, b * REMEMBERED_ROW + STARTS[state]!)
      }
    })
  return { histories, remembered }
}

it('a step is equal where every bit of every state is', async () => {
  const { histories, remembered } = setUp()
  of(histories[1]!, 2)[3 * BATCH * 70 + 69]! *= 1 + 2 ** -20
  const watched = await watch(histories, remembered)
  expect(watched(0).equal).toEqual([0, 0, 1, 0])
  expect(watched(2).equal).toEqual([0, 0, 0, 0])
})

it('a NaN equals nothing, itself neither, and is the largest distance', async () => {
  const { histories, remembered } = setUp()
  of(histories[0]!, 0)[3 * BATCH * 5] = NaN
  of(remembered, 0)[STARTS[0]!] = NaN
  const { equal, residuals } = (await watch(histories, remembered))(0)
  expect(equal).toEqual([0, 0, 0, 0])
  expect(residuals.map(Number.isNaN)).toEqual([false, false, true, true])
})

it('the distance of a step is that of the series that moves most, over all its states', async () => {
  const { histories, remembered } = setUp()
  const watched = await watch(histories, remembered)
  for (const replica of REPLICAS)
    watched(replica).residuals.forEach((residual, step) => {
      const distances = Array.from({ length: BATCH }, (_, b) =>
        Math.hypot(
          ...histories.flatMap((history, state) =>
            Array.from({ length: COLUMNS[state]! }, (_column, c) => {
              const at = (step * BATCH + b) * COLUMNS[state]! + c
              return of(history, replica)[at + BATCH * COLUMNS[state]!]! - of(history, replica)[at]!
            }),
          ),
        ),
      )
      expect(Math.abs(residual / Math.max(...distances) - 1)).toBeLessThan(TOLERANCE)
    })
})
