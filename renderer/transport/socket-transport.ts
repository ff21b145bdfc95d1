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
    this.#listener?.state('connecting')
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    socket.addEventListener('open', () => {
      this.#retryMs = FIRST_RETRY_MS
      this.#listener?.state('open')
    })
    socket.addEventListener('message', ({ data }) => this.#listener?.message(JSON.parse(data as string) as LabMessage))
    socket.addEventListener('close', () => {
      if (this.#closed) return
      this.#listener?.state('lost')
      setTimeout(() => this.#connect(), this.#retryMs)
      this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2)
    })
  }
}
