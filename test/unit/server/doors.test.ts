/** The served lab as bytes: requests that say two things, what a browser carries to another port, and connections that only wait. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { PageKey } from '../../../shared/protocol/page-session.ts'
import { bearer, proofOf, RawConnection, requestText, serverFrames, upgradeText, type Door } from '../../faults/door.ts'
import { ScriptWindow } from '../../faults/script-window.ts'
import { serveHere } from './served-here.ts'

/** A watchdog: a busy machine takes its time for hundreds of connections. */
vi.setConfig({ testTimeout: 300_000 })

/** Sends it and hears the lab out. @returns the status */
async function statusOf(door: Door, request: string): Promise<number> {
  const connection = await RawConnection.open(door)
  await connection.write(request)
  await connection.until((received) => received.includes('\r\n\r\n'))
  await connection.reset()
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(connection.received.toString('latin1'))?.[1])
}

/** What a sign-in gives: a browser's cookie and the key that only its page has. */
async function signIn(door: Door): Promise<{ readonly cookie: string; readonly key: PageKey }> {
  const response = await fetch(`http://127.0.0.1:${door.port}/runs?token=${door.token}`, { redirect: 'manual' })
  expect(response.status).toBe(303)
  const [, id, secret] = /^\/runs#key=([\w-]+)\.([\w-]+)$/.exec(response.headers.get('location')!)!
  return { cookie: response.headers.get('set-cookie')!.replace(/;.*/, ''), key: { id: id!, secret: secret! } }
}

async function instanceOf(door: Door, cookie: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${door.port}/session`, { headers: { cookie } })
  return ((await answer.json()) as { instance: string }).instance
}

/** Of a new socket's messages up to the snapshot. */
async function messageKinds(door: Door, shown: readonly string[]): Promise<string[]> {
  const connection = await RawConnection.open(door)
  const kinds = (received: Buffer): string[] =>
    serverFrames(received).map(({ payload }) => (JSON.parse(payload.toString('utf8')) as { kind: string }).kind)
  await connection.write(upgradeText(door, shown))
  await connection.until((received) => kinds(received).includes('events'))
  await connection.reset()
  return kinds(connection.received)
}

it('a header that says who comes is taken once or not at all, in requests and upgrades', async () => {
  const { door } = await serveHere()
  const { cookie } = await signIn(door)
  const own = { Host: `127.0.0.1:${door.port}`, Origin: `http://127.0.0.1:${door.port}`, Cookie: cookie }
  const pairs: readonly (readonly [string, string])[] = [
    ...Object.entries({ ...own, Authorization: `Bearer ${door.token}` }),
    ['Host', 'evil.example'],
    ['Origin', 'http://evil.example'],
    ['Authorization', 'Bearer no'],
    ['Cookie', 'a=b'],
  ]
  for (const [name, value] of pairs)
    for (const text of [requestText, (_: Door, __: string, headers: string[]) => upgradeText(door, headers)]) {
      const first = own[name as keyof typeof own] ?? `Bearer ${door.token}`
      const doubled = name === 'Host' ? [`host: ${value}`] : [`${name}: ${first}`, `${name.toLowerCase()}: ${value}`]
      const shown = name === 'Authorization' ? [] : [bearer(door)]
      expect(await statusOf(door, text(door, '/', [...shown, ...doubled])), `${name}: ${value}`).toBe(400)
    }
})

const byOtherName = ({ port }: Door, text: string): string => text.replace(`127.0.0.1:${port}`, `localhost:${port}`)

const REQUESTS: readonly (readonly [string, (door: Door) => string, number])[] = [
  ['an absolute target', (door: Door) => requestText(door, `http://127.0.0.1:${door.port}/`, [bearer(door)]), 400],
  [
    'an absolute target of another host',
    (door: Door) => requestText(door, 'http://evil.example/', [bearer(door)]),
    400,
  ],
  ['no host', (door: Door) => `GET / HTTP/1.1\r\n${bearer(door)}\r\n\r\n`, 400],
  ['a folded header', (door: Door) => requestText(door, '/', [`X-A: a\r\n b`, bearer(door)]), 400],
  ['a space before a colon', (door: Door) => requestText(door, '/', [`Host : evil.example`, bearer(door)]), 400],
  [
    'a bare line feed',
    (door: Door) => requestText(door, '/', [bearer(door)]).replaceAll('\r\n', '\n') + '\r\n\r\n',
    400,
  ],
  [
    'two lengths',
    (door: Door) => requestText(door, '/', [bearer(door), 'Content-Length: 1', 'Content-Length: 2']),
    400,
  ],
  [
    'a length and chunks',
    (door: Door) => requestText(door, '/', [bearer(door), 'Content-Length: 1', 'Transfer-Encoding: chunked']),
    400,
  ],
  ['headers without end', (door: Door) => requestText(door, '/', [`X-A: ${'a'.repeat(20_000)}`, bearer(door)]), 431],
  ['a method that is none', (door: Door) => requestText(door, '/', [bearer(door)]).replace('GET', 'G3T'), 400],
  ['a method that writes', (door: Door) => requestText(door, '/', [bearer(door)]).replace('GET', 'POST'), 405],
  ['a target with two slashes', (door: Door) => requestText(door, '//evil.example/', [bearer(door)]), 400],
  ['another name of the address', (door: Door) => byOtherName(door, requestText(door, '/', [bearer(door)])), 307],
  ['a socket by another name', (door: Door) => byOtherName(door, upgradeText(door, [bearer(door)])), 403],
  ['nothing amiss', (door: Door) => requestText(door, '/', [bearer(door)]), 200],
]

