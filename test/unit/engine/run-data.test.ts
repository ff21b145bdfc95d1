/** A run knows its data by what it holds: whatever opens the file later refuses other content with both digests, and finds a file that was moved. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'
import { forkRun, judgeFork, listForkPoints } from '../../../main/engine/fork-run.ts'
import { measureGradientByLag } from '../../../main/engine/gradient-by-lag.ts'
import { locateData } from '../../../main/engine/locate-data.ts'
import { predict } from '../../../main/engine/predict.ts'
import { AS_RECORDED, type DataChoice } from '../../../main/engine/run-data.ts'
import { makeRuns, prepare, preparedConfig, runOne } from '../../../main/engine/run-group.ts'
import { moveSweepData, prepareSweep, runSweep } from '../../../main/engine/run-sweep.ts'
import { encodeWeights } from '../../../main/engine/trained-weights.ts'
import { readRecordFile, writeRecordFile } from '../../../main/store/record-file.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { SweepStore } from '../../../main/store/sweep-store.ts'
import { decodeSafetensors } from '../../../shared/exchange/safetensors.ts'
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { parseSweep } from '../../../shared/experiments/sweep.ts'
import type { RunRecord } from '../../../shared/runs/run.ts'
import { complaintOf, temporaryFolder } from '../store/store-helpers.ts'

const SILENT = { started: () => undefined, event: () => undefined }

/** Twenty series of three steps; another factor is other data. */
const csvOf = (factor: number, targetOf = (id: number): number => factor * id): string =>
  [
    'id,t,x,y',
    ...Array.from({ length: 60 }, (_, row) => {
      const [id, t] = [Math.floor(row / 3), row % 3]
      return [id, t, factor * Math.sin(id + t), targetOf(id)].join()
    }),
  ].join('\n')

const labelsOf = (labels: readonly number[]): string => csvOf(1, (id) => labels[id % labels.length]!)
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const FIRST = csvOf(1)
const SECOND = csvOf(2)

const CONFIG = {
  name: 'own',
  dataset: {
    kind: 'file',
    path: 'data.csv',
    task: 'regression',
    columns: { series: 'id', step: 't', inputs: ['x'], targets: ['y'] },
  },
  layers: [{ cell: 'lstm', coldCell: 'gru', units: 4 }],
  strategies: ['double'],
  seeds: [0],
  warmup: { steps: 2, batch: 4, maxConvergenceSteps: 4 },
  training: { steps: 30, batch: 4 },
  measures: { everySteps: 0 },
}

interface Bench {
  readonly store: RunStore
  readonly home: string
  /** As the run was made with. */
  readonly file: string
  readonly record: RunRecord
  write(text: string): Promise<void>
  /** To the n-th time that it may be paused, or to its end. */
  run(pauseAt?: number, choice?: DataChoice): Promise<void>
  read(): Promise<RunRecord>
}

async function openBench(change: object = {}, text = FIRST): Promise<Bench> {
  const home = await temporaryFolder()
  const store = new RunStore(home)
  const file = path.join(home, 'data.csv')
  await writeFile(file, text)
  const config = parseConfig({ ...CONFIG, ...change }, 'test')
  const [record] = await makeRuns(store, preparedConfig(await prepare(config, home, readEngineOptions())))
  const { id } = record!
  return {
    store,
    home,
    file,
    record: record!,
    write: (text) => writeFile(file, text),
    read: () => store.readRecord(id),
    async run(pauseAt = Infinity, choice = AS_RECORDED) {
      let asked = 0
      await runOne(
        store,
        id,
        '/',
        readEngineOptions(),
        { requested: () => (++asked >= pauseAt ? 'pause' : null) },
        SILENT,
        { data: choice, backend: null },
      )
    },
  }
}

const predicted = ({ store, home, record }: Bench) =>
  predict(store, home, readEngineOptions(), {
    runId: record.id,
    seed: null,
    weights: 'last',
    firstSeries: 0,
    seriesCount: 1,
    sampleCount: 2,
  })
const measured = ({ store, home, record }: Bench) =>
  measureGradientByLag(store, home, readEngineOptions(), { runId: record.id, seed: null })
