/**
 * One window's WebSocket at the lab: frames enter as they come, whatever is in them, and messages of the protocol leave. What is no command
 * ends the socket with a code that says so; a window that does not answer a ping is let go. Who may open one is judged before.
 */
import type { WebSocket } from 'ws'
import type { PageKey, KeyMessage } from '../../shared/protocol/page-session.ts'
import { connect } from '../lab/connection.ts'
import type { Lab } from '../lab/lab.ts'

/** Beyond this, a window is slow. */
const CONGESTED_BYTES = 1 << 20
const PING_EVERY_MS = 30_000
/** A page's key holds for hours (sessions.ts): a page that is open has a new one long before. */
const KEY_EVERY_MS = 3600 * 1000
/** "Policy violation". */
const NO_COMMAND = 1008

/** @param makeKey for a page that keeps one; null for a script that has the token */
export function attachWindow(lab: Lab, socket: WebSocket, makeKey: (() => PageKey) | null): void {
  const timers = [setInterval(() => ping(socket), PING_EVERY_MS)]
  if (makeKey !== null) {
    const sendKey = (): void => sendJson(socket, { kind: 'key', key: makeKey() } satisfies KeyMessage)
    sendKey()
    timers.push(setInterval(sendKey, KEY_EVERY_MS))
  }
  for (const timer of timers) timer.unref()
  const connection = connect(lab, {
    send: (message) => sendJson(socket, message),
    isCongested: () => socket.bufferedAmount > CONGESTED_BYTES,
  })
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    // Frames still come after one that has ended the socket, until the other side has heard of it.
    if (socket.readyState !== socket.OPEN) return
    try {
      if (isBinary) throw new TypeError('A command is text.')
      connection.receive(JSON.parse(data.toString('utf8')))
    } catch {
      socket.close(NO_COMMAND, 'no command') // JSON that is none, or a message that is no command: not our renderer
    }
  })
  socket.on('pong', () => waitingForPong.delete(socket))
  // Frames against the protocol of sockets, or a connection that broke: `ws` tells the other side why, and closes.
  socket.on('error', () => undefined)
  socket.on('close', () => {
    for (const timer of timers) clearInterval(timer)
    connection.close()
  })
}

const waitingForPong = new WeakSet<WebSocket>()

/** One that has not answered the last is frozen or gone: what is sent to it would only pile up. */
function ping(socket: WebSocket): void {
  if (waitingForPong.has(socket)) socket.terminate()
  waitingForPong.add(socket)
  socket.ping()
}

/** A socket that has been closed meanwhile takes nothing more, and its window asks anew when it is back. */
function sendJson(socket: WebSocket, message: unknown): void {
  const text = JSON.stringify(message)
  if (socket.readyState === socket.OPEN) socket.send(text, () => undefined)
}
