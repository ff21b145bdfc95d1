/**
 * How a page of the served lab shows who it is, as far as page and server must agree: addresses, names and what is sent. Why it is done so
 * stands in main/server/sessions.ts.
 */

/** Where a page asks who serves it, and has its cookie renewed. */
export const SESSION_PATH = '/session'
export const SOCKET_PATH = '/socket'
/** The socket's subprotocol; the page's proof stands after it in the same list. */
export const SOCKET_PROTOCOL = 'warmup-lab'
/** Before the proof in an Authorization header. */
export const PROOF_SCHEME = 'Page'
/** Before the key in the fragment of the address that a sign-in leads to. */
export const KEY_FRAGMENT = '#key='

/** Kept by the page's origin; it signs with the secret and sends it nowhere. */
export interface PageKey {
  readonly id: string
  /** An HMAC-SHA256 key of 32 bytes, in base64url. */
  readonly secret: string
}

/** The answer of SESSION_PATH. */
export interface SessionAnswer {
  /** Of this one start of the server: what a proof signs. */
  readonly instance: string
}

/** The first message of a page's socket, and one every while: its next key. */
export interface KeyMessage {
  readonly kind: 'key'
  readonly key: PageKey
}
