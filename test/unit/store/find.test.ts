/** What a name stands for: an id, a group, the beginning of one group, a path; and what is said when it stands for nothing. */
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { findRuns } from '../../../main/store/find-runs.ts'
import { nearestNames } from '../../../shared/errors/nearest-names.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import type { RunRecord } from '../../../shared/runs/run.ts'
import { toyConfig } from '../training/toy.ts'
import { bytesOf, complaintOf, temporaryFolder, versions } from './store-helpers.ts'
import { POSIX_LACK, itUnless } from '../../needs.ts'

/** Groups `alpha` (two runs), `alpine` and `beta` (one each). */
async function threeGroups() {
  const home = await temporaryFolder()
  const store = new RunStore(home)
  const make = (name: string, strategies: RunRecord['strategy'][]) =>
    store.createGroup(toyConfig([0], { name }), strategies, versions)
  const [none, warm] = await make('alpha', ['none', 'warmed-up'])
  const [alpine] = await make('alpine', ['none'])
  const [beta] = await make('beta', ['double'])
  return { home, store, none: none!, warm: warm!, alpine: alpine!, beta: beta! }
}
type Groups = Awaited<ReturnType<typeof threeGroups>>
const idsOf = (records: readonly RunRecord[]): string[] => records.map(({ id }) => id).sort()

describe('a name finds', () => {
  it.each<[string, (groups: Groups) => string, (groups: Groups) => RunRecord[]]>([
    ['the run of that id', ({ warm }) => warm.id, ({ warm }) => [warm]],
    ['all runs of that group', ({ none }) => none.groupId, ({ none, warm }) => [none, warm]],
    ['the one run that begins like this', () => 'b', ({ beta }) => [beta]],
    ['the one group that begins like this', () => 'alpha-', ({ none, warm }) => [none, warm]],
    ['the one run of a group that begins like this', ({ warm }) => `${warm.groupId}-w`, ({ warm }) => [warm]],
    ['the run in that folder', ({ home, beta }) => path.join(home, 'runs', beta.id), ({ beta }) => [beta]],
    [
      'the run in that folder, with a slash',
      ({ home, beta }) => path.join(home, 'runs', beta.id, path.sep),
      ({ beta }) => [beta],
    ],
    [
      'the run in that folder, by a way round',
      ({ home, beta }) => `${home}/runs/../runs/./${beta.id}`,
      ({ beta }) => [beta],
    ],
    [
      'the run in that folder, from the working folder',
      ({ home, beta }) => path.relative(process.cwd(), path.join(home, 'runs', beta.id)),
      ({ beta }) => [beta],
    ],
  ])('%s', async (_, name, expected) => {
    const groups = await threeGroups()
    expect(idsOf(await findRuns(groups.store, name(groups)))).toEqual(idsOf(expected(groups)))
  })

  itUnless(POSIX_LACK)('the run in a folder that a link leads to', async () => {
    const { home, beta, store } = await threeGroups()
    const link = path.join(await temporaryFolder(), 'link')
    await symlink(home, link)
    expect(idsOf(await findRuns(store, path.join(link, 'runs', beta.id)))).toEqual([beta.id])
  })

  it('the group of exactly that name before one that only begins so', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-02T03:04:05.678Z') })
    onTestFinished(() => void vi.useRealTimers())
    const home = await temporaryFolder()
    const make = async (suffix: string) =>
      (await new RunStore(home, () => suffix).createGroup(toyConfig([0]), ['none'], versions))[0]!
    const [short, long] = [await make('aa'), await make('aab')]
    expect(long.groupId).toBe(`${short.groupId}b`)
    expect(idsOf(await findRuns(new RunStore(home), short.groupId))).toEqual([short.id])
  })

  it('the run of the working folder by `.`', async () => {
    const { home, beta, store } = await threeGroups()
    const before = process.cwd()
    process.chdir(path.join(home, 'runs', beta.id))
    try {
      expect(idsOf(await findRuns(store, '.'))).toEqual([beta.id])
    } finally {
      process.chdir(before)
    }
  })
})

