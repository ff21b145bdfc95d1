/**
 * The table of reported inputs, each from its configuration to the end of its run: what it once was refused for, or counted wrong, is right. The
 * cells among them are compiler/reported-cells.test.ts's, data that is exchanged or gone is run-data.test.ts's, one seed that diverges divergence.test.ts's.
 */
import { cp, mkdtemp, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'
import { loadConfig } from '../../../main/cli/load-config.ts'
import { makeRuns, prepare, preparedConfig, runGroup } from '../../../main/engine/run-group.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import npzCases from '../datasets/npz-cases.json' with { type: 'json' }
import { fromBase64 } from '../datasets/numpy-files.ts'
import { temporaryFolder } from './lab.ts'

interface Case {
  readonly name: string
  /** A folder of datasets/cases, or an archive with its settings. */
  readonly input: string | { readonly npz: keyof typeof npzCases; readonly settings: object }
  readonly classes?: readonly string[]
  /** Kinds of what is told of each run; nothing by default. */
  readonly remarks?: readonly string[]
  /** Of which a run is made each; one by default. */
  readonly strategies?: number
  /** What stands before the configuration. */
  readonly startsWith?: string
}

const FILE = { kind: 'file', path: 'data.npz', task: 'regression' }
const SMALL = {
  dataset: FILE,
  layers: [{ cell: 'gru', units: 4 }],
  strategies: ['none'],
  seeds: [0],
  training: { epochs: 2, batch: 4 },
  measures: { everySteps: 0 },
}
const ROOT_GATE = {
  ...SMALL,
  layers: [{ cell: 'sqrt-gate', units: 5 }],
  cells: {
    'sqrt-gate':
      "cell sqrt-gate\nsource intensity enters by its square root\n\ng  = sqrt(abs(W x))\nh' = 0.5 * h + 0.5 * tanh(g + U h + b)\n\ninit b: uniform(-0.5, 0.5)\n",
  },
  seeds: [3],
  training: { epochs: 2, batch: 64 },
}

const CASES: readonly Case[] = [
  { name: 'csv-labels-3-5', input: 'csv-labels-3-5', classes: ['3', '5'] },
  { name: 'csv-labels-words', input: 'csv-labels-words', classes: ['run', 'walk'] },
  { name: 'csv-label-first-row-only', input: 'csv-label-first-row-only', classes: ['0', '1'] },
  { name: 'csv-semicolon-decimal-comma', input: 'csv-semicolon-decimal-comma' },
  { name: 'csv-timestamps', input: 'csv-timestamps' },
  { name: 'csv-ns-steps-close', input: 'csv-ns-steps-close' },
  { name: 'ucr-tsv', input: 'ucr-tsv' },
  { name: 'subjects-split', input: 'subjects-split', classes: ['0', '1'] },
  {
    name: 'npz-y-labels-1-2',
    input: { npz: 'npz-y-labels-1-2', settings: { ...SMALL, dataset: { ...FILE, task: 'classification' } } },
    classes: ['1', '2'],
  },
  { name: 'npz-extra-str', input: { npz: 'npz-extra-str', settings: SMALL } },
  { name: 'npz-x-i2', input: { npz: 'npz-x-i2', settings: SMALL } },
  { name: 'npz-x-f2', input: { npz: 'npz-x-f2', settings: SMALL } },
  { name: 'npz-double-quotes', input: { npz: 'npz-double-quotes', settings: SMALL } },
  { name: 'config-bom', input: { npz: 'npz-compressed', settings: SMALL }, startsWith: '\uFEFF' },
  {
    name: 'small-default, with every strategy',
    input: {
      npz: 'npz-compressed',
      settings: { dataset: FILE, layers: [{ cell: 'gru', units: 4 }], training: { epochs: 2 } },
    },
    remarks: ['batch', 'batch'],
    strategies: 3,
  },
  { name: 'padding-nan, mixed', input: { npz: 'pad-mixed', settings: ROOT_GATE }, remarks: ['batch'] },
  { name: 'padding-nan, short', input: { npz: 'pad-short', settings: ROOT_GATE }, remarks: ['batch'] },
]

/** @returns the configuration's file, its data beside it */
async function place(folder: string, { input, startsWith = '' }: Case): Promise<string> {
  const config = path.join(folder, 'config.json')
  if (typeof input === 'string') {
    await cp(fileURLToPath(new URL(`../datasets/cases/${input}`, import.meta.url)), folder, { recursive: true })
  } else {
    await writeFile(path.join(folder, 'data.npz'), fromBase64(npzCases[input.npz]))
    await writeFile(config, startsWith + JSON.stringify(input.settings))
  }
  return config
}

it.each(CASES)('$name trains to its end', async (one) => {
  const folder = await mkdtemp(path.join(temporaryFolder(), 'case-'))
  const { config, baseFolder } = await loadConfig(await place(folder, one), {})
  const store = new RunStore(folder)
  const records = await makeRuns(store, preparedConfig(await prepare(config, baseFolder, readEngineOptions())))
  expect(records).toHaveLength(one.strategies ?? 1)
  const silent = {
    started: () => undefined,
    event: () => undefined,
    endedBefore: () => undefined,
    failed: (_: string, error: Error) => expect.fail(error.message),
  }
  const ended = await runGroup(store, records, '/', readEngineOptions(), { requested: () => null }, silent)
  for (const { status, result, data, remarks, diverged } of ended === 'paused' ? [] : ended) {
    expect([status, diverged, data!.classNames]).toEqual(['finished', [], one.classes ?? null])
    expect(result!.best.every((value) => Number.isFinite(value))).toBe(true)
    expect(remarks.map(({ kind }) => kind)).toEqual(one.remarks ?? [])
  }
  expect(ended).toHaveLength(records.length)
})

it('subjects-split, grouped: each of the five subjects is on one side, and all seeds have one test set', async () => {
  const folder = await mkdtemp(path.join(temporaryFolder(), 'case-'))
  const file = await place(folder, { name: 'grouped', input: 'subjects-split' })
  const set = ['dataset.split.group="subject"', 'seeds="0-2"']
  const { config, baseFolder } = await loadConfig(file, { set })
  const { datasets } = await prepare(config, baseFolder, readEngineOptions())
  const { train, validation, test } = datasets[0]!.groupCounts!
  expect(train + validation + test).toBe(5)
  const testSets = datasets.map((dataset) => [...dataset.batch('test', [...Array(dataset.counts.test).keys()]).inputs])
  expect(testSets).toEqual(Array(3).fill(testSets[0]))
})
