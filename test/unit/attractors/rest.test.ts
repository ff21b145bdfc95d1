/** VAA at rest on systems whose attractors are known: what is at rest, what only looks like it, and what the interval then is. */
import { describe, expect, it } from 'vitest'
import { isAtRest, REST_BLOCK_STEPS, RestWatch } from '../../../shared/attractors/rest.ts'
import { vaaAtRest } from '../../../shared/attractors/vaa.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'

const EPSILON = 1e-4

type State = Float32Array | Float64Array
type System = (x: State) => State

interface End {
  readonly verdict: 'at-rest' | 'lost' | 'moving'
  readonly step: number
  /** The last state first. */
  readonly tail: readonly State[]
}

/** Follows one state as an engine does, in blocks. */
function follow(system: System, start: State, maxSteps = 10_000): End {
  const watch = new RestWatch(start.length, EPSILON)
  let block = [start]
  for (let step = 0; ;) {
    for (let k = 0; k < REST_BLOCK_STEPS; k++) block.push(system(block.at(-1)!))
    step += REST_BLOCK_STEPS
    const verdict = watch.look(REST_BLOCK_STEPS, (k) => block[k]!)
    if (verdict !== 'moving' || step >= maxSteps) return { verdict, step, tail: [...block].reverse() }
    block = [block.at(-1)!]
  }
}

/** VAA of a system of one number, from many starts. */
function measure(ends: readonly End[]) {
  const width = ends[0]!.tail[0]!.length
  const tail = ends[0]!.tail.map((_, back) => Float64Array.from(ends.flatMap((end) => [...end.tail[back]!])))
  const rests = Uint8Array.from(ends, ({ verdict }) => (verdict === 'at-rest' ? 1 : 0))
  const { low, high, fixedCount, periodicCount, unconvergedCount } = vaaAtRest(
    tail,
    ends.length,
    { width, offset: 0, size: width },
    EPSILON,
    rests,
  )
  return { low, high, fixedCount, periodicCount, unconvergedCount }
}

/** Of one number, in float32, as the wasm engine computes. */
const single =
  (map: (x: number) => number): System =>
  (x) =>
    Float32Array.of(map(x[0]!))
const each =
  (...maps: readonly ((x: number) => number)[]): System =>
  (x) =>
    Float32Array.from(maps, (map, k) => map(x[k]!))
const from = (...values: readonly number[]): Float32Array => Float32Array.from(values)
const STARTS = Array.from({ length: 10 }, (_, k) => (k - 4.5) / 5)

/** Turns by `angle` and goes towards the circle of radius 1, or towards the middle. */
const turn =
  (angle: number, radius: (r: number) => number): System =>
  ([x, y]) => {
    const r = Math.hypot(x!, y!)
    const phase = Math.atan2(y!, x!) + angle
    return Float64Array.of(radius(r) * Math.cos(phase), radius(r) * Math.sin(phase))
  }

describe('what is at rest', () => {
  it('several fixed points are as many attractors', () => {
    const ends = STARTS.map((x) =>
      follow(
        single((h) => Math.tanh(2 * h)),
        from(x),
      ),
    )
    expect(measure(ends)).toEqual({ low: 0.2, high: 0.2, fixedCount: 10, periodicCount: 0, unconvergedCount: 0 })
    for (const { step } of ends) expect(step).toBeLessThanOrEqual(256)
  })

  it('on a line of fixed points every state is its own, from the first block on', () => {
    const ends = STARTS.map((x) =>
      follow(
        single((h) => h),
        from(x),
      ),
    )
    expect(measure(ends)).toEqual({ low: 1, high: 1, fixedCount: 10, periodicCount: 0, unconvergedCount: 0 })
    for (const { step } of ends) expect(step).toBe(REST_BLOCK_STEPS)
  })

  it.each([2, 3, 7, 33, 64])('a cycle of %i is one attractor, at whatever phase series go round it', (period) => {
    const cycle = turn((2 * Math.PI) / period, (r) => 1 + 0.5 * (r - 1))
    const ends = Array.from({ length: 8 }, (_, k) =>
      follow(
        cycle,
        Float64Array.of(0.7 * Math.cos((k * (2 * Math.PI)) / period), 0.7 * Math.sin((k * (2 * Math.PI)) / period)),
      ),
    )
    expect(measure(ends)).toEqual({ low: 1 / 8, high: 1 / 8, fixedCount: 0, periodicCount: 8, unconvergedCount: 0 })
  })

  it('cycles that differ are different attractors', () => {
    const sign = STARTS.map((x) =>
      follow(
        single((h) => -h),
        from(x),
      ),
    )
    // x and −x are on one cycle.
    expect(measure(sign)).toEqual({ low: 0.5, high: 0.5, fixedCount: 0, periodicCount: 10, unconvergedCount: 0 })
  })

  it('what rounding keeps on the move for ever hovers, and is at rest', () => {
    const random = new RandomStream(3, 'preview')
    const hovering: System = (x) => x.map((value) => 0.9 * value + 0.05 + 1e-7 * random.normal())
    const { verdict, step, tail } = follow(hovering, new Float32Array(48))
    expect(verdict).toBe('at-rest')
    expect(step).toBeLessThanOrEqual(2048)
    expect(tail[0]).not.toEqual(tail[1])
  })

  it('a damped oscillation, once it has less than ε/4 to go', () => {
    const { verdict, step, tail } = follow(
      turn(0.1, (r) => 0.995 * r),
      Float64Array.of(1, 0),
    )
    expect(verdict).toBe('at-rest')
    expect(Math.hypot(...tail[0]!)).toBeLessThan(EPSILON / 4)
    expect(step).toBeLessThan(4000)
  })
})

