/** Who may use the served lab: every combination of host, origin, method and proof. */
import { describe, expect, it } from 'vitest'
import { findDoubledHeader, judge, type Judgement, type Visitor } from '../../../main/server/access.ts'
import { Sessions } from '../../../main/server/sessions.ts'
import { proofOf } from '../../faults/door.ts'

const PORT = 4567
const TOKEN = 'secret-token'
const LIFE_MS = 12 * 3600 * 1000
const HOSTS = ['127.0.0.1:4567']
const OTHER_NAMES = ['localhost:4567', '[::1]:4567', 'LOCALHOST:4567']
const FOREIGN_HOSTS = [undefined, '', '127.0.0.1', '127.0.0.1:80', 'evil.example:4567', 'localhost.evil.example:4567']
const ORIGINS = [undefined, 'http://127.0.0.1:4567']
const FOREIGN_ORIGINS = [
  'null',
  'http://localhost:4567',
  'http://[::1]:4567',
  'http://evil.example',
  'https://127.0.0.1:4567',
  'http://127.0.0.1:80',
  'file://',
]
const METHODS = ['GET', 'HEAD']
const FOREIGN_METHODS = ['POST', 'PUT', 'DELETE', 'OPTIONS', 'CONNECT', '']
const NOTHING: Visitor = {
  method: 'GET',
  url: '/',
  host: HOSTS[0],
  origin: undefined,
  cookie: undefined,
  authorization: undefined,
  protocols: undefined,
}

const cookieOf = (sessions: Sessions): string => sessions.makeCookie().replace(/;.*/, '')
const sessions = new Sessions({ port: PORT, token: TOKEN })
const proof = proofOf(sessions.makePageKey(), sessions.instance)
const judgeHere = (part: Partial<Visitor>): Judgement => judge({ ...NOTHING, ...part }, PORT, sessions)

const PROOFS: Partial<Visitor>[] = [
  { cookie: cookieOf(sessions) },
  { cookie: `other=1; warmup-lab-4567=rubbish; ${cookieOf(sessions)}` },
  { authorization: 'Bearer secret-token' },
  { authorization: `Page ${proof}` },
  { protocols: `warmup-lab, ${proof}` },
  { url: '/?token=secret-token' },
]
const NO_PROOFS: Partial<Visitor>[] = [
  {},
  { cookie: `warmup-lab-4567=${TOKEN}` },
  { cookie: cookieOf(sessions).replace('4567', '4568') },
  { cookie: 'warmup-lab-4567=' },
  { cookie: cookieOf(sessions).slice(0, -1) },
  { cookie: `warmup-lab-4567=${proof}` },
  { authorization: 'Basic secret-token' },
  { authorization: 'Bearer secret-toke' },
  { authorization: `Bearer ${proof}` },
  { authorization: `Page ${cookieOf(sessions).replace(/.*=/, '')}` },
  { authorization: 'Page secret-token' },
  { authorization: `Page ${proof.slice(0, -1)}`, cookie: cookieOf(sessions) },
  { protocols: proof },
  { protocols: 'warmup-lab' },
  { url: '/?token=' },
  { url: '/?token=secret-token2' },
  { url: '/#token=secret-token' },
]

it('welcomes whoever has the token, or what was made of it, and comes from the lab’s own address, and nobody else', () => {
  let cells = 0
  for (const host of [...HOSTS, ...FOREIGN_HOSTS])
    for (const origin of [...ORIGINS, ...FOREIGN_ORIGINS])
      for (const method of [...METHODS, ...FOREIGN_METHODS])
        for (const shown of [...PROOFS, ...NO_PROOFS]) {
          const { kind } = judgeHere({ host, origin, method, ...shown })
          const isOwn = HOSTS.includes(host ?? '') && ORIGINS.includes(origin) && METHODS.includes(method)
          const isAllowed = isOwn && PROOFS.includes(shown)
          expect(kind !== 'refused', JSON.stringify({ host, origin, method, shown })).toBe(isAllowed)
          cells++
        }
  expect(cells).toBeGreaterThan(1000)
})

it('turns a token in the address into a session and takes it out of the address', () => {
  expect(judgeHere({ url: '/runs/a?token=secret-token&x=1' })).toEqual({ kind: 'sign-in', location: '/runs/a?x=1' })
})

it.each(OTHER_NAMES)(
  'gives nothing under %s, which another service may answer to, but leads to its own address',
  (host) => {
    for (const shown of [...PROOFS, ...NO_PROOFS]) {
      const { url = '/' } = shown
      const location = `http://127.0.0.1:4567${url.replace(/#.*/, '')}`
      expect(judgeHere({ host, ...shown })).toEqual({ kind: 'elsewhere', location })
      expect(judgeHere({ host, origin: `http://${host.toLowerCase()}`, ...shown })).toMatchObject({ status: 403 })
    }
  },
)

it.each([
  '//evil.example/',
  '/\\evil.example/',
  '/.//evil.example/',
  '/a/..//evil.example/',
  'http://127.0.0.1:4567/',
  '*',
  '',
])('leads nobody to another host: %s', (target) => {
  expect(judgeHere({ url: `${target}?token=secret-token` })).toMatchObject({ kind: 'refused', status: 400 })
})

describe('a session', () => {
  it('holds the token nowhere', () => {
    expect(sessions.makeCookie()).not.toContain(TOKEN)
    expect(sessions.makeCookie()).toMatch(/; Max-Age=43200; HttpOnly; SameSite=Strict; Path=\/$/)
    expect(JSON.stringify(sessions.makePageKey())).not.toContain(TOKEN)
  })

  it('ends after its life, cookie and key alike', () => {
    let now = Date.now()
    const aging = new Sessions({ port: PORT, token: TOKEN, now: () => now })
    const [cookie, shown] = [cookieOf(aging), proofOf(aging.makePageKey(), aging.instance)]
    now += LIFE_MS - 2000
    expect([aging.hasCookie(cookie), aging.isProof(shown)]).toEqual([true, true])
    now += 2000
    expect([aging.hasCookie(cookie), aging.isProof(shown)]).toEqual([false, false])
  })

  it('outlives the server, and ends with its token', () => {
    const key = sessions.makePageKey()
    const next = new Sessions({ port: PORT, token: TOKEN })
    expect([next.hasCookie(cookieOf(sessions)), next.isProof(proofOf(key, next.instance))]).toEqual([true, true])
    const other = new Sessions({ port: PORT, token: 'another-token' })
    expect([other.hasCookie(cookieOf(sessions)), other.isProof(proofOf(key, other.instance))]).toEqual([false, false])
  })

  it('is of one port', () => {
    const other = new Sessions({ port: PORT + 1, token: TOKEN })
    const moved = cookieOf(sessions).replace(`${PORT}`, `${PORT + 1}`)
    expect([other.hasCookie(moved), other.isProof(proofOf(sessions.makePageKey(), other.instance))]).toEqual([
      false,
      false,
    ])
  })

  it('takes a proof that was made for another start of the lab for none', () => {
    const next = new Sessions({ port: PORT, token: TOKEN })
    expect(next.isProof(proof)).toBe(false)
  })
})

it('finds the headers that say twice who comes, in any spelling', () => {
  for (const name of ['Host', 'ORIGIN', 'cookie', 'Authorization', 'sec-websocket-protocol'])
    expect(findDoubledHeader(['Accept', '*/*', name, 'a', name.toUpperCase(), 'a'])).toBe(name.toLowerCase())
  expect(findDoubledHeader(['Host', 'Cookie', 'Cookie', 'Host', 'Accept', 'a', 'Accept', 'b'])).toBeUndefined()
})
