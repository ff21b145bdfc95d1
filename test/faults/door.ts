/**
 * The served lab from outside, as bytes: connections that send whatever they are told to and can be reset, requests and frames as text,
 * and what the lab sends on a socket. Nothing here keeps to a protocol by itself.
 */
import { createHmac } from 'node:crypto'
import net from 'node:net'
import type { PageKey } from '../../shared/protocol/page-session.ts'

export interface Door {
  readonly port: number
  readonly token: string
}

/** @param address with the token, as the lab prints it */
export function doorOf(address: string): Door {
  const url = new URL(address)
  return { port: Number(url.port), token: url.searchParams.get('token')! }
}

export const bearer = ({ token }: Door): string => `Authorization: Bearer ${token}`

/** @param headers beside Host */
export const requestText = ({ port }: Door, target: string, headers: readonly string[] = []): string =>
  [`GET ${target} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers, '', ''].join('\r\n')

/** @param headers what shows who comes; without them it is refused */
export const upgradeText = (door: Door, headers: readonly string[]): string =>
  requestText(door, '/socket', [
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  ])

/** What a page shows of its key to a start of the lab. */
export const proofOf = ({ id, secret }: PageKey, instance: string): string =>
  `${id}.${createHmac('sha256', Buffer.from(secret, 'base64url')).update(instance).digest('base64url')}`

export const TEXT = 1
export const BINARY = 2
export const CLOSE = 8
export const PING = 9

/** A frame of a client: masked, by zeros. @param opcode of 4 bits, whatever it is */
export function frame(opcode: number, payload: Buffer, isLast = true): Buffer {
  const length = payload.length
  const header = Buffer.alloc(length < 126 ? 2 : length < 1 << 16 ? 4 : 10)
  header[0] = (isLast ? 0x80 : 0) | opcode
  if (header.length === 2) header[1] = 0x80 | length
  else if (header.length === 4) header.writeUInt16BE(length, 2)
  else header.writeBigUInt64BE(BigInt(length), 2)
  if (header.length > 2) header[1] = header.length === 4 ? 0x80 | 126 : 0x80 | 127
  return Buffer.concat([header, Buffer.alloc(4), payload])
}

export const commandFrame = (name: string, payload: unknown, id = 1): Buffer =>
  frame(TEXT, Buffer.from(JSON.stringify({ kind: 'command', id, name, payload })))

/** Connected, with everything that it has received so far. A connection that breaks only closes. */
export class RawConnection {
  readonly socket: net.Socket
  readonly closed: Promise<void>
  received = Buffer.alloc(0)
  /** Whether the lab has ended its half. */
  hasEnded = false
  #heard: () => void = () => undefined

  private constructor(socket: net.Socket) {
    this.socket = socket
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes])
      this.#heard()
    })
    socket.on('end', () => {
      this.hasEnded = true
      this.#heard()
    })
    void this.closed.then(() => this.#heard())
  }

  static async open({ port }: Pick<Door, 'port'>): Promise<RawConnection> {
    // A client that has ended its own half still hears the other.
    const connection = new RawConnection(net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }))
    const { socket, closed } = connection
    await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), closed])
    return connection
  }

  write(bytes: string | Buffer): Promise<void> {
    return new Promise((resolve) => this.socket.write(bytes, () => resolve()))
  }

  /** @returns whether it `holds`, sooner or later; false once the lab has ended its half without */
  async until(holds: (received: Buffer) => boolean): Promise<boolean> {
    while (!holds(this.received)) {
      if (this.socket.closed || this.hasEnded) return false
      await new Promise<void>((resolve) => (this.#heard = resolve))
    }
    return true
  }

  /** A TCP RST. */
  reset(): Promise<void> {
    this.socket.resetAndDestroy()
    return this.closed
  }
}

export interface ServerFrame {
  readonly opcode: number
  readonly payload: Buffer
}

/** @param received an upgrade's answer and the frames after it. @returns those that are whole */
export function serverFrames(received: Buffer): ServerFrame[] {
  const frames: ServerFrame[] = []
  let at = received.indexOf('\r\n\r\n') + 4
  while (at >= 4 && at + 2 <= received.length) {
    const short = received[at + 1]! & 0x7f
    const start = at + (short === 126 ? 4 : short === 127 ? 10 : 2)
    if (start > received.length) break
    const length =
      short === 126 ? received.readUInt16BE(at + 2) : short === 127 ? Number(received.readBigUInt64BE(at + 2)) : short
    if (start + length > received.length) break
    frames.push({ opcode: received[at]! & 0x0f, payload: received.subarray(start, start + length) })
    at = start + length
  }
  return frames
}