describe('a name that stands for no run', () => {
  it.each<[string, (groups: Groups) => string, (groups: Groups) => { expected: string; remedy: string }]>([
    [
      'the beginning of two groups',
      () => 'alp',
      ({ none, alpine }) => ({
        expected: `one of ${none.groupId}, ${alpine.groupId}`,
        remedy: 'Write more of the name.',
      }),
    ],
    ['another', () => 'zebra', () => ({ expected: 'the id of a run or group, or its folder', remedy: 'lab runs' })],
    ['nothing', () => '', () => ({ expected: 'the id of a run', remedy: 'lab runs' })],
    ['a space', () => ' ', () => ({ expected: 'the id of a run', remedy: 'lab runs' })],
    [
      'a group with a slip',
      ({ beta }) => beta.groupId.replace('beta', 'bate'),
      ({ beta }) => ({ expected: 'the id', remedy: `Did you mean \`${beta.groupId}\`` }),
    ],
    [
      'a run with a letter too few',
      ({ beta }) => beta.id.slice(1),
      ({ beta }) => ({ expected: 'the id', remedy: `\`${beta.id}\`` }),
    ],
    [
      'a run in capitals',
      ({ beta }) => beta.id.replace('beta', 'Beta'),
      ({ beta }) => ({ expected: 'the id', remedy: `\`${beta.id}\`` }),
    ],
    [
      'a path that leads out of the runs',
      ({ home }) => `${home}/runs/..`,
      ({ home }) => ({ expected: `a folder in ${home}`, remedy: 'WARMUP_LAB_HOME' }),
    ],
    [
      'a path upwards',
      () => '../../../etc/passwd',
      ({ home }) => ({ expected: `a folder in ${home}`, remedy: 'WARMUP_LAB_HOME' }),
    ],
    ['the folder above', () => '..', ({ home }) => ({ expected: `a folder in ${home}`, remedy: 'WARMUP_LAB_HOME' })],
    [
      'a path into a run',
      ({ home, beta }) => `${home}/runs/${beta.id}/run.json`,
      ({ home }) => ({ expected: `a folder in ${home}`, remedy: 'WARMUP_LAB_HOME' }),
    ],
    [
      'a path of another home',
      ({ beta }) => `/elsewhere/runs/${beta.id}`,
      ({ home }) => ({ expected: `a folder in ${home}`, remedy: 'WARMUP_LAB_HOME' }),
    ],
  ])('%s', async (_, name, answer) => {
    const groups = await threeGroups()
    const before = await bytesOf(groups.home)
    const complaint = await complaintOf(() => findRuns(groups.store, name(groups)))
    const { expected, remedy } = answer(groups)
    expect(complaint).toMatchObject({ code: 'usage', exitCode: 2 })
    expect(complaint.detail.expected).toContain(expected)
    expect(complaint.detail.remedy).toContain(remedy)
    expect(await bytesOf(groups.home)).toEqual(before)
  })

  it('says that there is no run at all in an empty home', async () => {
    const store = new RunStore(await temporaryFolder())
    expect(await complaintOf(() => findRuns(store, 'alpha'))).toMatchObject({
      code: 'usage',
      detail: { expected: 'a run; there is none yet', found: '`alpha`' },
    })
  })
})

describe('an id is the name of one folder', () => {
  it.each(['', '.', '..', '../x', 'a/b', 'a\\b', '/etc', '.hidden', 'a b', 'a\0', 'a\n', 'ä', '-rf'])(
    'not %j',
    async (id) => {
      const store = new RunStore(await temporaryFolder())
      for (const attempt of [
        () => store.folder(id),
        () => store.readRecord(id),
        () => store.openWriter(id),
        () => store.readMetrics(id),
        () => store.readCheckpoint(id),
        () => store.readWeights(id),
      ])
        expect(await complaintOf(attempt)).toMatchObject({ code: 'usage', detail: { found: `\`${id}\`` } })
    },
  )
})

describe('a name that stands for a damaged run', () => {
  it.each<[string, (groups: Groups) => string]>([
    ['its id', ({ warm }) => warm.id],
    ['the beginning of its id', ({ warm }) => `${warm.groupId}-w`],
    ['its group, of which another run is whole', ({ warm }) => warm.groupId],
    ['the beginning of its group', () => 'alpha'],
    ['its folder', ({ home, warm }) => path.join(home, 'runs', warm.id)],
  ])('%s', async (_, name) => {
    const groups = await threeGroups()
    const file = path.join(groups.store.folder(groups.warm.id), 'run.json')
    await writeFile(file, '{"formatVersion": 1')
    expect(await complaintOf(() => findRuns(groups.store, name(groups)))).toMatchObject({
      code: 'run-folder',
      exitCode: 1,
      detail: { where: file },
    })
    expect(idsOf(await findRuns(groups.store, groups.none.id))).toEqual([groups.none.id])
  })

  it('is one of several groups that begin like this, and one of the near names', async () => {
    const { store, alpine, none } = await threeGroups()
    await rm(path.join(store.folder(alpine.id), 'run.json'))
    expect(await complaintOf(() => findRuns(store, 'alp'))).toMatchObject({
      code: 'usage',
      detail: { expected: `one of ${alpine.groupId}, ${none.groupId}` },
    })
    expect((await complaintOf(() => findRuns(store, `x${alpine.id}`))).detail.remedy).toContain(`\`${alpine.id}\``)
  })

  it('may be any folder among the runs, and a link to nowhere', async () => {
    const { store, home } = await threeGroups()
    await mkdir(path.join(home, 'runs', 'notes'))
    await symlink(path.join(home, 'nowhere'), path.join(home, 'runs', 'link'))
    await writeFile(path.join(home, 'runs', 'file.txt'), 'no folder, no run')
    for (const name of ['notes', 'not', 'link'])
      expect(await complaintOf(() => findRuns(store, name))).toMatchObject({
        code: 'run-folder',
        detail: { found: 'none' },
      })
    expect(await complaintOf(() => findRuns(store, 'file.txt'))).toMatchObject({ code: 'usage' })
    expect((await store.list()).slice(0, 2)).toMatchObject([{ id: 'link' }, { id: 'notes' }])
  })
})

describe('nearestNames', () => {
  it.each<[string, string[], string[]]>([
    ['alpha', ['beta', 'alpine', 'alpha1', 'alpah'], ['alpha1', 'alpah']],
    ['alpha', ['alpha', 'alpha', 'alphas'], ['alpha', 'alphas']],
    ['abcde', ['abcxy', 'abxyz'], ['abcxy']],
    ['', ['a'], []],
    ['a', [], []],
  ])('%s among %j', (name, candidates, nearest) => {
    expect(nearestNames(name, candidates)).toEqual(nearest)
  })
})
