/** A window's socket over time: one that no longer answers is let go, and a page's key is renewed while it is open. */
import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { attachWindow } from '../../../main/server/window-socket.ts'
import type { Lab } from '../../../main/lab/lab.ts'

const HOUR_MS = 3600 * 1000

class FakeSocket extends EventEmitter {
  readonly OPEN = 1
  readyState = 1
  bufferedAmount = 0
  answersPings = true
  readonly sent: { kind: string }[] = []

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { kind: string })
  }

  ping(): void {
    if (this.answersPings) this.emit('pong')
  }

  terminate(): void {
    this.readyState = 3
    this.emit('close')
  }
}

function attachFake(): FakeSocket {
  const socket = new FakeSocket()
  const lab = { listenAsWindow: () => () => undefined, snapshot: () => null } as unknown as Lab
  attachWindow(lab, socket as unknown as WebSocket, () => ({ id: 'a', secret: 'b' }))
  return socket
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('stays as long as it answers, and is given a new key every hour', () => {
  const socket = attachFake()
  vi.advanceTimersByTime(2 * HOUR_MS)
  expect(socket.readyState).toBe(socket.OPEN)
  expect(socket.sent.filter(({ kind }) => kind === 'key')).toHaveLength(3)
})

it('is let go when it has not answered for two pings, and leaves no timer', () => {
  const socket = attachFake()
  socket.answersPings = false
  vi.advanceTimersByTime(30_000)
  expect(socket.readyState).toBe(socket.OPEN)
  vi.advanceTimersByTime(30_000)
  expect(socket.readyState).not.toBe(socket.OPEN)
  expect(vi.getTimerCount()).toBe(0)
})
