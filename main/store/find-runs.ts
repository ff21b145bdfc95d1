/** Runs by the name that a user writes: an id, a group's, the beginning of one, or a path enters; the records that it stands for leave. */
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { nearestNames } from '../../shared/errors/nearest-names.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { STRATEGIES } from '../../shared/experiments/strategies.ts'
import type { RunRecord } from '../../shared/runs/run.ts'
import type { ListedRun, RunStore } from './run-store.ts'

/**
 * The runs that a name stands for: a run's id, a group's, a beginning that only one group has, or the path of a folder
 * in this home.
 * @throws LabError `usage` when there is none or more than one group, with the nearest names; `run-folder` when one of
 *   them is damaged, since the others alone are not what was asked for
 */
export async function findRuns(store: RunStore, name: string): Promise<RunRecord[]> {
  const wanted = await idOfPath(store.runsFolder, name)
  const listed = (await store.list()).map((run) => ({ ...run, groupId: groupOf(run) }))
  const exact = listed.filter(({ id, groupId }) => id === wanted || groupId === wanted)
  const starting = wanted === '' ? [] : listed.filter(({ id }) => id.startsWith(wanted))
  const groups = [...new Set(starting.map(({ groupId }) => groupId))]
  if (exact.length === 0 && groups.length > 1)
    throw new LabError('usage', 'more than one run begins like this.', {
      where: name,
      expected: `one of ${groups.slice(0, 5).join(', ')}`,
      found: `\`${name}\``,
      remedy: 'Write more of the name.',
    })
  const found = exact.length > 0 ? exact : starting
  if (found.length === 0)
    throw unknownName(
      name,
      wanted,
      listed.flatMap(({ id, groupId }) => [groupId, id]),
    )
  return found.map(({ record, damaged }) => {
    if (damaged) throw damaged
    return record
  })
}

/** A path's last part if it leads into this home; anything else unchanged. No id begins with a dot; `.` is a path. */
async function idOfPath(runsFolder: string, name: string): Promise<string> {
  if (!name.includes('/') && !name.includes(path.sep) && !name.startsWith('.')) return name
  const folder = path.resolve(name)
  if ((await followLinks(path.dirname(folder))) === (await followLinks(runsFolder))) return path.basename(folder)
  throw new LabError('usage', 'this folder is not a run of this home.', {
    where: name,
    expected: `a folder in ${runsFolder}`,
    found: folder,
    remedy: 'Set WARMUP_LAB_HOME to the folder that holds its `runs`.',
  })
}

/** The folder's own path, by which it is told whatever way led there; one that is not there has the path it was given. */
async function followLinks(folder: string): Promise<string> {
  return realpath(folder).catch(() => path.resolve(folder))
}

/** The group of a run; a damaged one cannot say it, but its id is the group's and the strategy. */
function groupOf({ id, record }: ListedRun): string {
  if (record) return record.groupId
  const strategy = STRATEGIES.find((candidate) => id.endsWith(`-${candidate}`))
  return strategy === undefined ? id : id.slice(0, -strategy.length - 1)
}

function unknownName(name: string, wanted: string, names: readonly string[]): LabError {
  const nearest = nearestNames(wanted, names)
  return new LabError('usage', 'there is no run of this name.', {
    where: name.trim() === '' ? 'the name of the run' : name,
    expected: names.length === 0 ? 'a run; there is none yet' : 'the id of a run or group, or its folder',
    found: `\`${name}\``,
    remedy:
      nearest.length > 0
        ? `Did you mean ${nearest.map((near) => `\`${near}\``).join(' or ')}?`
        : 'List the runs with `lab runs`.',
  })
}
