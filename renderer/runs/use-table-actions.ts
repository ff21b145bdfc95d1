/**
 * What is done to rows of a table of runs, a run or all runs of a configuration each, by keys and by the mouse: chosen, starred, archived,
 * deleted. A key that follows fast finds chosen what the one before has chosen.
 */
import type { CommandPayload } from '../../shared/protocol/commands.ts'
import { useAction } from '../composables/use-actions.ts'
import { useCommand } from '../composables/use-command.ts'
import { useRunChanges } from '../composables/use-run-changes.ts'
import { useRunSelection } from '../composables/use-run-selection.ts'
import { useTurns } from '../composables/use-turns.ts'
import type { RowWindow } from '../composables/use-window.ts'

type IdsQuery = CommandPayload<'run.ids'>

export interface TableRows<Row> {
  readonly rows: RowWindow<Row>
  readonly cursor: () => number
  readonly moveCursor: (by: number) => void
  /** The question of the table: all of its runs, or those of `count` rows from `offset` on. */
  readonly idsQuery: (range: { readonly offset: number; readonly count: number } | null) => IdsQuery
  readonly runIdsOf: (row: Row) => readonly string[]
  /** The question of a row that has more runs than it holds; null: it holds all. */
  readonly rowQuery: (row: Row) => IdsQuery | null
  /** Whether all of its runs have it. */
  readonly has: (row: Row, flag: 'isStarred' | 'isArchived') => boolean
  /** Null: it is more than a run. */
  readonly nameOf: (row: Row) => string | null
}

export function useTableActions<Row>(table: TableRows<Row>) {
  const { rows, cursor } = table
  const { send } = useCommand()
  const selection = useRunSelection()
  const changes = useRunChanges()
  const inTurn = useTurns()

  /** @returns none where they could not be had, which the user was told */
  async function idsOf(row: Row | undefined): Promise<readonly string[]> {
    if (row === undefined) return []
    const query = table.rowQuery(row)
    return query === null ? table.runIdsOf(row) : ask(query)
  }

  async function ask(query: IdsQuery): Promise<readonly string[]> {
    return (await send('run.ids', query))?.result ?? []
  }

  function toggle(index: number): void {
    const row = rows.rowAt(index)
    inTurn(async () => {
      const ids = await idsOf(row)
      selection.set(ids, !selection.hasAll(ids))
    })
  }

  function extend(from: number, to: number): void {
    const offset = Math.min(from, to)
    const query = table.idsQuery({ offset, count: Math.abs(to - from) + 1 })
    inTurn(async () => selection.set(await ask(query), true))
  }

  function chooseAll(): void {
    const query = table.idsQuery(null)
    inTurn(async () => selection.set(await ask(query), true))
  }

  /** The chosen runs, else those of the row under the cursor. */
  function withWanted(act: (ids: readonly string[], row: Row | undefined) => Promise<unknown>): void {
    const row = rows.rowAt(cursor())
    inTurn(async () => {
      const own = await idsOf(row)
      const isMeant = selection.count.value === 0 || selection.hasAll(own)
      const ids = selection.count.value > 0 ? selection.ids.value : own
      if (ids.length > 0) await act(ids, isMeant ? row : undefined)
    })
  }

  function remove(): void {
    withWanted((ids, row) => changes.remove(ids, row === undefined ? null : table.nameOf(row)))
  }

  /** Off where the row under the cursor is meant and has it, else on. */
  function toggleFlag(flag: 'isStarred' | 'isArchived'): void {
    withWanted((ids, row) => changes.annotate(ids, { [flag]: row === undefined || !table.has(row, flag) }))
  }

  function toggleStar(index: number): void {
    const row = rows.rowAt(index)
    inTurn(async () => {
      const ids = await idsOf(row)
      if (row !== undefined && ids.length > 0) await changes.annotate(ids, { isStarred: !table.has(row, 'isStarred') })
    })
  }

  useAction('run.next', () => table.moveCursor(1))
  useAction('run.previous', () => table.moveCursor(-1))
  useAction('runs.star', () => toggleFlag('isStarred'))
  useAction('runs.archive', () => toggleFlag('isArchived'))
  return { toggle, extend, chooseAll, remove, toggleStar }
}
