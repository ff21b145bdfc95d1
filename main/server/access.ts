/**
 * Who may use the served lab: the parts of a request that tell it enter, a judgement leaves. Host and Origin must be this server's own
 * loopback address (against DNS rebinding and foreign pages), and nothing is given without the token.
 */
import { createHash, timingSafeEqual } from 'node:crypto'

export interface Visitor {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly cookie: string | undefined
  readonly authorization: string | undefined
}

export type Judgement =
  | { readonly kind: 'welcome' }
  /** The token stood in the address: it becomes a cookie and leaves the address. */
  | { readonly kind: 'sign-in'; readonly location: string }
  | { readonly kind: 'refused'; readonly status: 400 | 401 | 403 | 405; readonly reason: string }

export interface AccessRules {
  readonly port: number
  readonly token: string
}

/** Cookies do not tell ports apart: two labs of one machine need two names. */
export function cookieName(port: number): string {
  return `warmup-lab-${port}`
}

export function judge(visitor: Visitor, rules: AccessRules): Judgement {
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${rules.port}`)
  if (visitor.host === undefined || !hosts.includes(visitor.host.toLowerCase()))
    return { kind: 'refused', status: 403, reason: 'This host is not the lab’s own.' }
  if (visitor.origin !== undefined && !hosts.some((host) => visitor.origin === `http://${host}`))
    return { kind: 'refused', status: 403, reason: 'This origin is not the lab’s own.' }
  if (visitor.method !== 'GET' && visitor.method !== 'HEAD')
    return { kind: 'refused', status: 405, reason: 'Only GET is answered.' }
  // Two slashes would name another host in the answer's Location.
  if (!/^\/(?![/\\])/.test(visitor.url)) return { kind: 'refused', status: 400, reason: 'This is no path.' }
  const url = new URL(`http://lab${visitor.url}`)
  const given = url.searchParams.get('token')
  if (given !== null && isSame(given, rules.token)) {
    url.searchParams.delete('token')
    return { kind: 'sign-in', location: `${url.pathname}${url.search}` }
  }
  const bearer = /^Bearer (\S+)$/.exec(visitor.authorization ?? '')?.[1]
  const cookie = readCookie(visitor.cookie ?? '', cookieName(rules.port))
  if ([bearer, cookie].some((token) => token !== undefined && isSame(token, rules.token))) return { kind: 'welcome' }
  return { kind: 'refused', status: 401, reason: 'Open the address with the token that the lab has printed.' }
}

function readCookie(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}

/** In a time that does not tell how much is right. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}
