/** Questions to a few threads: one that takes too long, dies or fills the memory is answered with that, and holds up none of the others. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { AskedPool, type AskedPoolOptions } from '../../../main/engine/asked-pool.ts'
import type { OddQuestions } from './odd-thread.ts'

const SHORT_MS = 200
/** So long that nothing ends by it in a test. */
const ENDLESS_MS = 2 ** 30

function openPool(options: Partial<AskedPoolOptions<OddQuestions>> = {}): AskedPool<OddQuestions> {
  const pool = new AskedPool<OddQuestions>({
    name: new URL('./odd-thread.ts', import.meta.url),
    task: null,
    where: 'the test',
    remedy: 'Ask for less.',
    mostThreads: 2,
    mostIdle: 1,
    limitMs: (question) => (question === 'never' ? SHORT_MS : ENDLESS_MS),
    ...options,
  })
  onTestFinished(() => pool.close())
  return pool
}

/** What `hold` waits for, in memory that both sides see. */
function makeHold() {
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const letGo = (): void => {
    Atomics.store(shared, 1, 1)
    Atomics.notify(shared, 1)
  }
  onTestFinished(letGo)
  return { shared, begunCount: () => Atomics.load(shared, 0), letGo }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a question that never ends', () => {
  it('is ended with a typed error, while one that was asked after it is answered and the process goes on', async () => {
    const pool = openPool()
    let turns = 0
    let isOver = false
    const never = pool.ask('never', null).finally(() => (isOver = true))
    const good = pool.ask('double', 4)
    never.catch(() => undefined) // looked at below
    for (; !isOver; turns++) await turn()
    await expect(never).rejects.toMatchObject({
      code: 'worker',
      detail: { where: 'the test', expected: 'an answer within 0.2 s', found: 'none', remedy: 'Ask for less.' },
    })
    expect(await good).toBe(8)
    expect(turns).toBeGreaterThan(20) // in this thread there would be none
  })

  it.each([1, 2])('does not hold up those behind it, on %d thread(s)', async (mostThreads) => {
    const pool = openPool({ mostThreads })
    const bad = [1, 2, 3].map(() => pool.ask('never', null))
    const good = [4, 5, 6].map((value) => pool.ask('double', value))
    expect((await Promise.allSettled(bad)).map(({ status }) => status)).toEqual(Array(3).fill('rejected'))
    expect(await Promise.all(good)).toEqual([8, 10, 12])
  })
})

describe('a thread that dies', () => {
  it.each([
    ['by itself', 'end'],
    ['since it fills its memory', 'fill'],
  ] as const)('%s answers its own question with that, and another one the next', async (_, question) => {
    const pool = openPool({ mostThreads: 1, mostHeapMib: 32 })
    const [dead, next] = [pool.ask(question, null), pool.ask('double', 21)]
    await expect(dead).rejects.toMatchObject({ code: 'worker', detail: { where: 'the test', remedy: 'Ask for less.' } })
    expect(await next).toBe(42)
  })

  it('while it is idle, is started again for the next question', async () => {
    const pool = openPool()
    expect(await pool.ask('double', 1)).toBe(2)
    await pool.kill()
    expect(await pool.ask('double', 2)).toBe(4)
  })
})

describe('sixty questions at once', () => {
  it('are at work two at a time, and all of them are answered', async () => {
    const pool = openPool()
    const { shared, begunCount, letGo } = makeHold()
    const asked = Array.from({ length: 60 }, () => pool.ask('hold', shared))
    while (begunCount() < 2) await turn()
    expect(pool.runningCount).toBe(2)
    // A third thread would have begun by the time that another pool's has been loaded and has answered.
    expect(await openPool().ask('double', 1)).toBe(2)
    expect(begunCount()).toBe(2)
    letGo()
    expect(await Promise.all(asked)).toEqual(Array(60).fill(null))
    expect(begunCount()).toBe(60)
  })

  it('have a line that is full, which says so', async () => {
    const pool = openPool()
    const { shared, letGo } = makeHold()
    const asked = Array.from({ length: 2 + 64 }, () => pool.ask('hold', shared))
    await expect(pool.ask('double', 1)).rejects.toMatchObject({ code: 'worker', detail: { expected: 'at most 64' } })
    letGo()
    await Promise.all(asked)
    expect(await pool.ask('double', 1)).toBe(2)
  })
})

it('those that may take long leave a thread to those that do not', async () => {
  const pool = openPool({
    shortMs: ENDLESS_MS,
    limitMs: (question) => (question === 'hold' ? ENDLESS_MS + 1 : ENDLESS_MS),
  })
  const { shared, letGo } = makeHold()
  const long = [1, 2, 3].map(() => pool.ask('hold', shared))
  expect(await pool.ask('double', 4)).toBe(8)
  letGo()
  await Promise.all(long)
})

it('threads that do not stay end with their answer, and the next question has a new one', async () => {
  const pool = openPool({ mostThreads: 1, mostIdle: 0 })
  expect(await Promise.all([1, 2, 3].map((value) => pool.ask('double', value)))).toEqual([2, 4, 6])
})

it('one that is cancelled ends with its thread, and one that waits is never begun', async () => {
  const pool = openPool({ mostThreads: 1 })
  const { shared, begunCount } = makeHold()
  const [running, waiting] = [new AbortController(), new AbortController()]
  const asked = [running, waiting].map(({ signal }) => pool.ask('hold', shared, signal))
  const next = pool.ask('double', 4)
  while (begunCount() < 1) await turn()
  waiting.abort()
  running.abort()
  for (const question of asked) await expect(question).rejects.toMatchObject({ code: 'interrupted' })
  expect(await next).toBe(8)
  expect(begunCount()).toBe(1)
})
