/** How evenly a page draws: what is done to it enters, the time between one frame and the next leaves. */
import type { Page } from 'playwright'

/** Between one frame and the next, in ms, while `during` goes on. */
export async function collectFrames(page: Page, during: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const state = { frames: [] as number[], isOver: false }
    ;(window as unknown as { frameTimes: typeof state }).frameTimes = state
    let last = performance.now()
    const tick = (): void => {
      const now = performance.now()
      state.frames.push(now - last)
      last = now
      if (!state.isOver) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  await during()
  return page.evaluate(() => {
    const { frameTimes } = window as unknown as { frameTimes: { frames: number[]; isOver: boolean } }
    frameTimes.isOver = true
    return frameTimes.frames.slice(1)
  })
}
