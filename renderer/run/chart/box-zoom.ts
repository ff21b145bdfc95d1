/**
 * A box drawn over a run's chart with the mouse: pointer events enter; where the box lies while it is drawn, and what it chose, leave. A flat one chooses steps alone.
 * A double click goes back to everything.
 */
import { ref, type Ref } from 'vue'
import type { PlotName } from '../../charts/run-plots.ts'

/** In pixels; a shorter drag is a click. */
const LEAST_WIDTH = 6
/** A flatter one leaves the values as they are. */
const LEAST_HEIGHT = 14

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** What a box chose, on the axes of its plot. */
export interface BoxChoice {
  readonly plot: PlotName
  readonly across: readonly [number, number]
  /** Null: a flat box. */
  readonly levels: readonly [number, number] | null
}

/** What of a chart is needed to know what lies under a pixel. */
export interface PixelReader {
  /** @returns the place in `plots`; null beside all plots */
  plotAt(x: number, y: number): number | null
  /** Within a plot, where the pixel may lie beside it. */
  valuesAt(plotIndex: number, x: number, y: number): readonly [across: number, up: number]
}

interface Start {
  readonly x: number
  readonly y: number
  readonly plotIndex: number
}

export interface BoxZoom {
  readonly box: Ref<Box | null>
  begin(event: PointerEvent): void
  follow(event: PointerEvent): void
  end(event: PointerEvent): void
  cancel(): void
}

const DIGITS = 3

/** Both ends stand at the axis. */
const shortened = (value: number): number => Number(value.toPrecision(DIGITS))

export function useBoxZoom(
  reader: () => PixelReader | null,
  plots: () => readonly PlotName[],
  choose: (choice: BoxChoice) => void,
): BoxZoom {
  const box = ref<Box | null>(null)
  let start: Start | null = null

  function boxTo({ offsetX, offsetY }: PointerEvent, from: Start): Box {
    return {
      left: Math.min(from.x, offsetX),
      top: Math.min(from.y, offsetY),
      width: Math.abs(offsetX - from.x),
      height: Math.abs(offsetY - from.y),
    }
  }

  function cancel(): void {
    start = null
    box.value = null
  }

  return {
    box,
    cancel,
    begin(event) {
      const plotIndex = reader()?.plotAt(event.offsetX, event.offsetY) ?? null
      const isPlain = event.button === 0 && !event.shiftKey && !event.ctrlKey && event.pointerType !== 'touch'
      if (isPlain && plotIndex !== null) start = { x: event.offsetX, y: event.offsetY, plotIndex }
    },
    follow(event) {
      if (start === null) return
      const drawn = boxTo(event, start)
      box.value = drawn.width < LEAST_WIDTH ? null : drawn
      // Wherever the mouse goes from now on, even out of the window.
      if (box.value !== null) (event.currentTarget as Element).setPointerCapture(event.pointerId)
    },
    end(event) {
      const [from, chart] = [start, reader()]
      cancel()
      if (from === null || chart === null) return
      const { left, top, width, height } = boxTo(event, from)
      if (width < LEAST_WIDTH) return
      const [first, high] = chart.valuesAt(from.plotIndex, left, top)
      const [last, low] = chart.valuesAt(from.plotIndex, left + width, top + height)
      choose({
        plot: plots()[from.plotIndex]!,
        across: [first, last],
        levels: height < LEAST_HEIGHT ? null : [shortened(low), shortened(high)],
      })
    },
  }
}
