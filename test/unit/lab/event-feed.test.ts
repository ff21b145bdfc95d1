/** The feed to a window under a clock that the test moves: its rate, its order, and what becomes of a window that does not keep up. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EventFeed } from '../../../main/lab/event-feed.ts'
import type { LabEvent } from '../../../shared/protocol/events.ts'
import type { RunEvent } from '../../../shared/runs/run.ts'

const step = (index: number): RunEvent =>
  ({ type: 'train-step', step: index, loss: [1], gradientNorm: [1], learningRate: 0.001 }) as unknown as RunEvent
const runEvents = (firstIndex: number, count = 1): LabEvent => ({
  type: 'run-events',
  runId: 'a',
  firstIndex,
  events: Array.from({ length: count }, (_, offset) => step(firstIndex + offset)),
})

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the feed to one window', () => {
  it('sends 1,000 events a second in at most 30 messages a second, and loses none', () => {
    const messages: { timeMs: number; events: readonly LabEvent[] }[] = []
    const feed = new EventFeed({
      send: (events) => messages.push({ timeMs: performance.now(), events }),
      isCongested: () => false,
    })
    for (let index = 0; index < 10_000; index++) {
      feed.push(runEvents(index))
      vi.advanceTimersByTime(1)
    }
    vi.advanceTimersByTime(100)
    for (const { timeMs } of messages) {
      const second = messages.filter((other) => other.timeMs >= timeMs && other.timeMs < timeMs + 1000)
      expect(second.length).toBeLessThanOrEqual(30)
    }
    const seen = messages.flatMap(({ events }) =>
      events.flatMap((event) => (event.type === 'run-events' ? event.events : [])),
    )
    expect(seen.map((event) => (event as { step: number }).step)).toEqual(Array.from({ length: 10_000 }, (_, i) => i))
    expect(messages.length).toBeGreaterThan(250)
  })

  it('sends nothing to a window that is behind, and says what was left out once it has caught up', () => {
    let isCongested = true
    const sent: LabEvent[] = []
    const feed = new EventFeed({ send: (events) => sent.push(...events), isCongested: () => isCongested })
    for (let index = 0; index < 20_000; index++) {
      feed.push(runEvents(index))
      if (index % 10 === 0) vi.advanceTimersByTime(1)
    }
    expect(sent).toEqual([])
    isCongested = false
    vi.advanceTimersByTime(100)
    expect(sent).toContainEqual({ type: 'run-gap', runId: 'a' })
    expect(sent.length).toBeLessThanOrEqual(2)
  })

  it('keeps the last state of a run and of the settings only', () => {
    const sent: LabEvent[] = []
    const feed = new EventFeed({ send: (events) => sent.push(...events), isCongested: () => false })
    feed.push({ type: 'progress-end', runId: 'x' })
    vi.advanceTimersByTime(50)
    sent.length = 0
    const progress = (at: number): LabEvent =>
      ({ type: 'progress', progress: { runId: 'x', step: at } }) as unknown as LabEvent
    vi.advanceTimersByTime(1)
    for (let at = 0; at < 5; at++) feed.push(progress(at))
    vi.advanceTimersByTime(50)
    expect(sent).toEqual([progress(4)])
  })
})
