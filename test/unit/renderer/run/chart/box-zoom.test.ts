/** A box over a chart: what it chooses, and when it is none. */
import { describe, expect, it, vi } from 'vitest'
import { useBoxZoom, type BoxChoice } from '../../../../../renderer/run/chart/box-zoom.ts'

/** Two plots, each 100 pixels high, of which a pixel is a step and a hundredth. */
const READER = {
  plotAt: (x: number, y: number) => (x < 50 ? null : Math.floor(y / 100)),
  valuesAt: (plotIndex: number, x: number, y: number) => [x, 1 - (y - 100 * plotIndex) / 100] as const,
}

function zoom() {
  const choose = vi.fn<(choice: BoxChoice) => void>()
  const drawing = useBoxZoom(
    () => READER,
    () => ['loss', 'attractors'],
    choose,
  )
  const event = (offsetX: number, offsetY: number, more: Partial<PointerEvent> = {}): PointerEvent =>
    ({
      offsetX,
      offsetY,
      button: 0,
      pointerType: 'mouse',
      currentTarget: { setPointerCapture: vi.fn() },
      ...more,
    }) as unknown as PointerEvent
  return { drawing, choose, event }
}

describe('a box', () => {
  it('chooses steps and the values of its plot, drawn in whichever direction', () => {
    const { drawing, choose, event } = zoom()
    drawing.begin(event(300, 180))
    drawing.follow(event(100, 120))
    expect(drawing.box.value).toEqual({ left: 100, top: 120, width: 200, height: 60 })
    drawing.end(event(100, 120))
    expect(choose).toHaveBeenCalledExactlyOnceWith({ plot: 'attractors', across: [100, 300], levels: [0.2, 0.8] })
    expect(drawing.box.value).toBeNull()
  })

  it('chooses steps alone when it is flat', () => {
    const { drawing, choose, event } = zoom()
    drawing.begin(event(100, 50))
    drawing.end(event(300, 55))
    expect(choose).toHaveBeenCalledExactlyOnceWith({ plot: 'loss', across: [100, 300], levels: null })
  })

  it.each([
    ['a click', [100, 50], [102, 50], {}],
    ['a drag that begins beside the plots', [10, 50], [300, 50], {}],
    ['a drag with Shift, which moves', [100, 50], [300, 50], { shiftKey: true }],
    ['a finger, which scrolls', [100, 50], [300, 50], { pointerType: 'touch' }],
    ['another button', [100, 50], [300, 50], { button: 2 }],
  ] as const)('is not %s', (_, [fromX, fromY], [toX, toY], more) => {
    const { drawing, choose, event } = zoom()
    drawing.begin(event(fromX, fromY, more))
    drawing.follow(event(toX, toY, more))
    drawing.end(event(toX, toY, more))
    expect(choose).not.toHaveBeenCalled()
  })

  it('is given up on the way', () => {
    const { drawing, choose, event } = zoom()
    drawing.begin(event(100, 50))
    drawing.follow(event(300, 90))
    drawing.cancel()
    drawing.end(event(300, 90))
    expect(choose).not.toHaveBeenCalled()
  })
})
