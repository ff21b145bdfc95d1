/** `lab trash`, `lab trash restore` and `lab trash erase`: what was deleted, taken back, and erased for good. */
import { nearestNames } from '../../../shared/errors/nearest-names.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { TrashDone, TrashEntry, TrashKey, TrashSum } from '../../../shared/protocol/trash.ts'
import { readTrashKey } from '../../../shared/protocol/trash.ts'
import { TrashCatalog } from '../../lab/trash/trash-catalog.ts'
import { TrashDesk } from '../../lab/trash/trash-desk.ts'
import { TrashReader } from '../../lab/trash/trash-reader.ts'
import { RunStore } from '../../store/run-store.ts'
import { SweepStore } from '../../store/sweep-store.ts'
import { SweepTrash } from '../../store/sweep-trash.ts'
import { finishErasing } from '../../store/trash-erasing.ts'
import { trashFolders } from '../../store/trash.ts'
import { confirm } from '../confirm.ts'
import { homeOf } from '../open-store.ts'
import { formatBytes, formatTable, print, printError, printJson, printNotice } from '../output.ts'

type Options = Readonly<Record<string, unknown>>

const EXIT_FAILED = 1

export async function trashCommand(options: Options): Promise<void> {
  const { entries, catalog } = await openTrash(options)
  if (options.json === true) {
    for (const { error, ...entry } of entries) printJson({ type: 'deleted', ...entry, error: error?.message ?? null })
    return
  }
  if (entries.length === 0) {
    print('The trash is empty.')
    return
  }
  print(
    formatTable(
      ['deleted', 'what', 'name', 'strategy', 'network', 'size', 'id'],
      entries.map(({ deletedAt, isTimeNoted, kind, name, strategy, network, bytes, id, error }) => [
        `${isTimeNoted ? '' : 'about '}${deletedAt.slice(0, 'YYYY-MM-DDThh:mm'.length).replace('T', ' ')}`,
        error === null ? kind : `damaged ${kind}`,
        name === id ? '' : name,
        strategy ?? '',
        network,
        formatBytes(bytes),
        id,
      ]),
    ),
  )
  for (const { id, error } of entries) if (error !== null) print(`${id}: ${error.message}`)
  print(`\n${amountOf(await catalog.state())}. Take back: lab trash restore ID. Erase for good: lab trash erase ID.`)
}

export async function restoreCommand(names: readonly string[], options: Options): Promise<void> {
  const { entries, desk } = await openTrash(options)
  report(await desk.restore(findEntries(entries, names)), 'restored', options)
}

/** @param names none with `--all` */
export async function eraseCommand(names: readonly string[], options: Options): Promise<void> {
  const isAll = options.all === true
  if (isAll === names.length > 0)
    throw new LabError('usage', 'what is to be erased is not clear.', {
      where: 'lab trash erase',
      expected: 'ids of deleted runs and sweeps, or --all',
      found: isAll ? 'both' : 'neither',
      remedy: 'List what was deleted with `lab trash`.',
    })
  const { entries, desk, catalog, home } = await openTrash(options)
  const keys = isAll ? entries.map(({ key }) => key) : findEntries(entries, names)
  if (keys.length > 0) {
    const amount = amountOf(await catalog.sum(keys))
    if (!(await confirm(`Erase ${amount}? This cannot be undone.`, options.yes === true))) {
      printNotice('Nothing was erased.')
      process.exitCode = EXIT_FAILED
      return
    }
    report(await desk.erase(keys), 'erased', options)
  } else if (options.json !== true) print('The trash is empty.')
  await finishErasing(trashFolders(home))
}

async function openTrash(options: Options) {
  const home = homeOf(options)
  const runs = new RunStore(home)
  const sweeps = new SweepTrash(home, new SweepStore(home))
  const reader = new TrashReader(home, runs, sweeps)
  const catalog = new TrashCatalog(reader, trashFolders(home), () => undefined) // no window listens
  return { home, catalog, entries: await catalog.all(), desk: new TrashDesk(home, runs, sweeps) }
}

/**
 * What names stand for: an id, a group's, or a beginning that only one id or group has.
 * @throws LabError `usage` for a name of none or of several
 */
export function findEntries(entries: readonly TrashEntry[], names: readonly string[]): TrashKey[] {
  return [...new Set(names.flatMap((name) => findOne(entries, name)))]
}

function findOne(entries: readonly TrashEntry[], name: string): TrashKey[] {
  const exact = entries.filter(({ id, groupId }) => id === name || groupId === name)
  const starting = name === '' ? [] : entries.filter(({ id }) => id.startsWith(name))
  const found = exact.length > 0 ? exact : starting
  const things = [...new Set(found.map(({ id, groupId }) => groupId ?? id))]
  if (found.length > 0 && (exact.length > 0 || things.length === 1)) return found.map(({ key }) => key)
  const nearest = nearestNames(
    name,
    entries.map(({ id }) => id),
  )
  throw new LabError(
    'usage',
    found.length === 0 ? 'there is nothing of this name in the trash.' : 'more than one in the trash begins like this.',
    {
      where: name.trim() === '' ? 'the name' : name,
      expected:
        found.length === 0 ? 'the id of a deleted run, group or sweep' : `one of ${things.slice(0, 5).join(', ')}`,
      found: `\`${name}\``,
      remedy:
        found.length === 0 && nearest.length > 0
          ? `Did you mean ${nearest.map((near) => `\`${near}\``).join(' or ')}?`
          : 'List what was deleted with `lab trash`.',
    },
  )
}

function amountOf({ runCount, sweepCount, bytes }: TrashSum): string {
  const counted = (count: number, what: string): string[] =>
    count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`]
  return `${[...counted(runCount, 'run'), ...counted(sweepCount, 'sweep')].join(' and ') || 'nothing'}, ${formatBytes(bytes)}`
}

function report({ keys, failed }: TrashDone, type: 'restored' | 'erased', options: Options): void {
  for (const key of keys) {
    const { kind, id } = readTrashKey(key)
    if (options.json === true) printJson({ type, kind, id })
    else print(`${type} ${kind} ${id}`)
  }
  for (const { error } of failed) printError(error.code, error.message, options.json === true)
  if (failed.length > 0) process.exitCode = EXIT_FAILED
}
