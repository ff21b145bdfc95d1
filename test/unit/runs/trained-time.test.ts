/** How long a run was trained until which step: pauses, crashes and steps that were taken twice are left out. */
import { describe, expect, it } from 'vitest'
import type { LogEntry, LogEntryBody } from '../../../shared/runs/log.ts'
import { timeSteps } from '../../../shared/runs/trained-time.ts'

const BEGIN_MS = Date.UTC(2026, 0, 1)

/** @param seconds since the run was begun */
const at = (seconds: number, entry: LogEntryBody): LogEntry => ({
  ...entry,
  at: new Date(BEGIN_MS + 1000 * seconds).toISOString(),
})
const status = (to: 'running' | 'paused', previous: 'queued' | 'running' | 'paused'): LogEntryBody => ({
  kind: 'status',
  status: to,
  previous,
  message: null,
})
const checkpoint = (step: number): LogEntryBody => ({ kind: 'checkpoint', keptAs: 'last', bytes: 1, step })
const validation = (step: number): LogEntryBody => ({
  kind: 'validation',
  step,
  epoch: 0,
  loss: 1,
  accuracy: null,
  bestCount: 0,
})

describe('the time of training', () => {
  it('goes on from the warm-up to the training', () => {
    const timed = timeSteps([
      at(0, status('running', 'queued')),
      at(1, { kind: 'phase', phase: 'warm-up', step: 0 }),
      at(11, { kind: 'warmed-up', step: 20, vaaStar: [] }),
      at(12, { kind: 'phase', phase: 'training', step: 0 }),
      at(15, validation(30)),
    ])
    expect(timed).toEqual([
      { phase: 'warm-up', step: 0, ms: 1000 },
      { phase: 'warm-up', step: 20, ms: 11_000 },
      { phase: 'training', step: 0, ms: 12_000 },
      { phase: 'training', step: 30, ms: 15_000 },
    ])
  })

  it('leaves out a pause', () => {
    const timed = timeSteps([
      at(0, status('running', 'queued')),
      at(0, { kind: 'phase', phase: 'training', step: 0 }),
      at(10, checkpoint(100)),
      at(10, status('paused', 'running')),
      at(5000, status('running', 'paused')),
      at(5010, validation(200)),
    ])
    expect(timed.at(-1)).toEqual({ phase: 'training', step: 200, ms: 20_000 })
  })

  it('leaves out what a crash took, and counts the steps that were taken again once', () => {
    const timed = timeSteps([
      at(0, status('running', 'queued')),
      at(0, { kind: 'phase', phase: 'training', step: 0 }),
      at(10, checkpoint(100)),
      at(18, validation(180)),
      at(900, status('running', 'running')),
      at(908, validation(180)),
    ])
    expect(timed.map(({ step, ms }) => [step, ms])).toEqual([
      [0, 0],
      [100, 10_000],
      [180, 18_000],
    ])
  })

  it('keeps two thousand steps of a long log, the first and the last among them', () => {
    const timed = timeSteps([
      at(0, status('running', 'queued')),
      ...Array.from({ length: 9000 }, (_, index) => at(index, validation(index))),
    ])
    expect(timed.length).toBeLessThanOrEqual(2001)
    expect([timed[0]!.step, timed.at(-1)!.step]).toEqual([0, 8999])
  })

  it('is not known of a run without a log', () => {
    expect(timeSteps([])).toEqual([])
  })
})
