/**
 * Who may use the served lab, and how much of it: the parts of a request that tell it enter, a judgement leaves. Host and Origin must be this
 * server's own loopback address (against DNS rebinding and foreign pages), and nothing is given without the token, or what was made of it
 * at a sign-in (sessions.ts). The address's other names lead to it, and are answered with nothing else.
 */
import { PROOF_SCHEME, SOCKET_PROTOCOL } from '../../shared/protocol/page-session.ts'
import type { Sessions } from './sessions.ts'

export interface Visitor {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly cookie: string | undefined
  readonly authorization: string | undefined
  /** Of a socket: Sec-WebSocket-Protocol. */
  readonly protocols: string | undefined
}

export type Judgement =
  /** By the token or a page's proof: everything. By the cookie: files that hold nothing of the user's. */
  | { readonly kind: 'welcome'; readonly by: 'token' | 'proof' | 'cookie' }
  /** The token stood in the address: it becomes a session and leaves the address. */
  | { readonly kind: 'sign-in'; readonly location: string }
  /** By another name of this address, which a browser may take to another service's door: the same under the lab's own. */
  | { readonly kind: 'elsewhere'; readonly location: string }
  | Refusal

export interface Refusal {
  readonly kind: 'refused'
  readonly status: 400 | 401 | 403 | 404 | 405 | 503
  readonly reason: string
}

/** They may mean [::1] too, where anybody's service can listen and pass on what it hears. */
const OTHER_NAMES = ['localhost', '[::1]']
const ONLY_ONCE = ['host', 'origin', 'cookie', 'authorization', 'sec-websocket-protocol']

/**
 * A header that says who comes, given twice, says two things: which of them counts would depend on who reads it.
 * @param rawHeaders names and values in turn, as they came
 */
export function findDoubledHeader(rawHeaders: readonly string[]): string | undefined {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  return ONLY_ONCE.find((name) => names.indexOf(name) !== names.lastIndexOf(name))
}

export function judge(visitor: Visitor, port: number, sessions: Sessions): Judgement {
  const own = `127.0.0.1:${port}`
  const host = visitor.host?.toLowerCase()
  const isOther = OTHER_NAMES.some((name) => host === `${name}:${port}`)
  if (host !== own && !isOther) return { kind: 'refused', status: 403, reason: 'This host is not the lab’s own.' }
  if (visitor.origin !== undefined && visitor.origin !== `http://${own}`)
    return { kind: 'refused', status: 403, reason: 'This origin is not the lab’s own.' }
  if (visitor.method !== 'GET' && visitor.method !== 'HEAD')
    return { kind: 'refused', status: 405, reason: 'Only GET is answered.' }
  const url = readUrl(visitor.url)
  if (url === null) return { kind: 'refused', status: 400, reason: 'This is no path.' }
  if (isOther) return { kind: 'elsewhere', location: `http://${own}${url.pathname}${url.search}` }
  const given = url.searchParams.get('token')
  if (given !== null && sessions.isToken(given)) {
    url.searchParams.delete('token')
    return { kind: 'sign-in', location: `${url.pathname}${url.search}` }
  }
  const [, scheme, shown] = /^(\w+) (\S+)$/.exec(visitor.authorization ?? '') ?? []
  if (scheme === 'Bearer' && sessions.isToken(shown!)) return { kind: 'welcome', by: 'token' }
  const proof = scheme === PROOF_SCHEME ? shown : readProof(visitor.protocols ?? '')
  if (proof !== undefined && sessions.isProof(proof)) return { kind: 'welcome', by: 'proof' }
  // A proof that is wrong is told, whatever the cookie: the page asks why it was not let in.
  if (proof === undefined && sessions.hasCookie(visitor.cookie ?? '')) return { kind: 'welcome', by: 'cookie' }
  return { kind: 'refused', status: 401, reason: 'Open the address with the token that the lab has printed.' }
}

/** @returns null for what is no path, and for two slashes, which would name another host in the answer's Location */
function readUrl(target: string): URL | null {
  if (!target.startsWith('/')) return null
  const url = new URL(`http://lab${target}`)
  return /^\/[/\\]/.test(target) || url.pathname.startsWith('//') ? null : url
}

function readProof(protocols: string): string | undefined {
  const [name, proof] = protocols.split(',').map((protocol) => protocol.trim())
  return name === SOCKET_PROTOCOL ? proof : undefined
}
