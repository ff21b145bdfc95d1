/** Which messages a page has not worked through, and when that makes it slow. */
import { describe, expect, it } from 'vitest'
import { MOST_UNANSWERED, Outbox } from '../../../main/electron/outbox.ts'

function fill(count: number): { outbox: Outbox<string>; numbers: number[] } {
  const numbers: number[] = []
  const outbox = new Outbox<string>((number) => numbers.push(number))
  for (let index = 0; index < count; index++) outbox.send('message')
  return { outbox, numbers }
}

describe('the outbox of a page', () => {
  it('is congested while too many messages are unanswered', () => {
    const { outbox, numbers } = fill(MOST_UNANSWERED - 1)
    expect(outbox.isCongested).toBe(false)
    outbox.send('one too many')
    expect(outbox.isCongested).toBe(true)
    outbox.received(numbers[0]!)
    expect(outbox.isCongested).toBe(false)
  })

  it('takes an answer for all messages before it', () => {
    const { outbox, numbers } = fill(3 * MOST_UNANSWERED)
    outbox.received(numbers.at(-1)!)
    for (let index = 0; index < MOST_UNANSWERED - 1; index++) outbox.send('next')
    expect(outbox.isCongested).toBe(false)
  })

  it('does not take the late answer of an earlier page for one of its own', () => {
    const earlier = fill(MOST_UNANSWERED)
    const { outbox } = fill(MOST_UNANSWERED)
    outbox.received(earlier.numbers.at(-1)!)
    expect(outbox.isCongested).toBe(true)
  })
})
