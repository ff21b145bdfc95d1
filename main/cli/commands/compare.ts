/** `lab compare`: runs side by side, with intervals and paired tests of each against the first over the seeds that both have. */
import { LabError } from '../../../shared/errors/errors.ts'
import { describeDivergence, describeSeedCount } from '../../../shared/runs/divergence.ts'
import type { RunRecord, RunResult } from '../../../shared/runs/run.ts'
import { strategyPlace } from '../../../shared/experiments/strategies.ts'
import { compareResult } from '../../../shared/runs/compare-results.ts'
import { findRuns } from '../../store/find-runs.ts'
import { openStore } from '../open-store.ts'
import { formatNumber, formatTable, print, printJson } from '../output.ts'

interface Finished {
  readonly record: RunRecord
  readonly result: RunResult
}

/** @param names runs or groups; a group stands for all its runs, `none` first */
export async function compareCommand(
  names: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const store = openStore(options)
  const records = (await Promise.all(names.map(async (name) => byStrategy(await findRuns(store, name))))).flat()
  // In a group they stand beside runs that have a result.
  const lost = records.filter(({ status }) => status === 'diverged')
  const runs = records.filter((record) => !lost.includes(record)).map(requireFinished)
  const [first] = runs as [Finished, ...Finished[]]
  if (runs.length < 2)
    throw new LabError('usage', 'There is nothing to compare with.', {
      where: names.join(' '),
      expected: 'two runs or more, or a group of them',
      found: `${runs.length === 1 ? 'one run' : 'none'} with a result`,
    })
  const metrics = [...new Set(runs.map(({ result }) => result.metric))]
  if (metrics.length > 1)
    throw new LabError('usage', 'These runs are measured differently.', {
      where: names.join(' '),
      expected: 'one metric',
      found: metrics.join(', '),
    })
  const rows = runs.map((run, index) => describe(run, index === 0 ? null : first))
  if (options.json) {
    for (const row of rows) printJson({ type: 'compared', ...row })
    for (const { id, strategy, diverged } of lost) printJson({ type: 'diverged', run: id, strategy, diverged })
    return
  }
  // There is no t where all differences are the same: no p either.
  const number = (value: number | null): string => (value === null || Number.isNaN(value) ? '' : formatNumber(value))
  print(
    formatTable(
      ['run', 'strategy', metrics[0]!, 'std', '95% low', '95% high', 'difference', 'p (t)', 'p (Wilcoxon)', 'seeds'],
      rows.map(({ run, strategy, mean, std, interval, paired }) => [
        run,
        strategy,
        formatNumber(mean),
        number(std),
        number(interval?.low ?? null),
        number(interval?.high ?? null),
        number(paired?.difference ?? null),
        number(paired?.pT ?? null),
        number(paired?.pWilcoxon ?? null),
        paired ? String(paired.seeds.length) : '',
      ]),
    ),
  )
  for (const { run, seedCount, diverged } of rows)
    if (diverged.length > 0)
      print(
        `\n${run}: over ${describeSeedCount(seedCount, diverged.length)} seeds; diverged ${diverged.map(describeDivergence).join('; ')}`,
      )
  for (const { id, diverged } of lost)
    print(`\n${id}: no result, since every seed has diverged: ${diverged.map(describeDivergence).join('; ')}`)
  print(`\nDifferences and two-sided p-values: each run against ${first.record.id}, over the seeds that both have.`)
}

/** The runs of a group as they are compared: with what was trained without warm-up. */
function byStrategy(records: readonly RunRecord[]): RunRecord[] {
  return records.toSorted((a, b) => strategyPlace(a.strategy) - strategyPlace(b.strategy))
}

function requireFinished(record: RunRecord): Finished {
  if (record.result) return { record, result: record.result }
  throw new LabError('usage', 'This run has no result.', {
    where: record.id,
    expected: 'a finished run',
    found: `one that is ${record.status}`,
    remedy: `Go on with it: lab resume ${record.id}`,
  })
}

function describe({ record, result }: Finished, against: Finished | null) {
  const { id, strategy, diverged } = record
  return {
    run: id,
    strategy,
    ...compareResult(result, against?.result ?? null),
    seedCount: result.seeds.length,
    diverged,
  }
}
