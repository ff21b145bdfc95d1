/**
 * A window of a long list that the lab holds: which rows are in sight enters, pages of them are asked for and kept, and rows leave. When the
 * question changes, the old rows stay in sight until the new ones are there; when the data have changed, what is in sight is asked again.
 */
import { computed, onScopeDispose, ref, shallowReactive, watch, type ComputedRef, type Ref } from 'vue'

export const PAGE_ROWS = 64
/** Pages out of sight that are kept. */
const MOST_PAGES = 24
/** Asked again at most so often, however fast the data change. */
const SETTLE_MS = 250

export interface Page<Row> {
  readonly totalCount: number
  readonly rows: readonly Row[]
}

export interface RowWindow<Row> {
  /** Null until the first answer. */
  readonly totalCount: Ref<number | null>
  /** Whether what is in sight answers another question than the one that is asked. */
  readonly isStale: ComputedRef<boolean>
  readonly rowAt: (index: number) => Row | undefined
  /** Rows that are in sight. */
  readonly see: (first: number, last: number) => void
}

interface KeptPage<Row> {
  readonly rows: readonly Row[]
  /** Of the question and the data that it was asked with. */
  readonly edition: number
}

/**
 * @param question what is asked, as a text: a new text is a new question
 * @param revision of the data
 * @param fetchPage null: it failed, and the user was told
 */
export function useWindow<Row>(
  question: () => string,
  revision: () => number,
  fetchPage: (offset: number, count: number) => Promise<Page<Row> | null>,
): RowWindow<Row> {
  const pages = shallowReactive(new Map<number, KeptPage<Row>>())
  const totalCount = ref<number | null>(null)
  const answered = ref('')
  const asking = new Set<number>()
  let edition = 0
  let inSight = { first: 0, last: PAGE_ROWS - 1 }
  let timer: number | null = null

  function see(first: number, last: number): void {
    inSight = { first: Math.max(0, first), last: Math.max(first, last) }
    ask()
  }

  function ask(): void {
    const end = totalCount.value === null ? PAGE_ROWS : Math.max(1, totalCount.value)
    const last = Math.min(Math.max(inSight.last, 0), end - 1)
    const first = Math.min(inSight.first, last)
    for (let number = Math.floor(first / PAGE_ROWS); number <= Math.floor(last / PAGE_ROWS); number++)
      if (!asking.has(number) && pages.get(number)?.edition !== edition) void askPage(number)
  }

  async function askPage(number: number): Promise<void> {
    asking.add(number)
    const askedEdition = edition
    const askedQuestion = question()
    const page = await fetchPage(number * PAGE_ROWS, PAGE_ROWS)
    asking.delete(number)
    if (askedEdition !== edition && askedQuestion !== question()) return ask()
    if (page === null) return
    if (answered.value !== askedQuestion) pages.clear() // rows of two questions are never in sight together
    answered.value = askedQuestion
    totalCount.value = page.totalCount
    pages.set(number, { rows: page.rows, edition: askedEdition })
    forgetFarPages(number)
    ask()
  }

  function forgetFarPages(near: number): void {
    if (pages.size <= MOST_PAGES) return
    const farthest = [...pages.keys()].reduce((a, b) => (Math.abs(b - near) > Math.abs(a - near) ? b : a))
    pages.delete(farthest)
  }

  watch(question, () => {
    edition++
    ask()
  })
  watch(revision, () => {
    timer ??= window.setTimeout(() => {
      timer = null
      edition++
      ask()
    }, SETTLE_MS)
  })
  onScopeDispose(() => {
    if (timer !== null) window.clearTimeout(timer)
  })
  ask()

  return {
    totalCount,
    isStale: computed(() => answered.value !== question()),
    rowAt: (index) => pages.get(Math.floor(index / PAGE_ROWS))?.rows[index % PAGE_ROWS],
    see,
  }
}
