/** How often a live picture is drawn, under a clock that the test moves and with drawings of a known cost. */
import { describe, expect, it } from 'vitest'
import { DrawingPace, restAfter, type PaceClock } from '../../../../renderer/pacing/drawing-pace.ts'

const FRAME_MS = 16
const EVENT_MS = 33

/** Frames and timers in order; a drawing takes `costMs` of this time. */
function simulate(costMs: number, durationMs: number): { drawnAt: number[]; lateFrames: number; frames: number } {
  let now = 0
  let nextId = 1
  const frames = new Map<number, () => void>()
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>()
  const drawnAt: number[] = []
  const clock: PaceClock = {
    now: () => now,
    nextFrame: (callback) => (frames.set(nextId, callback), nextId++),
    cancelFrame: (id) => void frames.delete(id),
    later: (callback, ms) => (timers.set(nextId, { at: now + ms, callback }), nextId++),
    cancelLater: (id) => void timers.delete(id),
  }
  const pace = new DrawingPace(() => {
    drawnAt.push(now)
    now += costMs
  }, clock)
  let frameCount = 0
  let lateFrames = 0
  let lastFrame = 0
  let lastEvent = 0
  while (now < durationMs) {
    now += FRAME_MS
    for (; lastEvent + EVENT_MS <= now; lastEvent += EVENT_MS) pace.request()
    frameCount++
    if (now - lastFrame > 33) lateFrames++
    lastFrame = now
    const due = [...frames.values()]
    frames.clear()
    for (const callback of due) callback()
    for (const [id, { at, callback }] of [...timers])
      if (at <= now) {
        timers.delete(id)
        callback()
      }
  }
  return { drawnAt, lateFrames, frames: frameCount }
}

describe('the pace of a live picture', () => {
  it('is that of the messages while drawing is cheap', () => {
    expect(simulate(2, 10_000).drawnAt.length).toBeGreaterThan(90)
  })

  it.each([30, 60, 100])('leaves 19 of 20 frames in time when a drawing takes %i ms', (costMs) => {
    const { lateFrames, frames, drawnAt } = simulate(costMs, 60_000)
    expect(lateFrames / frames).toBeLessThan(0.05)
    expect(drawnAt.length).toBeGreaterThan(20)
  })

  it('never rests for longer than two seconds, and draws what came last', () => {
    expect(restAfter(10_000)).toBe(2000)
    const { drawnAt } = simulate(400, 20_000)
    expect(drawnAt.length).toBeGreaterThanOrEqual(8)
  })
})
