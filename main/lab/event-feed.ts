/**
 * The events for one window: they enter as they happen, and leave in at most 30 messages a second. Within a message only the last state
 * of a run and of its progress is kept and its events are joined. A window that does not keep up loses events, is told so, and asks anew.
 */
import type { LabEvent } from '../../shared/protocol/events.ts'
import { BATCH_INTERVAL_MS } from '../engine/host/event-batcher.ts'

/** Events of runs that wait for a slow window, at most. */
const MOST_WAITING = 5000

export interface FeedTarget {
  send(events: readonly LabEvent[]): void
  /** Whether what was sent has not left yet. */
  isCongested(): boolean
}

export class EventFeed {
  readonly #target: FeedTarget
  /** By what they replace; a Map keeps the order of the first. */
  #pending = new Map<string, LabEvent>()
  #waitingCount = 0
  #timer: NodeJS.Timeout | null = null
  #lastSentMs = -Infinity
  #closed = false

  constructor(target: FeedTarget) {
    this.#target = target
  }

  push(event: LabEvent): void {
    if (this.#closed) return
    const key = keyOf(event, this.#pending.size)
    const earlier = this.#pending.get(key)
    if (event.type === 'run-events') this.#waitingCount += event.events.length
    if (event.type === 'run-events' && earlier?.type === 'run-events')
      this.#pending.set(key, { ...earlier, events: [...earlier.events, ...event.events] })
    else {
      // A gap says all: the window asks again, whatever it would have heard.
      if (event.type === 'run-gap') this.#pending.delete(`run-events ${event.runId}`)
      this.#pending.set(key, event)
    }
    if (this.#waitingCount > MOST_WAITING) this.#dropRunEvents()
    this.#timer ??= setTimeout(
      () => this.#flush(),
      // Timers drop fractions of a millisecond: rounded down, they would make 31 messages of 30.
      Math.ceil(Math.max(0, this.#lastSentMs + BATCH_INTERVAL_MS - performance.now())),
    )
  }

  close(): void {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
  }

  #flush(): void {
    this.#timer = null
    if (this.#target.isCongested()) {
      this.#timer = setTimeout(() => this.#flush(), BATCH_INTERVAL_MS)
      return
    }
    const events = [...this.#pending.values()]
    this.#pending = new Map()
    this.#waitingCount = 0
    this.#lastSentMs = performance.now()
    if (events.length > 0) this.#target.send(events)
  }

  #dropRunEvents(): void {
    for (const [key, event] of [...this.#pending])
      if (event.type === 'run-events') {
        this.#pending.delete(key)
        this.#pending.set(`run-gap ${event.runId}`, { type: 'run-gap', runId: event.runId })
      }
    this.#waitingCount = 0
  }
}

/** Events with one key replace each other. */
function keyOf(event: LabEvent, position: number): string {
  switch (event.type) {
    case 'run':
      return `run ${event.run.id}`
    case 'run-removed':
      return `run ${event.runId}`
    case 'progress':
      return `progress ${event.progress.runId}`
    case 'progress-end':
      return `progress ${event.runId}`
    case 'run-events':
    case 'run-gap':
      return `${event.type} ${event.runId}`
    case 'sweep':
      return `sweep ${event.sweep.id}`
    case 'sweep-removed':
      return `sweep ${event.sweepId}`
    case 'sweep-row':
      return `sweep-row ${event.sweepId} ${event.row.index}`
    case 'device-speed':
      return `device-speed ${event.measureId} ${event.speed.device.id}`
    case 'runs-changed':
    case 'index':
    case 'settings':
    case 'queue':
    case 'held-queue':
    case 'presets':
    case 'tensorflow':
    case 'trash':
    case 'snapshot':
      return event.type
    case 'notice':
      return `notice ${position} ${performance.now()}`
  }
}
