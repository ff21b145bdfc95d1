/**
 * Which columns a table of runs has, in which order, how wide, and what it is sorted by: kept by TanStack's table, whose rows come in windows
 * from the lab and are none of its business. Remembered on this machine.
 */
import {
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type SortingState,
} from '@tanstack/vue-table'
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { RUN_COLUMNS, RUN_COLUMNS_BY_ID, type RunColumn } from './run-columns.ts'

const REMEMBERED = 'run-columns'
const NARROWEST = 50

interface Remembered {
  readonly visibility: Record<string, boolean>
  readonly sizing: Record<string, number>
  readonly order: readonly string[]
}

const features = tableFeatures({
  columnVisibilityFeature,
  columnOrderingFeature,
  columnSizingFeature,
  columnResizingFeature,
  rowSortingFeature,
})
const COLUMNS = RUN_COLUMNS.map(({ id, sort, width }) => ({
  id,
  size: width,
  minSize: NARROWEST,
  enableSorting: sort !== null,
}))
const NO_ROWS: readonly Record<string, never>[] = []

const known = readRemembered()
const visibility = ref(known.visibility)
const sizing = ref(known.sizing)
const order = ref([...known.order])
const sorting = ref<SortingState>([{ id: 'created', desc: true }])

watch(
  [visibility, sizing, order],
  () => {
    const remembered: Remembered = { visibility: visibility.value, sizing: sizing.value, order: order.value }
    localStorage.setItem(REMEMBERED, JSON.stringify(remembered))
  },
  { deep: true },
)

export interface ShownColumn {
  readonly column: RunColumn
  readonly width: number
  readonly sorted: 'ascending' | 'descending' | null
  /** For the handle at its right edge. */
  readonly resize: (event: Event) => void
}

export interface RunColumns {
  readonly shown: ComputedRef<readonly ShownColumn[]>
  readonly visibleIds: ComputedRef<string[]>
  readonly sorting: Ref<SortingState>
  show(ids: readonly string[]): void
  /** Ascending, descending, and back to the newest first. */
  toggleSort(id: string): void
  move(id: string, by: 1 | -1): void
  widen(id: string, by: number): void
}

export function useRunColumns(): RunColumns {
  const table = useTable({
    features,
    columns: COLUMNS,
    data: NO_ROWS,
    manualSorting: true,
    columnResizeMode: 'onChange' as const,
    state: computed(() => ({
      columnVisibility: visibility.value,
      columnSizing: sizing.value,
      columnOrder: order.value,
      sorting: sorting.value,
    })),
    onColumnVisibilityChange: (next) => (visibility.value = resolve(next, visibility.value)),
    onColumnSizingChange: (next) => (sizing.value = resolve(next, sizing.value)),
    onColumnOrderChange: (next) => (order.value = resolve(next, order.value)),
    onSortingChange: (next) => (sorting.value = resolve(next, sorting.value)),
  })
  const shown = computed(() =>
    (table.getHeaderGroups()[0]?.headers ?? []).map((header): ShownColumn => {
      const sorted = sorting.value.find(({ id }) => id === header.column.id)
      return {
        column: RUN_COLUMNS_BY_ID.get(header.column.id)!,
        width: header.column.getSize(),
        sorted: sorted === undefined ? null : sorted.desc ? 'descending' : 'ascending',
        resize: (event) => header.getResizeHandler()(event),
      }
    }),
  )
  return {
    shown,
    visibleIds: computed(() => shown.value.map(({ column }) => column.id)),
    sorting,
    show: (ids) =>
      table.setColumnVisibility(
        Object.fromEntries(RUN_COLUMNS.map(({ id }) => [id, id === 'name' || ids.includes(id)])),
      ),
    toggleSort(id) {
      const [now] = sorting.value
      if (now?.id !== id) table.setSorting([{ id, desc: false }])
      else table.setSorting(now.desc ? [{ id: 'created', desc: true }] : [{ id, desc: true }])
    },
    move(id, by) {
      const ids = table.getVisibleLeafColumns().map((column) => column.id)
      const at = ids.indexOf(id)
      const other = ids[at + by]
      if (other === undefined) return
      const all = allInOrder()
      const [from, to] = [all.indexOf(id), all.indexOf(other)]
      all.splice(from, 1)
      all.splice(to, 0, id)
      table.setColumnOrder(all)
    },
    widen(id, by) {
      const width = table.getColumn(id)?.getSize() ?? 0
      table.setColumnSizing((now) => ({ ...now, [id]: Math.max(NARROWEST, width + by) }))
    },
  }
}

function allInOrder(): string[] {
  return [...order.value, ...RUN_COLUMNS.map(({ id }) => id as string).filter((id) => !order.value.includes(id))]
}

function resolve<Value>(next: Value | ((before: Value) => Value), before: Value): Value {
  return typeof next === 'function' ? (next as (before: Value) => Value)(before) : next
}

/** What another version remembered may name columns that are gone. */
function readRemembered(): Remembered {
  const first: Remembered = {
    visibility: Object.fromEntries(RUN_COLUMNS.map(({ id, isShown }) => [id, isShown])),
    sizing: {},
    order: RUN_COLUMNS.map(({ id }) => id),
  }
  try {
    const { visibility, sizing, order } = JSON.parse(localStorage.getItem(REMEMBERED) ?? '{}') as Partial<Remembered>
    return {
      visibility: { ...first.visibility, ...visibility },
      sizing: { ...sizing },
      order: (order ?? first.order).filter((id) => RUN_COLUMNS_BY_ID.has(id)),
    }
  } catch {
    return first // not ours
  }
}
