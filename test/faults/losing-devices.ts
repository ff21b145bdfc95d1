/**
 * A training of a tiny network whose device is destroyed again and again at seeded moments: how a backend is opened and its device destroyed
 * enters, what the run has come to leaves. Warm-up, regulariser, dropout, validation and measures are all in it.
 */
import type { Backend } from '../../shared/backends/backend.ts'
import { RandomStream } from '../../shared/numerics/random.ts'
import { trainRun } from '../../shared/training/train-run.ts'
import { aroundCalls } from '../unit/backends/around-calls.ts'
import { memoryRun, memoryWriter, toyConfig, toyDataset, toyNetwork, type MemoryRun } from '../unit/training/toy.ts'

const SEEDS = [0, 7]
/** So many calls of an engine lie between two losses: more than it takes to come to the next checkpoint, mostly. */
const FEWEST_CALLS = 12
const MOST_CALLS = 50

/** The calls that a device is destroyed in, drawn from a seed. */
export class LossMoments {
  readonly #random: RandomStream
  #callsLeft: number
  lossCount = 0

  constructor(seed: number) {
    this.#random = new RandomStream(seed, 'preview')
    this.#callsLeft = this.#draw()
  }

  /** A call begins. @returns whether the device goes during it */
  isNow(): boolean {
    if (--this.#callsLeft > 0) return false
    this.#callsLeft = this.#draw()
    this.lossCount++
    return true
  }

  #draw(): number {
    return FEWEST_CALLS + this.#random.integer(MOST_CALLS - FEWEST_CALLS)
  }
}

/** A backend whose device is destroyed while a call is on its way. @param destroy the device of the engines that there are */
export function withLosses(backend: Backend, moments: LossMoments, destroy: () => void): Backend {
  return aroundCalls(backend, () => (_, carryOut) => {
    const answer = carryOut()
    if (moments.isNow()) destroy()
    return answer
  })
}

/** Trains to the end. */
export async function trainTiny(backend: Backend): Promise<MemoryRun> {
  const run = memoryRun(toyConfig(SEEDS))
  await trainRun({
    record: run.record,
    network: toyNetwork(),
    datasets: SEEDS.map(toyDataset),
    backend,
    writer: memoryWriter(run),
    clock: { now: () => 0 },
    control: { requested: () => null },
  })
  return run
}
