/**
 * Where a run's chart is zoomed to: the wheel's and the keyboard's wishes enter; what is shown, and what the lab is to be asked for, leave.
 * What is shown changes at once, so that no drawing on the way undoes it; the lab is asked when the wishes have come to rest.
 */
import { onScopeDispose, ref, type Ref } from 'vue'
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
  /** The wheel has moved the chart there. */
  follow(state: ZoomState): void
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
  }

  /** Kept inside the run; a range that holds all of it is none. */
  function showWidth(from: number, width: number): void {
    const last = lastPosition()
    if (width >= last) return reset()
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
    follow({ start = 0, end = 100, startValue = 0, endValue }) {
      const isWhole = start <= 0 && end >= 100
      show(isWhole ? null : { from: Math.floor(startValue), to: Math.ceil(endValue ?? lastPosition()) })
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
