import { describe, expect, it } from 'vitest'
import { judgeConvergence, median } from '../../../shared/attractors/convergence.ts'
import { vaa } from '../../../shared/attractors/vaa.ts'

const EPSILON = 1e-4

/** Iterates a map on a line from n starts; the tail as an engine returns it, the last state first. */
function runMap(map: (x: number) => number, starts: readonly number[], steps: number): Float64Array[] {
  const tail: Float64Array[] = [Float64Array.from(starts)]
  for (let step = 0; step < steps; step++) tail.unshift(tail[0]!.map(map))
  return tail.slice(0, 65)
}

const STARTS = Array.from({ length: 10 }, (_, k) => (k - 4.5) / 5)
const LINE = { width: 1, offset: 0, size: 1 }
const measure = (tail: Float64Array[]): { vaa: number; fixed: number; periodic: number; unconverged: number } => {
  const ending = judgeConvergence(tail, STARTS.length, LINE, EPSILON)
  return {
    vaa: vaa(tail[0]!, STARTS.length, LINE, [EPSILON])[0]!,
    fixed: ending.fixedCount,
    periodic: ending.periodicCount,
    unconverged: ending.unconvergedCount,
  }
}

describe('VAA (Algorithm 1) on systems whose attractors are known', () => {
  it('a contraction has one attractor: 1/n', () => {
    expect(measure(runMap((x) => x / 2, STARTS, 200))).toEqual({
      vaa: expect.closeTo(0.1, 12) as number,
      fixed: 10,
      periodic: 0,
      unconverged: 0,
    })
  })

  it('tanh(2x) has two, one on each side: 2/n', () => {
    expect(measure(runMap((x) => Math.tanh(2 * x), STARTS, 200))).toEqual({
      vaa: expect.closeTo(0.2, 12) as number,
      fixed: 10,
      periodic: 0,
      unconverged: 0,
    })
  })

  it('the identity keeps every start: 1', () => {
    expect(measure(runMap((x) => x, STARTS, 100))).toEqual({ vaa: 1, fixed: 10, periodic: 0, unconverged: 0 })
  })

  it('a sign change is a cycle of two, not a fixed point', () => {
    expect(measure(runMap((x) => -x, STARTS, 100))).toMatchObject({ fixed: 0, periodic: 10, unconverged: 0 })
  })

  it('the logistic map at 3.5 is a cycle of four', () => {
    const tail = runMap(
      (x) => 3.5 * x * (1 - x),
      STARTS.map((x) => (x + 1) / 2),
      500,
    )
    expect(measure(tail)).toMatchObject({ periodic: 10 })
  })

  it('a steady drift is unconverged', () => {
    expect(measure(runMap((x) => x + 1e-3, STARTS, 100))).toMatchObject({ fixed: 0, periodic: 0, unconverged: 10 })
  })

  it('without a step nothing is known to have arrived', () => {
    const ending = judgeConvergence(
      runMap((x) => x, STARTS, 0),
      10,
      LINE,
      EPSILON,
    )
    expect(ending.unconvergedCount).toBe(10)
    expect(ending.residuals).toHaveLength(0)
  })

  it('compares the columns asked for only, and strictly under ε', () => {
    const states = [0, 1, 0, 2, 0, 3]
    expect(vaa(states, 3, { width: 2, offset: 0, size: 1 }, [1])).toEqual([1 / 3])
    expect(vaa(states, 3, { width: 2, offset: 1, size: 1 }, [1, 1.5, 3])).toEqual([1, (0.5 + 1 / 3 + 0.5) / 3, 1 / 3])
  })

  it('has no value for states that are not finite', () => {
    expect(vaa([0, Number.NaN], 2, LINE, [EPSILON])).toEqual([Number.NaN])
  })

  it('medians', () => {
    expect(median(Float64Array.of(3, 1, 2))).toBe(2)
    expect(median(Float64Array.of(4, 1, 2, 3))).toBe(2.5)
    expect(median(new Float64Array(0))).toBeNull()
  })
})
