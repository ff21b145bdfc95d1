/** What is done to rows of a table of runs, a run or all runs of a configuration each, by keys and by the mouse: chosen, starred, archived, deleted. */
import type { RunAnnotations } from '../../shared/runs/annotations.ts'
import { useAction } from './use-actions.ts'
import { useCommand } from './use-command.ts'
import { useRunChanges } from './use-run-changes.ts'
import { useRunFilter } from './use-run-filter.ts'
import { useRunSelection } from './use-run-selection.ts'
import type { RowWindow } from './use-window.ts'

export interface TableRows<Row> {
  readonly rows: RowWindow<Row>
  readonly cursor: () => number
  readonly moveCursor: (by: number) => void
  readonly runIdsOf: (row: Row) => readonly string[]
  /** What star and archive turn into its contrary. */
  readonly annotationsOf: (row: Row) => RunAnnotations
  /** Null: it is more than a run. */
  readonly nameOf: (row: Row) => string | null
}

export function useTableActions<Row>(table: TableRows<Row>) {
  const { rows, cursor, runIdsOf, annotationsOf, nameOf } = table
  const { send } = useCommand()
  const { filter } = useRunFilter()
  const selection = useRunSelection()
  const changes = useRunChanges()
  const idsAt = (index: number): readonly string[] => {
    const row = rows.rowAt(index)
    return row === undefined ? [] : runIdsOf(row)
  }

  /** What an action is about: the chosen runs, else those under the cursor. */
  const wanted = (): readonly string[] => (selection.count.value > 0 ? selection.ids.value : idsAt(cursor()))

  function toggle(index: number): void {
    const ids = idsAt(index)
    selection.set(ids, !selection.hasAll(ids))
  }

  async function extend(from: number, to: number): Promise<void> {
    const between = await rows.rowsBetween(Math.min(from, to), Math.max(from, to))
    if (between) selection.set(between.flatMap(runIdsOf), true)
  }

  async function chooseAll(): Promise<void> {
    const answer = await send('run.ids', { filter: { ...filter } })
    if (answer) selection.set(answer.result, true)
  }

  function remove(): void {
    const row = rows.rowAt(cursor())
    const ids = wanted()
    if (ids.length > 0) void changes.remove(ids, row === undefined ? null : nameOf(row))
  }

  function toggleStar(index: number): void {
    const row = rows.rowAt(index)
    if (row !== undefined) void changes.annotate(runIdsOf(row), { isStarred: !annotationsOf(row).isStarred })
  }

  function toggleFlag(flag: 'isStarred' | 'isArchived'): boolean {
    const ids = wanted()
    if (ids.length === 0) return false
    const row = rows.rowAt(cursor())
    void changes.annotate(ids, { [flag]: row === undefined || !annotationsOf(row)[flag] })
    return true
  }

  useAction('run.next', () => table.moveCursor(1))
  useAction('run.previous', () => table.moveCursor(-1))
  useAction('runs.star', () => toggleFlag('isStarred'))
  useAction('runs.archive', () => toggleFlag('isArchived'))
  return { toggle, extend, chooseAll, remove, toggleStar }
}
