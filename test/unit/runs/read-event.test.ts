/** Lines of the metrics: what is no object is told apart without being read as JSON. */
import { expect, it, vi } from 'vitest'
import { readEvent } from '../../../shared/runs/read-event.ts'

it('a million lines that are blank or of another kind cost no attempt to read them as JSON', () => {
  const parse = vi.spyOn(JSON, 'parse')
  const others = ['', ' ', '\r', '{', '}', 'step,loss', '[1]', '{"type":"lo']
  const events = Array.from({ length: 1_000_000 }, (_, i) => readEvent(others[i % others.length]!))
  expect(events.every((event) => event === null)).toBe(true)
  expect(parse).not.toHaveBeenCalled()
  parse.mockRestore()
})

it('an event is read with the blanks that an editor leaves around it', () => {
  const event = { type: 'phase', phase: 'training', step: 3 }
  expect(readEvent(` ${JSON.stringify(event)}\r`)).toEqual(event)
})
