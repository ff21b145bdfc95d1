/** Who may use the served lab: every combination of host, origin, method and token. */
import { expect, it } from 'vitest'
import { judge, type Visitor } from '../../../main/server/access.ts'

const RULES = { port: 4567, token: 'secret-token' }
const HOSTS = ['127.0.0.1:4567', 'localhost:4567', '[::1]:4567', 'LOCALHOST:4567']
const FOREIGN_HOSTS = [undefined, '', '127.0.0.1', '127.0.0.1:80', 'evil.example:4567', 'localhost.evil.example:4567']
const ORIGINS = [undefined, 'http://127.0.0.1:4567', 'http://localhost:4567']
const FOREIGN_ORIGINS = ['null', 'http://evil.example', 'https://127.0.0.1:4567', 'http://127.0.0.1:80', 'file://']
const METHODS = ['GET', 'HEAD']
const FOREIGN_METHODS = ['POST', 'PUT', 'DELETE', 'OPTIONS', 'CONNECT', '']

type Proof = Pick<Visitor, 'url' | 'cookie' | 'authorization'>
const proof = (part: Partial<Proof>): Proof => ({ url: '/', cookie: undefined, authorization: undefined, ...part })
const PROOFS = [
  proof({ cookie: 'warmup-lab-4567=secret-token' }),
  proof({ cookie: 'other=1; warmup-lab-4567=secret-token' }),
  proof({ authorization: 'Bearer secret-token' }),
  proof({ url: '/?token=secret-token' }),
]
const NO_PROOFS = [
  proof({}),
  proof({ cookie: 'warmup-lab-4568=secret-token' }),
  proof({ cookie: 'warmup-lab-4567=' }),
  proof({ authorization: 'Basic secret-token' }),
  proof({ authorization: 'Bearer secret-toke' }),
  proof({ url: '/?token=' }),
  proof({ url: '/?token=secret-token2' }),
  proof({ url: '/#token=secret-token' }),
]

it('welcomes whoever has the token and comes from the lab’s own address, and nobody else', () => {
  let cells = 0
  for (const host of [...HOSTS, ...FOREIGN_HOSTS])
    for (const origin of [...ORIGINS, ...FOREIGN_ORIGINS])
      for (const method of [...METHODS, ...FOREIGN_METHODS])
        for (const shown of [...PROOFS, ...NO_PROOFS]) {
          const { kind } = judge({ host, origin, method, ...shown }, RULES)
          const isOwn = HOSTS.includes(host ?? '') && ORIGINS.includes(origin) && METHODS.includes(method)
          const isAllowed = isOwn && PROOFS.includes(shown)
          expect(kind !== 'refused', JSON.stringify({ host, origin, method, shown })).toBe(isAllowed)
          cells++
        }
  expect(cells).toBeGreaterThan(1000)
})

it('turns a token in the address into a cookie and takes it out of the address', () => {
  const visitor = { method: 'GET', host: HOSTS[0], origin: undefined, cookie: undefined, authorization: undefined }
  expect(judge({ ...visitor, url: '/runs/a?token=secret-token&x=1' }, RULES)).toEqual({
    kind: 'sign-in',
    location: '/runs/a?x=1',
  })
  expect(judge({ ...visitor, url: '//evil.example/?token=secret-token' }, RULES)).not.toMatchObject({
    location: expect.stringMatching(/^\/\//),
  })
})
