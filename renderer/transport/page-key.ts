/**
 * This page's key to the lab that serves it: it comes in the address once and over the socket from then on; its signature of a server's
 * instance leaves. It is kept for this origin as a key that signs and cannot be read, so it outlives a reload and is the same in every tab.
 * What an address brings may be made up or old: it takes the place of what the lab has given only when the lab gives the next one for it.
 */
import { KEY_FRAGMENT, PROOF_SCHEME, SESSION_PATH, type PageKey } from '../../shared/protocol/page-session.ts'

interface KeptKey {
  readonly id: string
  readonly key: CryptoKey
}

const DATABASE = 'warmup-lab'
const STORE = 'page-keys'
type Source = 'address' | 'socket'

/** Resolved once what the address brought is kept. */
let arrival: Promise<void> = Promise.resolve()
/** Where the browser keeps nothing (some do not in private windows), they are there until the page is left. */
const unkept = new Map<Source, KeptKey>()

/** Before the router looks at the address, which then holds no key. */
export function takeKeyFromAddress(): void {
  const { hash, pathname, search } = window.location
  if (!hash.startsWith(KEY_FRAGMENT)) return
  window.history.replaceState(window.history.state, '', `${pathname}${search}`)
  const [id = '', secret = ''] = hash.slice(KEY_FRAGMENT.length).split('.')
  arrival = keep('address', { id, secret }).catch(() => undefined) // what is no key at all
}

/** @param key from the lab */
export async function keepKey(key: PageKey): Promise<void> {
  await keep('socket', key)
  await forgetAddressKey()
}

/** @returns whether there was one */
export async function forgetAddressKey(): Promise<boolean> {
  const known = await find('address')
  unkept.delete('address')
  await inStore('readwrite', (store) => store.delete('address')).catch(() => undefined)
  return known !== undefined
}

async function keep(source: Source, { id, secret }: PageKey): Promise<void> {
  const binary = atob(secret.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  unkept.set(source, { id, key })
  await inStore('readwrite', (store) => store.put({ id, key }, source)).then(
    () => unkept.delete(source),
    () => undefined,
  )
}

async function find(source: Source): Promise<KeptKey | undefined> {
  const use = (store: IDBObjectStore): IDBRequest<KeptKey | undefined> => store.get(source)
  return unkept.get(source) ?? (await inStore('readonly', use).catch(() => undefined))
}

/** @returns what a server of this instance takes for the key; null where there is none */
export async function proveKey(instance: string): Promise<string | null> {
  await arrival
  const kept = (await find('address')) ?? (await find('socket'))
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