const longer = ({ record }: Bench): ExperimentConfig => ({
  ...record.config,
  training: { ...record.config.training, steps: 60 },
})
const forked = (bench: Bench, choice = AS_RECORDED) =>
  forkRun(
    bench.store,
    { runId: bench.record.id, checkpoint: 'last' },
    longer(bench),
    'test',
    bench.record.versions,
    readEngineOptions(),
    choice,
  )

async function refusalOf(attempt: () => unknown): Promise<Record<string, string>> {
  const { code, detail } = await complaintOf(attempt)
  expect(code).toBe('dataset')
  return detail
}

describe('a run on a file of series', () => {
  it('records where it is, its digest and what was read from it', async () => {
    const { record, file } = await openBench()
    expect(record.config.dataset).toMatchObject({ path: file })
    expect(record.data).toEqual({
      sha256: digest(FIRST),
      bytes: FIRST.length,
      test: null,
      seriesCount: 20,
      maxSteps: 3,
      inputSize: 1,
      outputSize: 1,
      classNames: null,
      earlier: [],
    })
  })

  it('refuses to go on with other data, with both digests and the remedy, and is as it was', async () => {
    const bench = await openBench()
    await bench.run(10)
    const before = await bench.read()
    await bench.write(SECOND)
    const detail = await refusalOf(() => bench.run())
    expect(detail.where).toBe(bench.file)
    expect(detail.expected).toContain(digest(FIRST))
    expect(detail.found).toContain(digest(SECOND))
    expect(detail.remedy).toMatch(/--data FILE.*--other-data/)
    expect(await bench.read()).toMatchObject({ status: before.status, data: before.data, result: null })
    await bench.write(FIRST)
    await bench.run()
    expect((await bench.read()).status).toBe('finished')
  })

  it('is refused to whatever else opens the file: predictions, measures and forks', async () => {
    const bench = await openBench()
    await bench.run()
    await bench.write(SECOND)
    for (const open of [predicted, measured, forked]) {
      const detail = await refusalOf(() => open(bench))
      expect(detail.expected).toContain(digest(FIRST))
      expect(detail.found).toContain(digest(SECOND))
    }
    const source = { runId: bench.record.id, checkpoint: 'last' } as const
    await refusalOf(() => judgeFork(bench.store, source, longer(bench), 'test'))
  })

  it('goes on with other data where the user says so, and its record and log say it, too', async () => {
    const bench = await openBench()
    await bench.run(10)
    await bench.write(SECOND)
    await bench.run(Infinity, { file: null, takesOther: true })
    const { data, status } = await bench.read()
    expect(status).toBe('finished')
    expect(data).toMatchObject({ sha256: digest(SECOND), earlier: [{ sha256: digest(FIRST), seriesCount: 20 }] })
    const { entries } = await bench.store.readLog(bench.record.id, null)
    expect(entries).toContainEqual(
      expect.objectContaining({ kind: 'other-data', sha256: digest(SECOND), before: digest(FIRST) }),
    )
    await predicted(bench)
  })

  it('records its classes, and refuses other data of another number of them, which its weights do not fit', async () => {
    const bench = await openBench({ dataset: { ...CONFIG.dataset, task: 'classification' } }, labelsOf([3, 5]))
    expect(bench.record.data).toMatchObject({ outputSize: 2, classNames: ['3', '5'] })
    await bench.run(10)
    await bench.write(labelsOf([3, 4, 5]))
    const detail = await refusalOf(() => bench.run(Infinity, { file: null, takesOther: true }))
    expect(detail.found).toContain('classes 3, 4, 5')
    expect((await bench.read()).data).toMatchObject({ outputSize: 2, earlier: [] })
  })

  it('finds a file that was moved once it is said where it lies, for every run of that content', async () => {
    const bench = await openBench()
    await bench.run(10)
    const moved = path.join(bench.home, 'elsewhere.csv')
    await rename(bench.file, moved)
    const detail = await refusalOf(() => bench.run())
    expect(detail).toMatchObject({ where: bench.file, remedy: expect.stringContaining('--data FILE') as string })
    await bench.run(20, { file: moved, takesOther: false })
    await bench.run()
    await predicted(bench)
    await measured(bench)
    expect((await forked(bench)).data).toMatchObject({ sha256: digest(FIRST), earlier: [] })
  })

  it('finds what was brought to its home, should the home have moved', async () => {
    const bench = await openBench()
    await bench.run(10)
    await mkdir(path.join(bench.home, 'datasets'))
    await rename(bench.file, path.join(bench.home, 'datasets', 'data.csv'))
    await bench.run()
    expect((await bench.read()).status).toBe('finished')
  })

  it('of an earlier version goes on as before, and knows its data from then on', async () => {
    const bench = await openBench()
    await bench.run(10)
    const folder = bench.store.folder(bench.record.id)
    await writeRecordFile(folder, { ...(await readRecordFile(folder, bench.record.id)), data: null })
    await bench.write(SECOND)
    await bench.run(20)
    expect((await bench.read()).data).toMatchObject({ sha256: digest(SECOND), earlier: [] })
    await bench.write(FIRST)
    await refusalOf(() => bench.run())
  })
})

