/** `lab run` and `lab resume`: makes a group of runs or takes up an old one, shows progress, ends with the table of means. */
import { writeFile } from 'node:fs/promises'
import process from 'node:process'
import { chromeTrace } from '../../../shared/backends/trace.ts'
import { warningsOfCells } from '../../../shared/networks/cell-warnings.ts'
import { trialStrategies } from '../../../shared/experiments/trials.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { describeDivergence, describeSeedCount } from '../../../shared/runs/divergence.ts'
import type { RunRecord } from '../../../shared/runs/run.ts'
import { readEngineOptions, type EngineOptions } from '../../engine/engine-options.ts'
import { loadBackend } from '../../engine/load-backend.ts'
import {
  AS_BEGUN,
  makeRuns,
  prepare,
  preparedConfig,
  runGroup,
  summarise,
  type GroupListener,
  type SummaryRow,
} from '../../engine/run-group.ts'
import { findRuns } from '../../store/find-runs.ts'
import type { RunStore } from '../../store/run-store.ts'
import { readDataOptions } from '../data-options.ts'
import { loadConfig } from '../load-config.ts'
import { openStore } from '../open-store.ts'
import { formatNumber, formatTable, print, printJson } from '../output.ts'
import { untilInterrupted } from '../interrupt.ts'
import { ProgressLine } from '../progress.ts'
import { tellRuns } from '../tell-runs.ts'
import { tellWarnings } from '../tell-warnings.ts'
import { writeError } from '../streams.ts'

const EXIT_INTERRUPTED = 130
const EXIT_FAILED_RUNS = 1
/** Kernels and waits of a thread that a trace holds: a few hundred steps. */
const TRACED_SPANS = 100_000

type Options = Readonly<Record<string, unknown>>

export async function runCommand(file: string | undefined, options: Options): Promise<void> {
  const engine = readEngineOptions(options)
  const { config, baseFolder } = await loadConfig(file, options)
  if (options.printConfig) {
    print(JSON.stringify(config, null, 2))
    return
  }
  const group = await prepare(config, baseFolder, engine)
  tellWarnings(warningsOfCells(group.networks.values()), options)
  const prepared = preparedConfig(group)
  const trace = typeof options.trace === 'string' ? await openTrace(group.choice.backend, engine, options.trace) : null
  const store = openStore(options)
  const records = await makeRuns(store, prepared)
  try {
    await trace?.start()
    await runRecords(store, records, engine, options)
  } finally {
    await trace?.end() // also of a run that fails
  }
}

/**
 * Writes down what the engine's threads do, into a file that is opened before a run is made.
 * @throws LabError `usage`
 */
async function openTrace(
  backendName: string,
  engine: EngineOptions,
  file: string,
): Promise<{ start(): Promise<void>; end(): Promise<void> }> {
  const { tracing } = await loadBackend(backendName, engine)
  if (!tracing)
    throw new LabError('usage', 'This backend tells nothing to trace.', {
      where: '--trace',
      expected: 'the backend wasm or webgpu',
      found: backendName,
    })
  const write = (text: string): Promise<void> =>
    writeFile(file, text).catch((cause: unknown) => {
      throw new LabError('usage', 'The trace cannot be written.', {
        where: `--trace ${file}`,
        found: cause instanceof Error ? cause.message : String(cause),
        remedy: 'Choose a file in a folder that exists and may be written.',
        cause,
      })
    })
  await write('')
  return { start: () => tracing.start(TRACED_SPANS), end: async () => write(chromeTrace(await tracing.stop())) }
}

export async function resumeCommand(name: string, options: Options): Promise<void> {
  const engine = readEngineOptions(options)
  const store = openStore(options)
  const records = await findRuns(store, name)
  const order = trialStrategies(records[0]!.config)
  await runRecords(
    store,
    records.toSorted((a, b) => order.indexOf(a.strategy) - order.indexOf(b.strategy)),
    engine,
    options,
    { data: readDataOptions(options), backend: typeof options.backend === 'string' ? options.backend : null },
  )
}

/** Runs what is not finished of a group; prints how it goes and what it came to. */
export async function runRecords(
  store: RunStore,
  records: readonly RunRecord[],
  engine: EngineOptions,
  options: Options,
  choice = AS_BEGUN,
): Promise<void> {
  const json = options.json === true
  const progress = json ? null : new ProgressLine()
  const groupId = records[0]!.groupId
  if (json) printJson({ type: 'group', id: groupId, runs: records.map(({ id }) => id) })
  const failures: LabError[] = []
  const done = await untilInterrupted((control) => {
    const listener = tellRuns(progress)
    const group: GroupListener = {
      ...listener,
      failed(id, error) {
        failures.push(error)
        listener.failed(id, error)
      },
    }
    return runGroup(store, records, process.cwd(), engine, control, group, choice)
  })
  progress?.end()
  if (done === 'paused') {
    writeError(`Saved. Go on with: lab resume ${groupId}\n`)
    process.exitCode = EXIT_INTERRUPTED
    return
  }
  const [failure] = failures
  if (failure && done.every(({ result }) => result === null)) throw failure
  const rows = summarise(done)
  if (json) printJson({ type: 'summary', rows })
  else {
    print('')
    printTable(rows, records[0]!.config.seeds)
    const weights = done.every(({ result }) => result === null || result.bestIsLast)
      ? 'the last weights, since there is no validation set'
      : 'weights of the best validation'
    print(`\n${groupId}  (test set, ${weights}; export them with \`lab export RUN\`)`)
  }
  if (failure === undefined) return
  if (failures.some(({ code }) => code !== 'non-finite'))
    writeError(`Some runs have failed. Take them up again with: lab resume ${groupId}\n`)
  process.exitCode = EXIT_FAILED_RUNS
}

/** Means and the values of all seeds; below, which of them a mean is not over, and why. */
function printTable(rows: readonly SummaryRow[], seeds: readonly number[]): void {
  const number = (value: number | null): string => (value === null ? '' : formatNumber(value))
  print(
    formatTable(
      ['strategy', 'metric', 'mean', 'std', ...seeds.map((seed) => `seed ${seed}`)],
      rows.map(({ strategy, metric, mean, std, seeds: values }) => [
        strategy,
        metric ?? '',
        number(mean),
        number(std),
        ...values.map((value) => (value === null ? 'diverged' : formatNumber(value))),
      ]),
    ),
  )
  for (const { strategy, seedCount, diverged } of rows) {
    if (diverged.length === 0) continue
    const over = seedCount === 0 ? '' : ` The mean is over ${describeSeedCount(seedCount, diverged.length)} seeds.`
    print(`\n${strategy}: diverged ${diverged.map(describeDivergence).join('; ')}.${over}`)
  }
}
