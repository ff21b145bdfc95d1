/** Connections that have not shown who they are: how long they may wait, and how many. */
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Strangers } from '../../../main/server/strangers.ts'

const PATIENCE_MS = 10_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('has ten seconds, and as many again with each request that opens a file', () => {
  const strangers = new Strangers()
  const [silent, asking, known] = [new PassThrough(), new PassThrough(), new PassThrough()]
  for (const socket of [silent, asking, known]) strangers.admit(socket)
  strangers.release(known)
  vi.advanceTimersByTime(PATIENCE_MS - 1)
  strangers.bearWith(asking)
  vi.advanceTimersByTime(1)
  expect([silent, asking, known].map(({ destroyed }) => destroyed)).toEqual([true, false, false])
  vi.advanceTimersByTime(PATIENCE_MS)
  expect([asking, known].map(({ destroyed }) => destroyed)).toEqual([true, false])
})

it('makes room, the one that has waited longest first', () => {
  const strangers = new Strangers()
  const sockets = Array.from({ length: 257 }, () => new PassThrough())
  const [first, second] = sockets as [PassThrough, PassThrough]
  for (const socket of sockets.slice(0, 256)) strangers.admit(socket)
  strangers.bearWith(first)
  strangers.admit(sockets[256]!)
  expect([first.destroyed, second.destroyed, strangers.count]).toEqual([false, true, 256])
})

it('outlives the error of a connection, whoever else listens to it', () => {
  const socket = new PassThrough()
  new Strangers().admit(socket)
  expect(() => socket.emit('error', new Error('ECONNRESET'))).not.toThrow()
})
