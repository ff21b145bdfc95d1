/** What becomes of a wish to close a window. */
import { describe, expect, it } from 'vitest'
import { decideClosing } from '../../../main/electron/closing.ts'

const busy = { isBusy: true, isLast: true, isSaved: false, whenClosed: 'ask' } as const

describe('closing a window', () => {
  it.each([
    ['asks when it is the last one of a busy lab', busy, 'ask'],
    ['does what the user has chosen for good: train on', { ...busy, whenClosed: 'train-on' }, 'train-on'],
    ['does what the user has chosen for good: pause', { ...busy, whenClosed: 'pause' }, 'pause-and-quit'],
    ['is free while another window stands', { ...busy, isLast: false }, 'close'],
    ['is free when nothing is trained', { ...busy, isBusy: false }, 'close'],
    ['is free once all is saved', { ...busy, isSaved: true }, 'close'],
  ] as const)('%s', (_, closing, decision) => {
    expect(decideClosing(closing)).toBe(decision)
  })
})