it('a request that can be read in two ways is refused', async () => {
  const { door } = await serveHere()
  for (const [name, text, status] of REQUESTS) expect(await statusOf(door, text(door)), name).toBe(status)
})

it('what a browser sends to another port opens no socket, holds no token, and cannot be renewed', async () => {
  const { door } = await serveHere()
  const { cookie } = await signIn(door)
  const heard: (string | undefined)[] = []
  const other = http.createServer((request, response) => {
    heard.push(request.headers.cookie)
    response.end()
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  // A browser sends every cookie of 127.0.0.1 to every port of it.
  await fetch(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`, { headers: { cookie } })
  const stolen = `Cookie: ${heard[0]}`
  expect(heard[0]).toBe(cookie)
  expect(stolen).not.toContain(door.token)
  const instance = await instanceOf(door, cookie)
  const value = cookie.replace(/.*=/, '')
  for (const shown of [
    [stolen],
    [stolen, `Origin: http://127.0.0.1:${door.port}`],
    [stolen, `Sec-WebSocket-Protocol: warmup-lab, ${value}`],
    [
      stolen,
      `Sec-WebSocket-Protocol: warmup-lab, ${proofOf({ id: value.split('.')[0]!, secret: value.split('.')[1]! }, instance)}`,
    ],
    [`Authorization: Bearer ${value}`],
    [`Authorization: Page ${value}`],
  ])
    expect(await statusOf(door, upgradeText(door, shown)), shown.join()).toBe(401)
  const asked = await fetch(`http://127.0.0.1:${door.port}/session`, { headers: { cookie } })
  expect(asked.headers.get('set-cookie')).toBeNull()
})

it('a page with its key opens the socket, is given its next key, and has its cookie renewed', async () => {
  const { door, server } = await serveHere()
  const { cookie, key } = await signIn(door)
  const proof = proofOf(key, await instanceOf(door, cookie))
  expect(await messageKinds(door, [`Sec-WebSocket-Protocol: warmup-lab, ${proof}`])).toEqual(['key', 'events'])
  expect(await messageKinds(door, [bearer(door)])).toEqual(['events'])
  const renewed = await fetch(`http://127.0.0.1:${door.port}/session`, { headers: { authorization: `Page ${proof}` } })
  expect(renewed.headers.get('set-cookie')).toMatch(new RegExp(`^warmup-lab-${door.port}=`))
  // Started again at its port, the lab knows the page, but not what it has shown the one before.
  await server.close()
  const again = await serveHere(door)
  expect(await statusOf(again.door, upgradeText(door, [`Sec-WebSocket-Protocol: warmup-lab, ${proof}`]))).toBe(401)
  const anew = proofOf(key, await instanceOf(again.door, cookie))
  expect(await statusOf(again.door, upgradeText(door, [`Sec-WebSocket-Protocol: warmup-lab, ${anew}`]))).toBe(101)
})

it('connections that only wait make room for the user’s', async () => {
  const { door } = await serveHere()
  const waiting = await Promise.all(Array.from({ length: 300 }, () => RawConnection.open(door)))
  const window = await ScriptWindow.open(door)
  await expect.poll(() => waiting.filter(({ hasEnded }) => hasEnded).length).toBeGreaterThanOrEqual(44)
  expect(await window.execute('presets.list', {})).toBeDefined()
  for (const connection of waiting) await connection.reset()
  expect(window.isOpen).toBe(true)
  await window.close()
})

it('a refused upgrade does not wait for a peer that never ends its half', async () => {
  const { door } = await serveHere()
  const refused = await RawConnection.open(door)
  await refused.write(upgradeText(door, []))
  await refused.until((received) => received.includes('\r\n\r\n'))
  // What is written to a connection that is gone on the other side ends it; one that is only half closed takes it.
  await expect
    .poll(() => {
      refused.socket.write('still here')
      return refused.socket.destroyed
    })
    .toBe(true)
})

it('a window too many is refused, and has a place when another is closed', async () => {
  const { door } = await serveHere()
  const windows: RawConnection[] = []
  const open = async (): Promise<string> => {
    const connection = await RawConnection.open(door)
    windows.push(connection)
    await connection.write(upgradeText(door, [bearer(door)]))
    await connection.until((received) => received.includes('\r\n\r\n'))
    return connection.received.toString('latin1').slice(9, 12)
  }
  const statuses = await Promise.all(Array.from({ length: 512 }, open))
  expect(new Set(statuses)).toEqual(new Set(['101']))
  expect(await open()).toBe('503')
  await windows[0]!.reset()
  await expect.poll(open).toBe('101')
  for (const connection of windows) await connection.reset()
})

it('a server that ends does not wait for connections that only hold on', async () => {
  const { door, server } = await serveHere()
  const waiting = [await RawConnection.open(door), await RawConnection.open(door)]
  await waiting[0]!.write(upgradeText(door, []))
  await waiting[0]!.until((received) => received.includes('\r\n\r\n'))
  await server.close()
  await expect(RawConnection.open(door).then(({ closed }) => closed)).resolves.toBeUndefined()
  for (const connection of waiting) await connection.reset()
})
