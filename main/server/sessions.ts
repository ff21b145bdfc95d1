/**
 * What a browser holds after it has signed in with the token: a cookie that opens the screens' files, and a page key that opens the socket.
 * Both are made from the token, this port and a time of expiry, so the server keeps nothing: a lab that is started again on its port knows
 * its pages, and a new token (last-address.ts) ends them all.
 *
 * The threat. Browsers send a cookie of 127.0.0.1 to every port of it, also to a service of another user; that service can show it here
 * itself, with any header. When the lab has ended, such a service can take its port and wait for the pages that connect by themselves. And
 * while the lab runs, it can listen at the same port of [::1], where browsers look first for `localhost`, and pass on what it hears.
 * - The token stands in no cookie, and cannot be computed from one.
 * - The cookie opens the built screens, which are the same for everybody, and nothing else: no command, no event. It is renewed only for a
 *   page that proves its key, so one that leaked is of no use after LIFE_S.
 * - The page key reaches the page in a fragment, which is sent to nobody, and is kept by the page's origin, which a port is part of, as a
 *   key that signs and cannot be read (renderer/transport/page-key.ts).
 * - The page does not send the key but signs the server's instance with it, a random number of each start: who has taken the port gets a
 *   proof for a number of its own choice, which no start of the lab will ever have.
 * - No page is given under another name than 127.0.0.1 (access.ts), so none connects to a service between it and the lab.
 * - Both hold for one port: name and value of the cookie, and the secret of the key.
 * What stays open: who reads the user's files or sees the printed address has the token, and is the user. And when the user opens or loads
 * the address anew while another service has its port, that service is given the address, or its page signs with the kept key.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { PageKey } from '../../shared/protocol/page-session.ts'

/** Renewed while a page is open. */
const LIFE_S = 12 * 3600

export interface SessionOptions {
  readonly port: number
  readonly token: string
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export class Sessions {
  /** Of this start. */
  readonly instance = randomBytes(32).toString('base64url')
  readonly #port: number
  readonly #token: string
  readonly #now: () => number

  constructor({ port, token, now = Date.now }: SessionOptions) {
    this.#port = port
    this.#token = token
    this.#now = now
  }

  /** @returns the value of a Set-Cookie header */
  makeCookie(): string {
    const id = this.#makeId()
    const value = `${id}.${this.#sign('cookie', id).toString('base64url')}`
    return `${this.#cookieName}=${value}; Max-Age=${LIFE_S}; HttpOnly; SameSite=Strict; Path=/`
  }

  makePageKey(): PageKey {
    const id = this.#makeId()
    return { id, secret: this.#sign('page', id).toString('base64url') }
  }

  /** @param header a Cookie header; any of several of this name will do, since every port of this host may set one */
  hasCookie(header: string): boolean {
    return header.split(';').some((pair) => {
      const at = pair.indexOf('=')
      if (at < 0 || pair.slice(0, at).trim() !== this.#cookieName) return false
      return this.#isSigned(pair.slice(at + 1).trim(), (id) => this.#sign('cookie', id))
    })
  }

  /** @param proof a page key's id and, after a dot, its signature of the instance */
  isProof(proof: string): boolean {
    return this.#isSigned(proof, (id) => createHmac('sha256', this.#sign('page', id)).update(this.instance).digest())
  }

  isToken(given: string): boolean {
    return isSame(given, this.#token)
  }

  /** The port is in the name too: cookies do not tell ports apart, and two labs of one machine need two. */
  get #cookieName(): string {
    return `warmup-lab-${this.#port}`
  }

  #makeId(): string {
    const expiresAtS = Math.floor(this.#now() / 1000) + LIFE_S
    return `${expiresAtS}-${randomBytes(12).toString('base64url')}`
  }

  #isSigned(text: string, sign: (id: string) => Buffer): boolean {
    const [, id, expiresAtS, signature] = /^((\d{1,12})-[\w-]{16})\.([\w-]{43})$/.exec(text) ?? []
    if (id === undefined || Number(expiresAtS) * 1000 <= this.#now()) return false
    return isSame(signature!, sign(id).toString('base64url'))
  }

  #sign(purpose: 'cookie' | 'page', id: string): Buffer {
    return createHmac('sha256', this.#token).update(`${purpose} ${this.#port} ${id}`).digest()
  }
}

/** In a time that does not tell how much is right. */
function isSame(given: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(right))
}