describe('a run whose test series are in a second file', () => {
  const TEST = csvOf(3)
  const open = async (): Promise<Bench & { readonly testFile: string }> => {
    const folder = await temporaryFolder()
    const testFile = path.join(folder, 'own_TEST.csv')
    await writeFile(testFile, TEST)
    const bench = await openBench({ dataset: { ...CONFIG.dataset, testPath: testFile } })
    return { ...bench, testFile }
  }

  it('knows both by what they hold, and refuses to go on when either is another', async () => {
    const bench = await open()
    expect(bench.record.data).toMatchObject({
      sha256: digest(FIRST),
      test: { sha256: digest(TEST), bytes: TEST.length },
      seriesCount: 40,
    })
    await bench.run(10)
    await writeFile(bench.testFile, SECOND)
    const detail = await refusalOf(() => bench.run())
    expect([detail.where, detail.expected]).toEqual([bench.testFile, expect.stringContaining(digest(TEST))])
    await bench.run(20, { file: null, takesOther: true })
    expect((await bench.read()).data).toMatchObject({
      test: { sha256: digest(SECOND) },
      earlier: [{ test: { sha256: digest(TEST) } }],
    })
  })

  it('finds both where they were moved, together or one by one', async () => {
    const bench = await open()
    await bench.run(8)
    const folder = await temporaryFolder()
    const [series, test] = ['own_TRAIN.csv', 'own_TEST.csv'].map((name) => path.join(folder, name)) as [string, string]
    await rename(bench.file, series)
    await rename(bench.testFile, test)
    await bench.run(8, { file: series, takesOther: false })
    await bench.run(8)
    const apart = path.join(folder, 'apart.csv')
    await rename(test, apart)
    await refusalOf(() => bench.run(8))
    await bench.run(8, { file: apart, takesOther: false })
    await bench.run()
    expect((await bench.read()).status).toBe('finished')
  })
})

describe('a fork', () => {
  it('goes on with other data where the user says so, and says what its run began with', async () => {
    const bench = await openBench()
    await bench.run()
    const other = path.join(bench.home, 'other.csv')
    await writeFile(other, SECOND)
    await refusalOf(() => forked(bench, { file: other, takesOther: false }))
    const fork = await forked(bench, { file: other, takesOther: true })
    expect(fork.data).toMatchObject({ sha256: digest(SECOND), earlier: [{ sha256: digest(FIRST) }] })
    await runOne(bench.store, fork.id, '/', readEngineOptions(), { requested: () => null }, SILENT)
    expect(await bench.store.readRecord(fork.id)).toMatchObject({ status: 'finished', data: fork.data })
    expect((await listForkPoints(bench.store, fork.id))[0]).toMatchObject({ step: 60 })
  })
})

describe('where the data of a run lies', () => {
  it('can be said while it rests, and other data is taken only when that is asked for', async () => {
    const bench = await openBench()
    await bench.run(10)
    const [moved, other] = ['moved.csv', 'other.csv'].map((name) => path.join(bench.home, name)) as [string, string]
    await rename(bench.file, moved)
    await writeFile(other, SECOND)
    const locate = (file: string, takesOther: boolean): Promise<void> =>
      locateData(bench.store, bench.record.id, { file, takesOther }, bench.home, readEngineOptions())
    await refusalOf(() => locate(other, false))
    await locate(moved, false)
    await predicted(bench)
    await locate(other, true)
    expect((await bench.read()).data).toMatchObject({ sha256: digest(SECOND), earlier: [{ sha256: digest(FIRST) }] })
    await bench.run()
    expect((await complaintOf(() => locate(moved, true))).code).toBe('usage') // a finished run stays as it is
  })
})

