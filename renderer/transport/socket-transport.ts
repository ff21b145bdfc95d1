/**
 * The lab over a WebSocket to the server that this page came from; connects again when it is lost, with growing patience. It shows the lab
 * that it holds this page's key (page-key.ts) and keeps the next one that it is given.
 */
import type { CommandMessage, LabMessage } from '../../shared/protocol/messages.ts'
import { SOCKET_PROTOCOL, type KeyMessage, type SessionAnswer } from '../../shared/protocol/page-session.ts'
import { askSession, forgetAddressKey, keepKey, proveKey } from './page-key.ts'
import type { Transport, TransportListener } from './transport.ts'

const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 5000
const UNAUTHORIZED = 401

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
    void this.#connect()
  }

  send(message: CommandMessage): void {
    this.#socket?.send(JSON.stringify(message))
  }

  close(): void {
    this.#closed = true
    this.#socket?.close()
  }

  async #connect(): Promise<void> {
    if (this.#retryMs === FIRST_RETRY_MS) this.#listener?.state('connecting') // later it stays lost until it is open
    const answer = await askSession(null)
    if (!answer?.ok) return this.#retryLater(answer?.status === UNAUTHORIZED)
    // Another program may have taken the port.
    const instance = await answer.json().then(
      (session: SessionAnswer) => session.instance,
      () => null,
    )
    if (instance === null) return this.#retryLater(false)
    const proof = await proveKey(instance)
    if (proof === null) return this.#retryLater(true)
    if (this.#closed) return
    const socket = new WebSocket(this.#url, [SOCKET_PROTOCOL, proof])
    this.#socket = socket
    let wasOpen = false
    socket.addEventListener('open', () => {
      wasOpen = true
      this.#isRefused = false
      this.#retryMs = FIRST_RETRY_MS
      this.#listener?.state('open')
    })
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(data as string) as LabMessage | KeyMessage
      if (message.kind === 'key') void this.#renew(message, instance)
      else this.#listener?.message(message)
    })
    socket.addEventListener('close', () => {
      if (wasOpen) this.#retryLater(false)
      // A socket does not tell why it was not opened.
      else void this.#retryUnopened(proof)
    })
  }

  /** Refused with what an address has brought, it tries what the lab has given. */
  async #retryUnopened(proof: string): Promise<void> {
    const answer = await askSession(proof)
    this.#retryLater(answer?.status === UNAUTHORIZED && !(await forgetAddressKey()))
  }

  /** With the new key the page also gets a new cookie, without which it could not be reloaded. */
  async #renew({ key }: KeyMessage, instance: string): Promise<void> {
    await keepKey(key)
    await askSession(await proveKey(instance))
  }

  #retryLater(isRefused: boolean): void {
    if (this.#closed) return
    // Once refused, it stays so until it is open: that the lab is away for a moment is no news.
    this.#isRefused ||= isRefused
    this.#listener?.state(this.#isRefused ? 'refused' : 'lost')
    setTimeout(() => void this.#connect(), this.#retryMs)
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2)
  }
}
