/**
 * The lab over HTTP and WebSocket on the loopback address: the built renderer for a browser that has the token, and a socket a window
 * that carries the protocol. Who may enter is judged in access.ts, before anything else.
 */
import { randomBytes } from 'node:crypto'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { contentSecurityPolicy } from '../../shared/protocol/content-security.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import { connect } from '../lab/connection.ts'
import type { Lab } from '../lab/lab.ts'
import { cookieName, judge, type AccessRules, type Judgement } from './access.ts'
import type { StaticFiles } from './static-files.ts'

export const SOCKET_PATH = '/socket'
const MOST_MESSAGE_BYTES = 4 << 20
/** Beyond this, a window is slow. */
const CONGESTED_BYTES = 1 << 20
const PING_EVERY_MS = 30_000
const PROTOCOL_ERROR = 1008

export interface LabServer {
  readonly port: number
  /** With the token. */
  readonly address: string
  close(): Promise<void>
}

/**
 * @param port 0 for any that is free
 * @param token who has it is the user; a random one of 256 bits by default
 * @throws LabError `usage` when the port cannot be had
 */
export async function startServer(
  lab: Lab,
  files: StaticFiles,
  port: number,
  token: string = randomBytes(32).toString('base64url'),
): Promise<LabServer> {
  const server = http.createServer({ requestTimeout: 10_000 })
  await listen(server, port)
  const rules: AccessRules = { port: (server.address() as AddressInfo).port, token }
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES })
  const headers = securityHeaders(rules.port)
  server.on('request', (request, response) => answer(request, response, files, rules, headers))
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const judgement = judgeRequest(request, rules)
    if (judgement.kind !== 'welcome' || request.url !== SOCKET_PATH) {
      socket.end(
        `HTTP/1.1 ${judgement.kind === 'refused' ? judgement.status : 404} Refused\r\nConnection: close\r\n\r\n`,
      )
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => attach(lab, webSocket))
  })
  const pinging = setInterval(() => {
    for (const socket of sockets.clients) socket.ping()
  }, PING_EVERY_MS)
  pinging.unref()
  return {
    port: rules.port,
    address: `http://127.0.0.1:${rules.port}/?token=${token}`,
    async close() {
      clearInterval(pinging)
      for (const socket of sockets.clients) socket.terminate()
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

function judgeRequest(request: IncomingMessage, rules: AccessRules): Judgement {
  const { host, origin, cookie, authorization } = request.headers
  return judge({ method: request.method ?? '', url: request.url ?? '', host, origin, cookie, authorization }, rules)
}

function securityHeaders(port: number): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy([`ws://127.0.0.1:${port}`, `ws://localhost:${port}`]),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  files: StaticFiles,
  rules: AccessRules,
  headers: Record<string, string>,
): void {
  const judgement = judgeRequest(request, rules)
  if (judgement.kind === 'refused') {
    response.writeHead(judgement.status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' })
    response.end(`${judgement.reason}\n`)
    return
  }
  if (judgement.kind === 'sign-in') {
    const cookie = `${cookieName(rules.port)}=${rules.token}; HttpOnly; SameSite=Strict; Path=/`
    response.writeHead(303, { ...headers, Location: judgement.location, 'Set-Cookie': cookie })
    response.end()
    return
  }
  const file = files.get((request.url ?? '/').replace(/[?#].*$/, ''))
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

function attach(lab: Lab, socket: WebSocket): void {
  const connection = connect(lab, {
    send: (message) => socket.send(JSON.stringify(message)),
    isCongested: () => socket.bufferedAmount > CONGESTED_BYTES,
  })
  socket.on('message', (data: Buffer) => {
    try {
      connection.receive(JSON.parse(data.toString('utf8')))
    } catch {
      socket.close(PROTOCOL_ERROR, 'no command') // JSON that is none, or a message that is no command: not our renderer
    }
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => connection.close())
}
