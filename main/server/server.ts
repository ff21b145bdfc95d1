/**
 * The lab over HTTP and WebSocket on the loopback address: the built renderer for a browser that has the token, and a socket a window
 * that carries the protocol. Who may enter is judged in access.ts, before anything else; how long and how many wait for it, in strangers.ts.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { contentSecurityPolicy } from '../../shared/protocol/content-security.ts'
import { LabError } from '../../shared/errors/errors.ts'
import {
  KEY_FRAGMENT,
  SESSION_PATH,
  SOCKET_PATH,
  SOCKET_PROTOCOL,
  type SessionAnswer,
} from '../../shared/protocol/page-session.ts'
import type { Lab } from '../lab/lab.ts'
import { findDoubledHeader, judge, type Judgement, type Refusal } from './access.ts'
import { makeToken } from './last-address.ts'
import { Sessions } from './sessions.ts'
import type { StaticFiles } from './static-files.ts'
import { Strangers } from './strangers.ts'
import { attachWindow } from './window-socket.ts'

const MOST_MESSAGE_BYTES = 4 << 20
/** One that is asked for beyond these is refused; those that are open stay. */
const MOST_WINDOWS = 512
/** A request has come whole by then. */
const REQUEST_MS = 10_000
const CHECK_REQUESTS_EVERY_MS = 2000
/** Nothing is sent or read on an HTTP connection for so long: the other side has stopped. */
const IDLE_MS = 60_000
/** For the other side to take the answer of a refused upgrade. */
const FAREWELL_MS = 2000

export interface LabServer {
  readonly port: number
  /** With the token. */
  readonly address: string
  close(): Promise<void>
}

/** What a request is answered with. */
interface Door {
  readonly port: number
  readonly sessions: Sessions
  readonly files: StaticFiles
  readonly strangers: Strangers
  readonly headers: Readonly<Record<string, string>>
}

/**
 * @param port 0 for any that is free
 * @param token who has it is the user; a random one by default
 * @throws LabError `usage` when the port cannot be opened
 */
export async function startServer(
  lab: Lab,
  files: StaticFiles,
  port: number,
  token: string = makeToken(),
): Promise<LabServer> {
  const server = http.createServer({
    requestTimeout: REQUEST_MS,
    headersTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_REQUESTS_EVERY_MS,
  })
  server.timeout = IDLE_MS
  await listen(server, port)
  const bound = (server.address() as AddressInfo).port
  const sessions = new Sessions({ port: bound, token })
  const door: Door = { port: bound, sessions, files, strangers: new Strangers(), headers: securityHeaders(bound) }
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  })
  server.on('connection', (socket) => door.strangers.admit(socket))
  server.on('request', (request, response) => answer(request, response, door))
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const judgement = judgeUpgrade(request, door, sockets.clients.size)
    if (judgement.kind === 'refused') return refuseUpgrade(socket, judgement)
    door.strangers.release(socket)
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      attachWindow(lab, webSocket, judgement.by === 'proof' ? () => sessions.makePageKey() : null),
    )
  })
  return {
    port: bound,
    address: `http://127.0.0.1:${bound}/?token=${token}`,
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      door.strangers.dismissAll()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function listen(server: http.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new LabError('usage', 'the lab cannot be served on this port.', {
          where: `127.0.0.1:${port}`,
          expected: 'a free port',
          found: cause.code ?? cause.message,
          remedy: 'Choose another with --port, or leave it out.',
          cause,
        }),
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
}

function judgeRequest(request: IncomingMessage, { port, sessions }: Door): Judgement {
  const doubled = findDoubledHeader(request.rawHeaders)
  if (doubled !== undefined) return { kind: 'refused', status: 400, reason: `The header ${doubled} came twice.` }
  const { host, origin, cookie, authorization, 'sec-websocket-protocol': protocols } = request.headers
  const { method = '', url = '' } = request
  return judge({ method, url, host, origin, cookie, authorization, protocols }, port, sessions)
}

/** A socket carries commands: the cookie, which other services of this machine see, is not enough. */
function judgeUpgrade(
  request: IncomingMessage,
  door: Door,
  windowCount: number,
): Refusal | { readonly kind: 'welcome'; readonly by: 'token' | 'proof' } {
  const judgement = judgeRequest(request, door)
  if (judgement.kind === 'refused') return judgement
  if (judgement.kind === 'elsewhere')
    return { kind: 'refused', status: 403, reason: 'Sockets are opened at 127.0.0.1 only.' }
  if (request.url !== SOCKET_PATH) return { kind: 'refused', status: 404, reason: 'There is no socket here.' }
  if (judgement.kind === 'sign-in' || judgement.by === 'cookie')
    return { kind: 'refused', status: 401, reason: 'A page proves its key.' }
  if (windowCount >= MOST_WINDOWS) return { kind: 'refused', status: 503, reason: 'Too many windows are open.' }
  return { kind: 'welcome', by: judgement.by }
}

/** Ended, and gone soon after whether or not the other side takes the answer or ends its own half. */
function refuseUpgrade(socket: Duplex, { status, reason }: Refusal): void {
  const body = `${reason}\n`
  socket.end(
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  socket.resume() // what it still sends is not kept
  setTimeout(() => socket.destroy(), FAREWELL_MS).unref()
}

function securityHeaders(port: number): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy([`ws://127.0.0.1:${port}`]),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
  }
}

function answer(request: IncomingMessage, response: ServerResponse, door: Door): void {
  // The other side may be gone at any moment of an answer: there is nobody left to tell.
  for (const stream of [request, response]) stream.on('error', () => undefined)
  const { sessions, strangers, headers } = door
  const judgement = judgeRequest(request, door)
  if (judgement.kind === 'refused') {
    response.writeHead(judgement.status, {
      ...headers,
      'Content-Type': 'text/plain; charset=utf-8',
      Connection: 'close',
    })
    response.end(`${judgement.reason}\n`)
    return
  }
  if (judgement.kind === 'elsewhere') {
    response.writeHead(307, { ...headers, Location: judgement.location, 'Cache-Control': 'no-store' })
    response.end()
    return
  }
  if (judgement.kind === 'sign-in') {
    const { id, secret } = sessions.makePageKey()
    const location = `${judgement.location}${KEY_FRAGMENT}${id}.${secret}`
    response.writeHead(303, {
      ...headers,
      Location: location,
      'Set-Cookie': sessions.makeCookie(),
      'Cache-Control': 'no-store',
    })
    response.end()
    return
  }
  if (judgement.by === 'cookie') strangers.bearWith(request.socket)
  else strangers.release(request.socket)
  const pathname = (request.url ?? '/').replace(/[?#].*$/, '')
  if (pathname === SESSION_PATH) {
    response.writeHead(200, {
      ...headers,
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      ...(judgement.by === 'proof' ? { 'Set-Cookie': sessions.makeCookie() } : {}),
    })
    response.end(JSON.stringify({ instance: sessions.instance } satisfies SessionAnswer))
    return
  }
  const file = door.files.get(pathname)
  if (file === undefined) {
    response.writeHead(404, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' })
    response.end('There is no such file.\n')
    return
  }
  response.writeHead(200, {
    ...headers,
    'Content-Type': file.type,
    'Content-Length': file.bytes.length,
    'Cache-Control': file.isImmutable ? 'private, max-age=31536000, immutable' : 'no-cache',
  })
  response.end(request.method === 'HEAD' ? undefined : file.bytes)
}
