/** Who is given how much of a job: shares follow the speeds that threads have shown, and are even where these are alike. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startTeam } from '../../../main/engine/start-team.ts'
import { cuts, laneAt, mostRows, rowBlocks } from '../../../shared/backends/wasm/plan/row-blocks.ts'
import { ThreadSpeeds } from '../../../shared/backends/wasm/run/thread-speeds.ts'
import { createWasmBackend } from '../../../shared/backends/wasm/wasm-backend.ts'
import { ADAM, batch, network, part, weights } from './networks.ts'

const BATCH = 32
const JOBS = 200
const MS_A_ROW = 1

/** Rows that threads of these speeds are given after some jobs; `busyMs` of a job is what its rows take at each one's speed. */
function rowsAfterJobs(speeds: ThreadSpeeds, actual: readonly number[], jobs = JOBS): number[] {
  const split = (): number[] => rowBlocks(BATCH, laneAt(0, 1, actual.length), speeds.weights).map(({ count }) => count)
  for (let job = 0; job < jobs; job++) {
    const rows = split()
    speeds.learn(
      rows,
      rows.map((count, thread) => (count * MS_A_ROW) / actual[thread]!),
    )
  }
  return split()
}

describe('the shares of a team', () => {
  it('are even at first, and stay so for threads that are nearly alike', () => {
    expect(new ThreadSpeeds(3).weights).toEqual([1, 1, 1])
    expect(rowsAfterJobs(new ThreadSpeeds(2), [1, 0.9])).toEqual([16, 16])
  })

  it('give a thread of half the speed a third of the rows', () => {
    const [fast, slow] = rowsAfterJobs(new ThreadSpeeds(2), [1, 0.5])
    expect(fast).toBeGreaterThanOrEqual(21)
    expect(slow).toBeLessThanOrEqual(11)
    expect(slow).toBeGreaterThanOrEqual(10)
  })

  it('relieve the leader, too', () => {
    const [leader, member] = rowsAfterJobs(new ThreadSpeeds(2), [0.5, 1])
    expect(leader).toBeLessThan(member!)
  })

  it('are even again when the other program has gone', () => {
    const speeds = new ThreadSpeeds(2)
    expect(rowsAfterJobs(speeds, [1, 0.5])).not.toEqual([16, 16])
    expect(rowsAfterJobs(speeds, [1, 1])).toEqual([16, 16])
  })

  it.each([
    ['one in which a thread had no rows', [32, 0], [32, 1]],
    ['one too short to tell', [16, 16], [0.1, 1]],
    ['one whose clock stood still', [16, 16], [0, 0]],
  ])('learn nothing from a job: %s', (_, rows, busyMs) => {
    const speeds = new ThreadSpeeds(2)
    for (let job = 0; job < JOBS; job++) speeds.learn(rows, busyMs)
    expect(speeds.weights).toEqual([1, 1])
  })
})

it('is told each thread’s rows and work of every job of a team', async () => {
  const told: { readonly rows: number[]; readonly busyMs: number[] }[] = []
  class ToldSpeeds extends ThreadSpeeds {
    override learn(rows: readonly number[], busyMs: readonly number[]): void {
      told.push({ rows: [...rows], busyMs: [...busyMs] })
    }
  }
  const team = startTeam(2, new ToldSpeeds(2))
  const net = network([[part('gru', 12)]], { inputs: 2, outputs: 1 })
  const engine = await createWasmBackend({ team }).createEngine(net, 1)
  await engine.writeParameters(0, weights(net, 1, 0.3))
  const request = { batch: batch(net, 30, BATCH, 1), truncateEvery: null, dropoutMasks: null, regulariser: null }
  await engine.trainStep([request], [ADAM])
  await engine.dispose()
  team.close()
  const sequences = told.filter(({ rows }) => !rows.includes(0))
  expect(sequences.map(({ rows }) => rows)).toEqual([
    [16, 16],
    [16, 16],
  ])
  for (const { busyMs } of sequences) for (const ms of busyMs) expect(ms).toBeGreaterThan(0)
})

describe('blocks of rows', () => {
  it('follow the weights: every row is somebody’s, none below four or above what buffers are planned for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 32 }),
        (batch, weights) => {
          const lane = laneAt(0, 1, weights.length)
          const blocks = rowBlocks(batch, lane, weights)
          let next = 0
          for (const { start, count } of blocks) {
            expect(start).toBe(next)
            if (blocks.length > 1) expect(count).toBeGreaterThanOrEqual(4)
            expect(count).toBeLessThanOrEqual(mostRows(batch, lane))
            next += count
          }
          expect(next).toBe(batch)
        },
      ),
    )
  })

  it('of a lane are split by the weights of its own threads', () => {
    const blocks = rowBlocks(30, laneAt(1, 2, 4), [1, 1, 0.5, 1])
    expect(blocks).toEqual([
      { thread: 2, start: 0, count: 10 },
      { thread: 3, start: 10, count: 20 },
    ])
  })
})

it('cuts of equal weights are those of an even split', () => {
  expect(cuts(100, [1, 1, 1])).toEqual([33, 66, 100])
  expect(cuts(7, [1, 1])).toEqual([3, 7])
})
