/**
 * Connections that have not shown that they are the user's: each enters as it is accepted, and leaves when it has, has ended, or has had its
 * time. There are never more than MOST; the oldest makes room, so that whoever knows the token is heard however many others only hold a
 * connection open.
 */
import type { Duplex } from 'node:stream'

const MOST = 256
const PATIENCE_MS = 10_000

export class Strangers {
  readonly #timers = new Map<Duplex, NodeJS.Timeout>()

  get count(): number {
    return this.#timers.size
  }

  /** A new connection. */
  admit(socket: Duplex): void {
    // For as long as it lives: Node takes its own listener away when a connection asks for an upgrade, and one packet would end the lab.
    // A connection that breaks is the other side's affair; Node closes it and tells whoever waits for more.
    socket.on('error', () => undefined)
    socket.once('close', () => this.release(socket))
    this.bearWith(socket)
    for (const oldest of this.#timers.keys()) {
      if (this.#timers.size <= MOST) break
      this.release(oldest)
      oldest.destroy()
    }
  }

  /** It has its time anew, and all others go before it. */
  bearWith(socket: Duplex): void {
    this.release(socket)
    const timer = setTimeout(() => socket.destroy(), PATIENCE_MS)
    timer.unref()
    this.#timers.set(socket, timer)
  }

  /** It is the user's, or has gone. */
  release(socket: Duplex): void {
    clearTimeout(this.#timers.get(socket))
    this.#timers.delete(socket)
  }

  /** At the end of the server. */
  dismissAll(): void {
    for (const socket of this.#timers.keys()) socket.destroy()
  }
}
