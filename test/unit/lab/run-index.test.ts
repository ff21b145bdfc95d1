/**
 * The index of runs: equal to the folders after whatever happened to them, whoever did it; made anew where it is damaged or cannot be kept;
 * its answers equal to plain definitions over the records.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'libsql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RunIndex } from '../../../main/lab/run-index/run-index.ts'
import { writeAnnotations } from '../../../main/store/annotations-file.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import type { Strategy } from '../../../shared/experiments/config.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import type { LabError } from '../../../shared/errors/errors.ts'
import {
  configurationQuerySchema,
  runIdsQuerySchema,
  runQuerySchema,
  type ConfigurationPage,
  type RunPage,
} from '../../../shared/protocol/run-query.ts'
import { NO_ANNOTATIONS } from '../../../shared/runs/annotations.ts'
import { summarize } from '../../../shared/statistics/summary.ts'
import { makeRuns as makeManyRuns } from '../../bench/lab/make-runs.ts'
import { temporaryFolder, versions, whileReadOnly } from '../store/store-helpers.ts'

const BIN = new URL('../../../main/cli/bin.ts', import.meta.url).pathname
interface OpenIndex {
  readonly index: RunIndex
  readonly notices: LabError[]
  /** Ids as they were told to have changed or gone. */
  readonly told: string[]
  readonly page: (query?: object) => Promise<RunPage>
  readonly configurations: (query?: object) => Promise<ConfigurationPage>
}

async function openIndex(home: string): Promise<OpenIndex> {
  const notices: LabError[] = []
  const told: string[] = []
  const index = new RunIndex(home, {
    changed: (changed, removed) => told.push(...changed.map(({ id }) => id), ...removed),
    state: () => undefined,
    notice: (error) => notices.push(error),
  })
  onTestFinished(() => index.close())
  await index.ask('sync-all', null)
  return {
    index,
    notices,
    told,
    page: (query = {}) => index.ask('page', runQuerySchema.parse({ count: 500, ...query })),
    configurations: (query = {}) =>
      index.ask('configurations', configurationQuerySchema.parse({ count: 500, ...query })),
  }
}

const idsOf = ({ runs }: RunPage): string[] => runs.map(({ id }) => id)

interface Made {
  readonly name?: string
  readonly strategies?: Strategy[]
  readonly steps?: number
  readonly seeds?: number[]
  /** One a seed; none: it has not finished. */
  readonly results?: number[]
  /** Seeds beside those of the results. */
  readonly diverged?: number[]
}

async function makeRuns(store: RunStore, made: Made = {}): Promise<string[]> {
  const { name = 'made', strategies = ['none'], steps = 20, seeds = [0, 1], results, diverged = [] } = made
  const config = parseConfig(
    {
      name,
      strategies,
      seeds: [...seeds, ...diverged],
      dataset: { kind: 'copy-first-input', steps },
      layers: [{ cell: 'gru', units: 8 }],
    },
    'test',
  )
  const records = await store.createGroup(config, strategies, versions)
  for (const { id } of records)
    if (results) {
      const writer = await store.openWriter(id)
      const result = { metric: 'mse' as const, best: results, last: results, seeds, warmupRestarts: seeds.map(() => 0) }
      await writer.update({
        status: 'finished',
        startedAt: '2026-01-01T00:00:00Z',
        endedAt: new Date().toISOString(),
        result,
        diverged: diverged.map((seed) => ({ seed, phase: 'training', step: 3, quantity: 'loss', value: 'NaN' })),
      })
      await writer.close()
    }
  return records.map(({ id }) => id)
}

