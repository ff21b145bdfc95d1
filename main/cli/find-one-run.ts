/** The one run that a name on the command line stands for. */
import { LabError } from '../../shared/errors/errors.ts'
import type { RunRecord } from '../../shared/runs/run.ts'
import { findRuns } from '../store/find-runs.ts'
import type { RunStore } from '../store/run-store.ts'
import { openStore } from './open-store.ts'

/** @throws LabError `usage` for a group of several */
export async function findOneRun(
  name: string,
  options: Readonly<Record<string, unknown>>,
): Promise<{ store: RunStore; record: RunRecord }> {
  const store = openStore(options)
  const records = await findRuns(store, name)
  if (records.length > 1)
    throw new LabError('usage', 'This is a group of several runs.', {
      where: name,
      expected: `one of ${records.map(({ id }) => id).join(', ')}`,
      found: 'the group',
      remedy: 'Name one run of it.',
    })
  return { store, record: records[0]! }
}
