/** `lab runs`: the list of runs, damaged and crashed ones shown as such. */
import { describeSeedCount } from '../../../shared/runs/divergence.ts'
import { summarise } from '../../engine/run-group.ts'
import { openStore } from '../open-store.ts'
import { formatNumber, formatTable, print, printJson } from '../output.ts'

export async function runsCommand(options: Readonly<Record<string, unknown>>): Promise<void> {
  const listed = await openStore(options).list()
  const rows = listed.map(({ id, record, crashed, damaged }) => {
    const [summary] = record ? summarise([record]) : []
    return {
      id,
      status: damaged ? 'damaged' : crashed ? 'crashed' : record!.status,
      strategy: record?.strategy ?? null,
      seeds: record?.config.seeds ?? [],
      metric: summary?.metric ?? null,
      mean: summary?.mean ?? null,
      std: summary?.std ?? null,
      seedCount: summary?.seedCount ?? null,
      diverged: record?.diverged ?? [],
      engines: record?.engines ?? [],
      deviceLosses: record?.deviceLosses ?? [],
      createdAt: record?.createdAt ?? null,
      error: damaged?.message ?? record?.error?.message ?? null,
    }
  })
  if (options.json) {
    for (const row of rows) printJson({ type: 'run', ...row })
    return
  }
  if (rows.length === 0) {
    print('No runs yet. Start one: lab run --preset quick')
    return
  }
  print(
    formatTable(
      ['run', 'status', 'metric', 'mean', 'std', 'seeds', 'engine'],
      rows.map(({ id, status, metric, mean, std, seedCount, diverged, engines }) => [
        id,
        status,
        metric ?? '',
        mean === null ? '' : formatNumber(mean),
        std === null ? '' : formatNumber(std),
        seedCount === null ? '' : describeSeedCount(seedCount, diverged.length),
        engines.map(({ backend }) => backend).join(', then '),
      ]),
    ),
  )
  for (const { id, error } of rows) if (error) print(`${id}: ${error}`)
}
