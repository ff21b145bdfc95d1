/** `lab sweep` and `lab sweeps`: runs every point of a sweep, goes on with one, and prints what its points have come to. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { formatAxisValue, parseSweep, type Sweep } from '../../../shared/experiments/sweep.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { parseJson } from '../../../shared/exchange/parse-json.ts'
import { describeDivergence, describeSeedCount } from '../../../shared/runs/divergence.ts'
import { sweepCsv, type SweepRow } from '../../../shared/runs/sweep-table.ts'
import { readEngineOptions, type EngineOptions } from '../../engine/engine-options.ts'
import { moveSweepData, prepareSweep, runInProcess, runSweep, tableOfSweep } from '../../engine/run-sweep.ts'
import { SweepStore } from '../../store/sweep-store.ts'
import type { SweepRecord } from '../../store/sweep-writer.ts'
import { homeOf, openStore } from '../open-store.ts'
import { formatNumber, formatTable, print, printJson } from '../output.ts'
import { ProgressLine } from '../progress.ts'
import { readUserText } from '../read-user-text.ts'
import { tellRuns } from '../tell-runs.ts'
import { tellWarnings } from '../tell-warnings.ts'
import { untilInterrupted } from '../interrupt.ts'
import { writeError } from '../streams.ts'

const EXIT_INTERRUPTED = 130
const EXIT_FAILED_RUNS = 1

type Options = Readonly<Record<string, unknown>>

/** @param fileOrName a file starts a sweep; the name of one goes on with it */
export async function sweepCommand(fileOrName: string, options: Options): Promise<void> {
  const engine = readEngineOptions(options)
  const runs = openStore(options)
  const sweeps = new SweepStore(homeOf(options))
  const text = await readFileIfAny(fileOrName)
  const { record: found, sweep } =
    text === null ? await sweeps.find(fileOrName) : await startSweep(sweeps, text, fileOrName, engine, options)
  let record = found
  if (typeof options.data === 'string') await moveSweepData(runs, found, options.data)
  const json = options.json === true
  if (json) printJson({ type: 'sweep', id: record.id, points: sweep.points.length, axes: sweep.axes })
  else print(`${record.id}: ${sweep.points.length} points over ${sweep.axes.join(', ') || 'nothing'}`)
  let done: 'done' | 'paused' = 'done'
  if (options.table !== true) {
    const writer = await sweeps.openWriter(record.id)
    const progress = json ? null : new ProgressLine()
    try {
      done = await untilInterrupted((control) =>
        runSweep(runs, writer, {
          engine,
          rerunFailed: options.rerunFailed === true,
          isPauseAsked: () => control.requested() !== null,
          runOne: runInProcess(runs, record.baseFolder, engine, control, tellRuns(progress)),
        }),
      )
    } finally {
      progress?.end()
      await writer.close()
    }
    record = writer.record
  }
  const rows = await tableOfSweep(runs, record, sweep)
  if (typeof options.csv === 'string') await writeFile(options.csv, sweepCsv(rows, sweep.axes))
  if (json) for (const row of rows) printJson({ type: 'row', ...row })
  else printTable(rows, sweep, record)
  if (done === 'paused') {
    writeError(`Saved. Go on with: lab sweep ${record.id}\n`)
    process.exitCode = EXIT_INTERRUPTED
  } else if (rows.some(({ status }) => status === 'failed')) {
    writeError(`Some runs have failed. Take them up again with: lab sweep ${record.id} --rerun-failed\n`)
    process.exitCode = EXIT_FAILED_RUNS
  }
}

export async function sweepsCommand(options: Options): Promise<void> {
  const sweeps = new SweepStore(homeOf(options))
  const runs = openStore(options)
  const ids = await sweeps.ids()
  if (ids.length === 0 && !options.json) print('No sweeps yet. Start one: lab sweep FILE')
  for (const id of ids) {
    const { record, sweep } = await sweeps.find(id)
    const rows = await tableOfSweep(runs, record, sweep)
    const count = (status: SweepRow['status']): number => rows.filter((row) => row.status === status).length
    const counts = {
      runs: rows.length,
      finished: count('finished'),
      diverged: count('diverged'),
      failed: count('failed'),
    }
    if (options.json) printJson({ type: 'sweep', id, createdAt: record.createdAt, axes: sweep.axes, ...counts })
    else
      print(
        `${id}  ${counts.finished} of ${counts.runs} runs finished, ${counts.diverged} diverged, ${counts.failed} failed`,
      )
  }
}

async function readFileIfAny(name: string): Promise<string | null> {
  try {
    return await readUserText(name)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' && !/[./\\]/.test(name)) return null
    throw new LabError('usage', 'The sweep cannot be read.', {
      where: name,
      expected: 'a file, or the name of a sweep that `lab sweeps` lists',
      found: code === 'ENOENT' ? 'no such file' : (cause as Error).message,
      cause,
    })
  }
}

async function startSweep(
  sweeps: SweepStore,
  text: string,
  file: string,
  engine: EngineOptions,
  options: Options,
): Promise<{ record: SweepRecord; sweep: Sweep }> {
  const [flag] = (['table', 'rerunFailed', 'data'] as const).filter((name) => options[name] !== undefined)
  if (flag !== undefined)
    throw new LabError('usage', 'This belongs to a sweep that has been started.', {
      where: { table: '--table', rerunFailed: '--rerun-failed', data: '--data' }[flag],
      expected: 'the name of a sweep',
      found: `the file ${file}`,
      remedy: 'List the sweeps with `lab sweeps`.',
    })
  let json: unknown
  try {
    json = parseJson(text)
  } catch (cause) {
    throw new LabError('config', 'The sweep is not JSON.', {
      where: file,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Correct it; comments and trailing commas are not JSON.',
      cause,
    })
  }
  const { definition, sweep } = parseSweep(json, path.basename(file))
  const baseFolder = path.dirname(path.resolve(file))
  const { data, warnings } = await prepareSweep(sweep, baseFolder, engine)
  tellWarnings(warnings, options)
  return { record: await sweeps.create(definition, baseFolder, sweep.points.length, data), sweep }
}

function printTable(rows: readonly SweepRow[], { axes }: Sweep, { id }: SweepRecord): void {
  const metrics = [...new Set(rows.flatMap(({ metric }) => metric ?? []))]
  print('')
  print(
    formatTable(
      [...axes, 'strategy', 'status', metrics.join(' or ') || 'result', 'std', 'seeds'],
      rows.map(({ values, strategy, status, summary, diverged }) => [
        ...axes.map((axis) => formatAxisValue(values[axis])),
        strategy,
        status,
        summary ? formatNumber(summary.mean) : '',
        summary && summary.count > 1 ? formatNumber(summary.std) : '',
        summary ? describeSeedCount(summary.count, diverged.length) : '',
      ]),
    ),
  )
  for (const { point, strategy, diverged } of rows)
    if (diverged.length > 0)
      print(`point ${point}, ${strategy}: diverged ${diverged.map(describeDivergence).join('; ')}`)
  print(`\n${id}  (test set, weights of the best validation; the last where there is none)`)
}