describe('the index of runs', () => {
  it('has every folder, a damaged and a crashed one as what they are, and finds them again when it is opened again', async () => {
    const home = await temporaryFolder()
    const store = new RunStore(home)
    const [finished, queued] = [...(await makeRuns(store, { results: [1, 2] })), ...(await makeRuns(store))]
    const crashed = (await makeRuns(store))[0]!
    const writer = await store.openWriter(crashed)
    await writer.update({ status: 'running' })
    await writer.close()
    mkdirSync(path.join(home, 'runs', 'torn'))
    writeFileSync(path.join(home, 'runs', 'torn', 'run.json'), '{"id":')
    const expected = new Map([
      [finished, 'finished'],
      [queued, 'queued'],
      [crashed, 'crashed'],
      ['torn', 'damaged'],
    ])
    for (let time = 0; time < 2; time++) {
      const { page, index, told, notices } = await openIndex(home)
      const { runs, totalCount } = await page()
      expect(totalCount).toBe(4)
      expect(new Map(runs.map(({ id, state }) => [id, state]))).toEqual(expected)
      expect(notices).toEqual([])
      if (time === 1) expect(told).toEqual([]) // nothing has changed
      await index.close()
    }
  })

  it('sees by itself what another process does: a new run, its progress, its end, its annotations, and that it is gone', async () => {
    const home = await temporaryFolder()
    const { page, told } = await openIndex(home)
    const config = path.join(home, 'other.json')
    writeFileSync(
      config,
      JSON.stringify({
        name: 'other',
        dataset: { kind: 'copy-first-input', steps: 10, counts: { train: 40, validation: 8, test: 8 } },
        layers: [{ cell: 'gru', units: 4 }],
        strategies: ['none'],
        seeds: [0],
        training: { steps: 10, batch: 4, validateEverySteps: 5 },
        measures: { everySteps: 0 },
      }),
    )
    const child = spawn(process.execPath, [BIN, 'run', config, '--home', home, '--json'], { stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('close', resolve))
    await expect.poll(async () => (await page()).runs.map(({ state }) => state)).toEqual(['finished'])
    expect(await ended).toBe(0)
    const [run] = (await page()).runs
    expect(run!.result!.best).toHaveLength(1)
    expect(told).toContain(run!.id)
    const folder = new RunStore(home).folder(run!.id)
    rmSync(folder, { recursive: true })
    await expect.poll(async () => (await page()).totalCount).toBe(0)
    expect(told.at(-1)).toBe(run!.id)
  })

  it('sees what happens to the oldest of many finished runs, as long as somebody looks at them', async () => {
    const home = await temporaryFolder()
    await makeManyRuns(home, 330, () => undefined)
    const oldestFirst = { filter: { states: ['finished'], archived: 'shown' }, sort: 'created', descending: false }
    const { page, told } = await openIndex(home)
    await page({ ...oldestFirst, count: 1 }) // the folders of the newest 256 are watched
    const { runs } = await page({ ...oldestFirst, count: 40 })
    const [broken, gone] = [runs[0]!.id, runs[1]!.id]
    const file = path.join(home, 'runs', broken, 'run.json')
    const whole = readFileSync(file)
    writeFileSync(file, '{"broken')
    rmSync(path.join(home, 'runs', gone), { recursive: true })
    const isDamaged = async (): Promise<boolean> => {
      const found = await page({ filter: { states: ['damaged'], archived: 'shown' } })
      return idsOf(found).includes(broken)
    }
    // Before the look at all folders, every 30 s.
    await expect.poll(() => told).toEqual(expect.arrayContaining([broken, gone]))
    expect(await isDamaged()).toBe(true)
    expect(idsOf(await page({ filter: { archived: 'shown' } }))).not.toContain(gone)
    writeFileSync(file, whole)
    await expect.poll(isDamaged).toBe(false)
  })

  it('shows a run as crashed when its process was killed, though no file of it has changed', async () => {
    const home = await temporaryFolder()
    const [id] = (await makeRuns(new RunStore(home))) as [string]
    const holder = new URL('../store/lock-holder.ts', import.meta.url).pathname
    const { page } = await openIndex(home)
    const child = spawn(process.execPath, [holder, home, id], { stdio: ['pipe', 'pipe', 'inherit'] })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const state = async (): Promise<string> => (await page()).runs[0]!.state
    await expect.poll(state).toBe('running')
    child.kill('SIGKILL')
    await expect.poll(state).toBe('crashed')
  })

  it.each([
    [
      'damaged',
      (file: string) => writeFileSync(file, 'no database at all, but long enough to be looked at'.repeat(99)),
    ],
    [
      'of another version',
      (file: string) => {
        const database = new Database(file)
        database.exec('PRAGMA user_version = 7777')
        database.close()
      },
    ],
    [
      'without its tables',
      (file: string) => {
        const database = new Database(file)
        database.exec('DROP TABLE summaries')
        database.close()
      },
    ],
  ])('is made anew when its file is %s, and says so', async (_, spoil) => {
    const home = await temporaryFolder()
    const [id] = await makeRuns(new RunStore(home), { results: [1, 2] })
    const first = await openIndex(home)
    await first.index.close()
    spoil(path.join(home, 'index', 'runs.sqlite'))
    const { page, notices, index } = await openIndex(home)
    expect(idsOf(await page())).toEqual([id])
    expect(notices).toMatchObject([
      { code: 'run-index', detail: { remedy: expect.stringContaining('Nothing is lost') as string } },
    ])
    await index.close()
    const again = await openIndex(home)
    expect(again.notices).toEqual([])
    expect(idsOf(await again.page())).toEqual([id])
  })

  it('works in memory where none can be kept, and where another lab keeps it', async () => {
    const home = await temporaryFolder()
    const [id] = await makeRuns(new RunStore(home))
    await whileReadOnly(home, async () => {
      const { page, notices } = await openIndex(home)
      expect(idsOf(await page())).toEqual([id])
      expect(notices).toEqual([])
    })
    const owner = await openIndex(home)
    const other = await openIndex(home)
    expect(idsOf(await owner.page())).toEqual([id])
    expect(idsOf(await other.page())).toEqual([id])
    const [later] = (await makeRuns(new RunStore(home))) as [string]
    for (const { page } of [owner, other]) await expect.poll(async () => idsOf(await page())).toContain(later)
  })

  it('has the ids of any rows of either table, in one answer, however many runs a configuration has', async () => {
    const home = await temporaryFolder()
    const store = new RunStore(home)
    const many: string[] = []
    for (let i = 0; i < 60; i++) many.push(...(await makeRuns(store, { name: `many ${i}` })))
    const few = await makeRuns(store, { name: 'few', steps: 9 })
    for (const id of many.slice(0, 2))
      await writeAnnotations(store.folder(id), { ...NO_ANNOTATIONS, isStarred: true, isArchived: true })
    const { index, page, configurations } = await openIndex(home)
    const all = { filter: { archived: 'shown' } }
    const ask = (query: object): Promise<readonly string[]> =>
      index.ask('ids', runIdsQuerySchema.parse({ ...all, ...query }))
    expect(new Set(await ask({}))).toEqual(new Set([...many, ...few]))
    expect(new Set(await ask({ filter: {} }))).toEqual(new Set([...many.slice(2), ...few]))

    const byName = { sort: 'name', descending: false } as const
    const rows = idsOf(await page({ ...all, ...byName }))
    expect(await ask({ range: { of: 'runs', ...byName, offset: 5, count: 40 } })).toEqual(rows.slice(5, 45))

    const order = { sort: 'runs', descending: true } as const
    const found = (await configurations({ ...all, ...order })).configurations
    expect(found.map(({ runCount }) => runCount)).toEqual([60, 1])
    expect(found[0]).toMatchObject({ starredCount: 2, archivedCount: 2 })
    const first = await ask({ range: { of: 'configurations', ...order, offset: 0, count: 1 } })
    expect(new Set(first)).toEqual(new Set(many))
    expect(first.slice(0, found[0]!.runIds.length)).toEqual(found[0]!.runIds)
    expect(await ask({ range: { of: 'configurations', ...order, offset: 1, count: 5 } })).toEqual(few)
  })

  it('sorts by any column with what has no value last, searches all words, filters, and answers windows of it', async () => {
    const home = await temporaryFolder()
    const store = new RunStore(home)
    const [a] = (await makeRuns(store, { name: 'alpha', steps: 50, results: [3, 3] })) as [string]
    const [b] = (await makeRuns(store, { name: 'beta', steps: 9, results: [1, 2] })) as [string]
    const [c] = (await makeRuns(store, { name: 'Gamma', strategies: ['warmed-up'] })) as [string]
    await writeAnnotations(store.folder(b), {
      ...NO_ANNOTATIONS,
      tags: ['Long memory'],
      notes: 'Sehr schön',
      isStarred: true,
    })
    await writeAnnotations(store.folder(c), { ...NO_ANNOTATIONS, isArchived: true })
    const { page, index } = await openIndex(home)
    const all = { filter: { archived: 'shown' } }
    expect(idsOf(await page({ ...all, sort: 'result', descending: false }))).toEqual([b, a, c])
    expect(idsOf(await page({ ...all, sort: 'result', descending: true }))).toEqual([a, b, c])
    expect(idsOf(await page({ ...all, sort: 'name', descending: false }))).toEqual([a, b, c])
    expect(idsOf(await page({ ...all, sort: 'steps', descending: false }))).toEqual([b, c, a])
    expect(idsOf(await page({ ...all, sort: 'created', descending: true }))).toEqual([c, b, a])
    expect(await page({ ...all, sort: 'name', descending: false, offset: 1, count: 1 })).toMatchObject({
      totalCount: 3,
      offset: 1,
      runs: [{ id: b }],
    })
    expect(idsOf(await page())).toEqual([b, a])
    const found = async (filter: object): Promise<string[]> =>
      idsOf(await page({ filter: { archived: 'shown', ...filter } }))
    expect(await found({ text: 'GRU t=50' })).toEqual([a])
    expect(await found({ text: 'schön' })).toEqual([b])
    expect(await found({ text: "%_' OR 1" })).toEqual([])
    expect(await found({ tags: ['long memory'] })).toEqual([b])
    expect(await found({ tags: ['long'] })).toEqual([])
    expect(await found({ onlyStarred: true })).toEqual([b])
    expect(await found({ archived: 'only' })).toEqual([c])
    expect(await found({ states: ['queued'] })).toEqual([c])
    expect(await found({ strategies: ['warmed-up'] })).toEqual([c])
    expect(await index.ask('facets', null)).toEqual({
      runCount: 3,
      states: { finished: 2, queued: 1 },
      tags: [{ tag: 'Long memory', runCount: 1 }],
      starredCount: 1,
      archivedCount: 1,
    })
  })

  it('has mean and deviation of a configuration over its seeds, whatever its runs are called; a seed that was run twice counts once', async () => {
    const home = await temporaryFolder()
    const store = new RunStore(home)
    const first = await makeRuns(store, { seeds: [0, 1, 2], results: [0.011, 0.02, 0.03] })
    const second = await makeRuns(store, { name: 'more seeds', seeds: [3, 4], results: [0.05, 0.043] })
    await makeRuns(store, { steps: 21, seeds: [0], results: [9] })
    await new Promise((resolve) => setTimeout(resolve, 5))
    const repeated = await makeRuns(store, { name: 'once more', seeds: [1], results: [0.7] })
    const unfinished = await makeRuns(store, { seeds: [8] })
    const { configurations } = await openIndex(home)
    const { totalCount, configurations: found } = await configurations({ sort: 'result', descending: false })
    expect(totalCount).toBe(2)
    const { mean, std } = summarize([0.011, 0.7, 0.03, 0.05, 0.043])
    expect(found[0]).toMatchObject({
      runCount: 4,
      stateCounts: { finished: 3, queued: 1 },
      best: { seedCount: 5, mean: expect.closeTo(mean, 12) as number, std: expect.closeTo(std, 12) as number },
      newest: { id: unfinished[0] },
    })
    expect([...found[0]!.runIds].sort()).toEqual([...first, ...second, ...repeated, ...unfinished].sort())
    expect(found[1]).toMatchObject({ runCount: 1, best: { seedCount: 1, mean: 9, std: null } })
    const narrowed = await configurations({ filter: { text: 'more seeds' } })
    expect(narrowed).toMatchObject({
      totalCount: 1,
      configurations: [{ runCount: 1, best: { seedCount: 2, mean: expect.closeTo(0.0465, 12) as number } }],
    })
  })

  it('counts the seeds of a configuration that diverged apart, and has no value of them', async () => {
    const home = await temporaryFolder()
    const store = new RunStore(home)
    await makeRuns(store, { seeds: [0, 1], results: [1, 3], diverged: [7, 8] })
    await new Promise((resolve) => setTimeout(resolve, 5))
    await makeRuns(store, { seeds: [8], results: [5] })
    const { configurations, page } = await openIndex(home)
    const { configurations: found } = await configurations({ sort: 'result', descending: false })
    expect(found).toMatchObject([{ best: { seedCount: 3, mean: 3 }, divergedSeedCount: 1 }])
    const { runs } = await page({ sort: 'created', descending: false })
    expect(runs.map(({ diverged }) => diverged.map(({ seed }) => seed))).toEqual([[7, 8], []])
  })

  it('shows a copied folder as damaged, and again as itself once it is put right', async () => {
    const home = await temporaryFolder()
    const [id] = (await makeRuns(new RunStore(home))) as [string]
    const { page } = await openIndex(home)
    cpSync(path.join(home, 'runs', id), path.join(home, 'runs', 'copy'), { recursive: true })
    await expect
      .poll(async () => (await page({ sort: 'id', descending: false })).runs.map(({ state }) => state))
      .toEqual(['damaged', 'queued'])
    rmSync(path.join(home, 'runs', 'copy'), { recursive: true })
    await expect.poll(async () => idsOf(await page())).toEqual([id])
  })
})