describe('an export', () => {
  it('needs no data, and names the cell of every part', async () => {
    const bench = await openBench()
    await bench.run()
    await rm(bench.file)
    const choice = { format: 'safetensors', seed: null, weights: 'best' } as const
    const { bytes } = await encodeWeights(bench.store, await bench.read(), choice)
    const { metadata, tensors } = decodeSafetensors(bytes, 'test', 'weights')
    expect(metadata.cells).toBe('lstm+gru')
    expect([...tensors.values()].map(({ shape }) => shape)).toContainEqual([1, 4])
  })
})

describe('a sweep', () => {
  it('has runs that are found from anywhere, each with its data, and makes none on other data', async () => {
    const home = await temporaryFolder()
    const folder = await temporaryFolder()
    const [runs, sweeps] = [new RunStore(home), new SweepStore(home)]
    const file = path.join(folder, 'data.csv')
    await writeFile(file, FIRST)
    const { definition, sweep } = parseSweep({ config: CONFIG, grid: { 'training.batch': [2, 3, 4] } }, 'test')
    const { id } = await sweeps.create(
      definition,
      folder,
      3,
      (await prepareSweep(sweep, folder, readEngineOptions())).data,
    )
    const goOn = async (afterMade: (count: number) => Promise<void> = () => Promise.resolve()): Promise<void> => {
      const writer = await sweeps.openWriter(id)
      let count = 0
      try {
        await runSweep(runs, writer, {
          engine: readEngineOptions(),
          rerunFailed: false,
          isPauseAsked: () => false,
          async runOne(record) {
            await runOne(runs, record.id, '/', readEngineOptions(), { requested: () => null }, SILENT)
            await afterMade(++count)
            return 'done'
          },
        })
      } finally {
        await writer.close()
      }
    }
    const detail = await refusalOf(() => goOn((count) => (count === 1 ? writeFile(file, SECOND) : Promise.resolve())))
    expect(detail.found).toContain(digest(SECOND))
    expect(await runs.list()).toHaveLength(1)
    const { record } = await sweeps.find(id)
    await refusalOf(() => moveSweepData(runs, record, file))
    const moved = path.join(home, 'moved.csv')
    await writeFile(moved, FIRST)
    await moveSweepData(runs, record, moved)
    await goOn()
    const made = (await runs.list()).map((run) => run.record!)
    expect(made.map(({ config, status }) => ('path' in config.dataset ? [config.dataset.path, status] : []))).toEqual(
      Array(3).fill([file, 'finished']),
    )
    for (const { data } of made) expect(data).toMatchObject({ sha256: digest(FIRST) })
    expect(JSON.parse(await readFile(path.join(home, 'data-places.json'), 'utf8'))).toEqual({ [digest(FIRST)]: moved })
  })
})

describe('a configuration that its data does not allow as it is', () => {
  it('is recorded as it is used, and the log begins with what was changed', async () => {
    const bench = await openBench({ training: { steps: 5, batch: 64 }, warmup: { ...CONFIG.warmup, batch: 64 } })
    expect(bench.record.config).toMatchObject({ training: { batch: 12 }, warmup: { batch: 12 } })
    await bench.run(3)
    await bench.run()
    const { entries } = await bench.store.readLog(bench.record.id, null)
    expect(entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []))).toEqual([
      '`training.batch` is 12 and not 64: there are no more training series.',
      '`warmup.batch` is 12 and not 64: there are no more training series.',
      expect.stringMatching(/^The engine is wasm /),
    ])
  })

  it('of an earlier version trains all the same', async () => {
    const bench = await openBench()
    const folder = bench.store.folder(bench.record.id)
    const { config } = bench.record
    const asked = { ...config, warmup: { ...config.warmup, batch: 64 } }
    await writeRecordFile(folder, { ...bench.record, config: asked })
    await bench.run(20)
    await bench.run()
    expect(await bench.read()).toMatchObject({ status: 'finished', config: { warmup: { batch: 64 } } })
  })
})
