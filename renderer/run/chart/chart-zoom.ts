/**
 * Where a run's chart is zoomed to: the wishes of the wheel, of a box and of the keyboard enter; what is shown, and what the lab is to be asked for, leave.
 * What is shown changes at once, so that no drawing on the way undoes it; the lab is asked when the wishes have come to rest.
 */
import { onScopeDispose, ref, shallowRef, type Ref } from 'vue'
import type { PlotLevels } from '../../charts/run-chart.ts'
import { remembered } from './remembered.ts'
import type { PositionRange } from '../../composables/use-run-series.ts'

const WAIT_MS = 150
/** Of one key. */
const FACTOR = 2
const PAN_SHARE = 0.5
/** Less is no curve. */
const FEWEST_STEPS = 4

/** What a chart tells of its zoom. */
export interface ZoomState {
  readonly start?: number
  readonly end?: number
  readonly startValue?: number
  readonly endValue?: number
}

export interface ChartZoom {
  readonly shown: Ref<PositionRange>
  readonly asked: Ref<PositionRange>
  /** Up and down, until the chart is closed. */
  readonly levels: Ref<PlotLevels>
  /** The wheel has moved the chart there. @param positionAt of a place on its axis */
  follow(state: ZoomState, positionAt: (place: number) => number): void
  /** A box was drawn around these positions. @param levels what of values it chose */
  choose(from: number, to: number, levels: PlotLevels): void
  reset(): void
  /**
   * `+` and `-` around the cursor, PageUp and PageDown to the sides, 0 for the whole run.
   * @param cursor null: the middle of what is shown
   * @returns whether it was one of these keys
   */
  press(event: KeyboardEvent, cursor: number | null): boolean
}

/**
 * @param name of the chart: a page that is loaded again is where it was
 * @param lastPosition of the run
 */
export function useChartZoom(name: string, lastPosition: () => number): ChartZoom {
  const shown = remembered<PositionRange>(sessionStorage, `zoom ${name}`, null, readRange)
  const asked = ref(shown.value)
  const levels = shallowRef<PlotLevels>({})
  let timer = 0
  onScopeDispose(() => clearTimeout(timer))

  function show(range: PositionRange): void {
    shown.value = range
    clearTimeout(timer)
    timer = window.setTimeout(() => (asked.value = shown.value), WAIT_MS)
  }

  function reset(): void {
    clearTimeout(timer)
    shown.value = null
    asked.value = null
    levels.value = {}
  }

  /** Kept inside the run; a range that holds all of it is none. */
  function showWidth(from: number, width: number): void {
    const last = lastPosition()
    if (width >= last) return show(null)
    const begin = Math.max(0, Math.min(last - width, from))
    show({ from: Math.floor(begin), to: Math.ceil(begin + width) })
  }

  function press(event: KeyboardEvent, cursor: number | null): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    const { from, to } = shown.value ?? { from: 0, to: lastPosition() }
    const width = to - from
    const scale = (factor: number): void => {
      const wide = Math.max(FEWEST_STEPS, width * factor)
      const middle = cursor !== null && cursor >= from && cursor <= to ? cursor : (from + to) / 2
      // The cursor keeps its place on the screen.
      showWidth(middle - ((middle - from) / Math.max(1, width)) * wide, wide)
    }
    const keys: Readonly<Record<string, () => void>> = {
      '+': () => scale(1 / FACTOR),
      '=': () => scale(1 / FACTOR),
      '-': () => scale(FACTOR),
      '0': reset,
      PageUp: () => showWidth(from - PAN_SHARE * width, width),
      PageDown: () => showWidth(from + PAN_SHARE * width, width),
    }
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined
    if (!act) return false
    event.preventDefault()
    act()
    return true
  }

  return {
    shown,
    asked,
    levels,
    follow({ start = 0, end = 100, startValue = 0, endValue }, positionAt) {
      const isWhole = start <= 0 && end >= 100
      const to = endValue === undefined ? lastPosition() : positionAt(endValue)
      show(isWhole ? null : { from: Math.floor(positionAt(startValue)), to: Math.ceil(to) })
    },
    choose(from, to, chosen) {
      levels.value = { ...levels.value, ...chosen }
      const [first, last] = [Math.max(0, from), Math.min(lastPosition(), to)]
      showWidth(first, Math.max(FEWEST_STEPS, last - first))
    },
    reset,
    press,
  }
}

function readRange(stored: unknown): PositionRange {
  if (typeof stored !== 'object' || stored === null) return null
  const { from, to } = stored as Readonly<Record<string, unknown>>
  return typeof from === 'number' && typeof to === 'number' && from >= 0 && to > from ? { from, to } : null
}