describe('what only looks like rest', () => {
  it('a leak of 1e-5 a step is not at rest before less than ε/4 is left', () => {
    expect(
      follow(
        single((h) => h - 1e-5 * h),
        from(1),
        100_000,
      ).verdict,
    ).toBe('moving')
    const near = follow(
      single((h) => h - 1e-5 * h),
      from(1e-4),
      200_000,
    )
    expect(near.verdict).toBe('at-rest')
    // In float32 the leak itself is rounded, by up to 0.6 %.
    expect(near.tail[0]![0]).toBeLessThan((1.006 * EPSILON) / 4)
  })

  it.each([0.3, 0.9, 0.98, 0.995])('nor is one that a mode decaying by %d a step hides at first', (decay) => {
    for (const left of [0.3, 0.01, 1e-3]) {
      const { verdict } = follow(
        each(
          (h) => decay * h,
          (h) => h - 1e-5 * h,
        ),
        from(1, left),
      )
      expect({ left, verdict }).toEqual({ left, verdict: 'moving' })
    }
  })

  it.each([1e-7, -1e-7, 1e-6, 1e-4])('a drift of %d a step never is, however small', (drift) => {
    expect(follow((x) => Float64Array.of(x[0]! + drift), Float64Array.of(0.3), 100_000).verdict).toBe('moving')
    expect(
      follow(
        single((h) => h + drift),
        from(0.3),
      ).verdict,
    ).toBe('moving')
  })

  it('a drift among numbers that hover is seen, too', () => {
    const random = new RandomStream(1, 'preview')
    const noisy: System = (x) => x.map((value, k) => (k === 0 ? value + 1e-7 : 0.5 + 1e-7 * random.normal()))
    expect(follow(noisy, new Float64Array(32)).verdict).toBe('moving')
  })

  it.each([65, 96, 128, 512, 1024])('a cycle of %i is longer than what is looked for', (period) => {
    const cycle = turn((2 * Math.PI) / period, (r) => r)
    expect(follow(cycle, Float64Array.of(1, 0)).verdict).toBe('moving')
  })

  it('chaos is not', () => {
    const ends = STARTS.map((x) =>
      follow(
        single((h) => 3.9 * h * (1 - h)),
        from((x + 1) / 2),
      ),
    )
    expect(measure(ends)).toEqual({ low: 0.1, high: 1, fixedCount: 0, periodicCount: 0, unconvergedCount: 10 })
  })

  it('a state that is not finite any more is lost at once, and VAA has no value', () => {
    const end = follow(
      single((h) => (h * h + 1) * 1e30),
      from(1),
    )
    expect(end).toMatchObject({ verdict: 'lost', step: REST_BLOCK_STEPS })
    expect(measure([end, end])).toMatchObject({ low: Number.NaN, high: Number.NaN, unconvergedCount: 2 })
  })
})

describe('the interval', () => {
  const LINE = { width: 1, offset: 0, size: 1 }
  const interval = (last: readonly number[], rests: readonly number[]) =>
    vaaAtRest([Float64Array.from(last), Float64Array.from(last)], last.length, LINE, EPSILON, Uint8Array.from(rests))

  it('goes from one attractor for all that are not at rest to one for each', () => {
    expect(interval([0, 0, 1, 1, 5, 6, 7, 1, 0, 0], [1, 1, 1, 1, 0, 0, 0, 1, 1, 1])).toMatchObject({
      low: 0.2,
      high: 0.5,
    })
  })

  it('with nothing at rest says nothing: 1/n to 1', () => {
    expect(interval([1, 1, 1, 1], [0, 0, 0, 0])).toMatchObject({ low: 0.25, high: 1, unconvergedCount: 4 })
  })

  it('takes no state on its way for an attractor, though it passes where one is', () => {
    expect(interval([0, 0, 0, 0], [1, 1, 0, 0])).toMatchObject({ low: 0.25, high: 0.75 })
  })

  it('judges columns by themselves', () => {
    const samples = Array.from({ length: 17 }, (_, k) => Float64Array.of(1, k))
    expect(isAtRest(samples, 64, { width: 2, offset: 0, size: 1 }, EPSILON)).toBe(true)
    expect(isAtRest(samples, 64, { width: 2, offset: 0, size: 2 }, EPSILON)).toBe(false)
  })
})
