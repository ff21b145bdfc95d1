/**
 * This page's key to the lab that serves it: it comes in the address once and over the socket from then on; its signature of a server's
 * instance leaves. It is kept for this origin as a key that signs and cannot be read, so it outlives a reload and is the same in every tab.
 */
import { KEY_FRAGMENT, PROOF_SCHEME, SESSION_PATH, type PageKey } from '../../shared/protocol/page-session.ts'

interface KeptKey {
  readonly id: string
  readonly key: CryptoKey
}

const DATABASE = 'warmup-lab'
const STORE = 'page-keys'
const RECORD = 'socket'

/** Resolved once what the address brought is kept. */
let arrival: Promise<void> = Promise.resolve()
/** Where the browser keeps nothing (some do not in private windows), it is there until the page is left. */
let unkept: KeptKey | null = null

/** Before the router looks at the address, which then holds no key. */
export function takeKeyFromAddress(): void {
  const { hash, pathname, search } = window.location
  if (!hash.startsWith(KEY_FRAGMENT)) return
  window.history.replaceState(window.history.state, '', `${pathname}${search}`)
  const [id = '', secret = ''] = hash.slice(KEY_FRAGMENT.length).split('.')
  arrival = keepKey({ id, secret }).catch(() => undefined) // an address that somebody has made up brings none
}

export async function keepKey({ id, secret }: PageKey): Promise<void> {
  const binary = atob(secret.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  unkept = { id, key }
  await inStore('readwrite', (store) => store.put(unkept, RECORD)).then(
    () => (unkept = null),
    () => undefined,
  )
}

/** @returns what a server of this instance takes for the key; null where there is none */
export async function proveKey(instance: string): Promise<string | null> {
  await arrival
  const kept =
    unkept ?? (await inStore('readonly', (store) => store.get(RECORD) as IDBRequest<KeptKey>).catch(() => undefined))
  if (kept === undefined) return null
  const signature = await crypto.subtle.sign('HMAC', kept.key, new TextEncoder().encode(instance))
  const base64 = btoa(String.fromCharCode(...new Uint8Array(signature)))
  return `${kept.id}.${base64.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')}`
}

/**
 * @param proof also has the cookie renewed
 * @returns its answer; null when the lab does not answer
 */
export function askSession(proof: string | null): Promise<Response | null> {
  const headers = proof === null ? undefined : { Authorization: `${PROOF_SCHEME} ${proof}` }
  return fetch(SESSION_PATH, { headers, cache: 'no-store' }).catch(() => null)
}

async function inStore<Result>(
  mode: IDBTransactionMode,
  use: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const opening = indexedDB.open(DATABASE, 1)
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE))
  const database = await resultOf(opening)
  try {
    return await resultOf(use(database.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    database.close()
  }
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('The browser keeps nothing.')))
  })
}
