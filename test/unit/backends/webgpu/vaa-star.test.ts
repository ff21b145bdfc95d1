/** VAA* and its gradient on an adapter beside float64. */
import { afterAll, describe, expect, it } from 'vitest'
import { vaaStar, vaaStarWithGradient } from '../../../../shared/attractors/vaa-star.ts'
import {
  meanInverse,
  similarities,
  SQUASHED_FLOATS,
  squashStates,
  vaaStarGradient,
} from '../../../../shared/backends/webgpu/wgsl/vaa-star.ts'
import { closeTestDevices, runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { drawn, largestDifference, nobodys, of, REPLICAS, shared, written, type ReplicaArray } from './arrays.ts'

/** Relative, of means and sums of some ten numbers in float32. */
const TOLERANCE = 3e-6
const [ROWS, STATE_SIZE] = [6, 9]
/** Columns that are compared; the others are of parts that are not. */
const COLUMNS = [1, 2, 5, 6, 7]
const [EPSILON, GOAL, FACTOR] = [1e-4, 0.9, 0.5]

afterAll(closeTestDevices)

interface Measured {
  readonly value: ReplicaArray<Float32Array<ArrayBuffer>>
  readonly before: ReplicaArray
  readonly adjoint: ReplicaArray
}

async function measure(states: ReplicaArray): Promise<Measured> {
  const size = { rows: ROWS, columns: COLUMNS.length }
  const list = shared(COLUMNS)
  const empty = {
    squashed: drawn(ROWS * COLUMNS.length * SQUASHED_FLOATS),
    distances: drawn(ROWS * ROWS),
    sums: drawn(ROWS),
    value: { array: new Float32Array(3), place: { offset: 0, stride: 1 } },
    adjoint: drawn(ROWS * STATE_SIZE),
  }
  const first = await runReplicaKernel(
    squashStates(STATE_SIZE),
    size,
    { states, listed: list, squashed: empty.squashed },
    REPLICAS,
  )
  const squashed = written(empty.squashed, first.squashed)
  const { distances, sums } = empty
  const second = await runReplicaKernel(
    similarities(),
    { ...size, epsilon: EPSILON },
    { squashed, distances, sums },
    REPLICAS,
  )
  const found = { distances: written(distances, second.distances), sums: written(sums, second.sums) }
  const third = await runReplicaKernel(
    meanInverse(),
    { rows: ROWS },
    { sums: found.sums, value: empty.value },
    REPLICAS,
  )
  const value = written(empty.value, third.value)
  const fourth = await runReplicaKernel(
    vaaStarGradient(STATE_SIZE),
    { ...size, epsilon: EPSILON, goal: GOAL, factor: FACTOR },
    { squashed, ...found, value, listed: list, adjoint: empty.adjoint },
    REPLICAS,
  )
  return { value, before: empty.adjoint, adjoint: written(empty.adjoint, fourth.adjoint) }
}

const comparedColumns = (states: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: ROWS * COLUMNS.length }, (_, e) => {
    const row = Math.floor(e / COLUMNS.length)
    return states[row * STATE_SIZE + COLUMNS[e % COLUMNS.length]!]!
  })

describe('VAA*', () => {
  it.each([
    ['far apart', 1, 0],
    ['close together where tanh is nearly 1', 2e-3, 3],
    ['closer than float32 tells tanh apart', 2e-6, -2],
  ])('and its gradient, of states %s, are those of float64', async (_, spread, centre) => {
    const states = drawn(ROWS * STATE_SIZE)
    states.array.forEach((value, e, all) => (all[e] = centre + spread * value))
    of(states, 0).copyWithin(STATE_SIZE, 0, STATE_SIZE) // two that are the same
    const { value, before, adjoint } = await measure(states)
    for (const replica of REPLICAS) {
      const compared = comparedColumns(of(states, replica))
      const expected = vaaStarWithGradient(compared, ROWS, COLUMNS.length, EPSILON)
      expect(Math.abs(value.array[replica]! / expected.value - 1)).toBeLessThan(TOLERANCE)
      const wanted = expected.gradient.map((slope) => FACTOR * (expected.value - GOAL) * slope)
      const largest = wanted.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0)
      expect(largestDifference(comparedColumns(of(adjoint, replica)), wanted)).toBeLessThanOrEqual(
        10 * TOLERANCE * largest,
      )
      of(adjoint, replica).forEach((slope, e) => {
        if (!COLUMNS.includes(e % STATE_SIZE)) expect(slope).toBe(of(before, replica)[e])
      })
    }
    expect(nobodys(adjoint)).toEqual(nobodys(before))
  })

  it('is a NaN where a compared state is one, and only there', async () => {
    const states = drawn(ROWS * STATE_SIZE)
    of(states, 0)[3 * STATE_SIZE + 5] = NaN
    of(states, 2)[3 * STATE_SIZE] = NaN // not compared
    const { array } = (await measure(states)).value
    expect(array[0]).toBeNaN()
    expect(array[2]).toBeCloseTo(vaaStar(comparedColumns(of(states, 2)), ROWS, COLUMNS.length, EPSILON), 5)
  })

  it('counts infinite states of one sign as equal', async () => {
    const states = drawn(ROWS * STATE_SIZE)
    for (const replica of REPLICAS) of(states, replica).fill(Infinity)
    expect((await measure(states)).value.array[0]).toBeCloseTo(1 / ROWS, 6)
  })
})
