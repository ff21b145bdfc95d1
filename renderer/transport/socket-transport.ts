/** The lab over a WebSocket to the server that this page came from; connects again when it is lost, with growing patience. */
import type { CommandMessage, LabMessage } from '../../shared/protocol/messages.ts'
import type { Transport, TransportListener } from './transport.ts'

const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 5000

export class SocketTransport implements Transport {
  readonly #url: string
  #socket: WebSocket | null = null
  #listener: TransportListener | null = null
  #retryMs = FIRST_RETRY_MS
  #closed = false
  #isRefused = false

  constructor(url: string) {
    this.#url = url
  }

  open(listener: TransportListener): void {
    this.#listener = listener
    this.#connect()
  }

  send(message: CommandMessage): void {
    this.#socket?.send(JSON.stringify(message))
  }

  close(): void {
    this.#closed = true
    this.#socket?.close()
  }

  #connect(): void {
    if (this.#retryMs === FIRST_RETRY_MS) this.#listener?.state('connecting') // later it stays lost until it is open
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    let wasOpen = false
    socket.addEventListener('open', () => {
      wasOpen = true
      this.#isRefused = false
      this.#retryMs = FIRST_RETRY_MS
      this.#listener?.state('open')
    })
    socket.addEventListener('message', ({ data }) => this.#listener?.message(JSON.parse(data as string) as LabMessage))
    socket.addEventListener('close', () => {
      if (this.#closed) return
      if (!this.#isRefused) this.#listener?.state('lost')
      if (!wasOpen) void this.#lookWhy()
      setTimeout(() => this.#connect(), this.#retryMs)
      this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2)
    })
  }

  /** A socket does not tell why it was not opened; a page's address does. */
  async #lookWhy(): Promise<void> {
    const answer = await fetch(window.location.pathname, { method: 'HEAD', cache: 'no-store' }).catch(() => null)
    if (answer?.status !== 401 || this.#closed) return
    this.#isRefused = true
    this.#listener?.state('refused')
  }
}
