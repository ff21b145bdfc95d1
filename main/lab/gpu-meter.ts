/** How busy the graphics processor of a run is, where its driver tells it: asked beside the run, now and then; the last answer leaves. */
import type { GpuLoad } from '../../shared/protocol/run-progress.ts'
import { factsOf, readGpuFacts, type GpuFacts } from '../engine/gpu-facts.ts'

/** Its driver is asked through a program of its own, which takes a moment. */
const ASK_EVERY_MS = 2000

export class GpuMeter {
  readonly #ask: () => Promise<readonly GpuFacts[]>
  readonly #now: () => number
  #facts: readonly GpuFacts[] = []
  #askedMs = -Infinity
  #isAsking = false

  /** @param now milliseconds from any beginning */
  constructor(ask: () => Promise<readonly GpuFacts[]> = readGpuFacts, now = (): number => performance.now()) {
    this.#ask = ask
    this.#now = now
  }

  /** @param device that the run is trained on, as its engine calls it; null: the processor @returns null where nothing is known */
  read(device: string | null): GpuLoad | null {
    if (device === null) return null
    const nowMs = this.#now()
    if (!this.#isAsking && nowMs - this.#askedMs >= ASK_EVERY_MS) {
      this.#askedMs = nowMs
      this.#isAsking = true
      void this.#refresh()
    }
    const facts = factsOf(this.#facts, device)
    if (facts === null) return null
    const { busyShare, usedBytes, memoryBytes } = facts
    return { busyShare, usedBytes, memoryBytes }
  }

  async #refresh(): Promise<void> {
    this.#facts = await this.#ask().finally(() => (this.#isAsking = false))
  }
}
