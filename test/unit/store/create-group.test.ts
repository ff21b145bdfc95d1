/** New groups: names that fit every disk, ids that nobody else has, and all runs or none. */
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunStore } from '../../../main/store/run-store.ts'
import { toyConfig } from '../training/toy.ts'
import { bytesOf, complaintOf, temporaryFolder, versions } from './store-helpers.ts'

// One second for all, so that only the suffix tells groups apart.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-02T03:04:05.678Z') }))
afterEach(() => void vi.useRealTimers())

const storeOf = (home: string, ...suffixes: string[]) =>
  new RunStore(home, suffixes.length === 0 ? undefined : () => (suffixes.length > 1 ? suffixes.shift()! : suffixes[0]!))
const make = (store: RunStore, name = 'toy') =>
  store.createGroup(toyConfig([0], { name }), ['none', 'warmed-up', 'double'], versions)

describe('the id of a group', () => {
  it.each([
    ['quick', 'quick-20260102-030405-aaaa'],
    ['My Run, 2nd try!', 'my-run-2nd-try-20260102-030405-aaaa'],
    ['../../etc/passwd', 'etc-passwd-20260102-030405-aaaa'],
    ['..', 'run-20260102-030405-aaaa'],
    ['日本語', 'run-20260102-030405-aaaa'],
    ['-rf', 'rf-20260102-030405-aaaa'],
    ['a\0b\nc', 'a-b-c-20260102-030405-aaaa'],
    ['x'.repeat(300), `${'x'.repeat(40)}-20260102-030405-aaaa`],
    [`${'x'.repeat(39)} y`, `${'x'.repeat(39)}-20260102-030405-aaaa`],
  ])('of %j', async (name, groupId) => {
    const home = await temporaryFolder()
    const records = await make(storeOf(home, 'aaaa'), name)
    expect(records.map((record) => [record.groupId, record.id])).toEqual(
      ['none', 'warmed-up', 'double'].map((strategy) => [groupId, `${groupId}-${strategy}`]),
    )
    expect((await readdir(path.join(home, 'runs'))).sort()).toEqual(records.map(({ id }) => id).sort())
    expect(await readdir(home)).toEqual(['runs'])
  })

  it('that is taken is drawn again, and the other group is not touched', async () => {
    const home = await temporaryFolder()
    const first = await make(storeOf(home, 'aaaa'))
    const before = await bytesOf(home)
    const second = await make(storeOf(home, 'aaaa', 'aaaa', 'bbbb'))
    expect(second[0]!.groupId).toBe(first[0]!.groupId.replace('aaaa', 'bbbb'))
    expect(await bytesOf(home)).toMatchObject(before)
    expect((await storeOf(home).list()).map(({ damaged }) => damaged)).toEqual(Array(6).fill(null))
  })

  it('that another is making just now is drawn again, and the other is not disturbed', async () => {
    const home = await temporaryFolder()
    const groups = await Promise.all(
      Array.from({ length: 8 }, (_, index) => make(storeOf(home, 'aaaa', `bbb${index}`))),
    )
    expect(new Set(groups.map(([record]) => record!.groupId)).size).toBe(8)
    const listed = await storeOf(home).list()
    expect(listed.map(({ id }) => id).sort()).toEqual(
      groups
        .flat()
        .map(({ id }) => id)
        .sort(),
    )
    expect(listed.every(({ damaged }) => damaged === null)).toBe(true)
    expect((await readdir(path.join(home, 'runs'))).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('that is always taken ends in an error and leaves everything as it was', async () => {
    const home = await temporaryFolder()
    await make(storeOf(home, 'aaaa'))
    await mkdir(path.join(home, 'runs', '.toy-20260102-030405-bbbb.making'))
    const before = await readdir(path.join(home, 'runs'))
    for (const suffix of ['aaaa', 'bbbb'])
      expect(await complaintOf(() => make(storeOf(home, suffix)))).toMatchObject({
        code: 'run-folder',
        detail: { found: expect.stringContaining('too many runs') as string },
      })
    expect(await readdir(path.join(home, 'runs'))).toEqual(before)
  })
})

it('a folder in the making is no run', async () => {
  const home = await temporaryFolder()
  await mkdir(path.join(home, 'runs', '.toy.making', 'toy-none'), { recursive: true })
  expect(await storeOf(home).list()).toEqual([])
})
