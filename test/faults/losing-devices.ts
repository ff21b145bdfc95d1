/**
 * A training of a tiny network whose device is destroyed again and again at seeded moments: how a backend is opened and its device destroyed
 * enters, what the run has come to leaves.
 */
import type { Backend } from '../../shared/backends/backend.ts'
import type { ExperimentConfig, Strategy } from '../../shared/experiments/config.ts'
import { createNetwork, type Network } from '../../shared/networks/network.ts'
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
  readonly #mostLosses: number
  #callsLeft: number
  lossCount = 0

  /** @param mostLosses then the device stays */
  constructor(seed: number, mostLosses = Infinity) {
    this.#mostLosses = mostLosses
    this.#random = new RandomStream(seed, 'preview')
    this.#callsLeft = this.#draw()
  }

  /** A call begins. @returns whether the device goes during it */
  isNow(): boolean {
    if (--this.#callsLeft > 0 || this.lossCount === this.#mostLosses) return false
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

/** Which training is disturbed. */
export interface TinyTraining {
  readonly config: ExperimentConfig
  readonly strategy: Strategy
  readonly network: Network
}

export const WHOLE_TRAINING: TinyTraining = {
  config: toyConfig(SEEDS),
  strategy: 'warmed-up',
  network: toyNetwork(),
}

/** Steps and validation of one layer alone: a new device of a software adapter takes long for every kernel more. */
export const PLAIN_TRAINING: TinyTraining = {
  config: {
    ...WHOLE_TRAINING.config,
    training: { ...WHOLE_TRAINING.config.training, epochs: 12, dropout: 0, regulariser: null },
    measures: { ...WHOLE_TRAINING.config.measures, everySteps: 0, histograms: false },
  },
  strategy: 'none',
  network: createNetwork({ ...toyNetwork(), layers: toyNetwork().layers.slice(0, 1), dropout: 0 }),
}

/**
 * Trains to the end, or to a pause.
 * @param begun goes on with it; default: a new run
 * @param isPauseAsked asked before every step
 */
export async function trainTiny(
  backend: Backend,
  { config, strategy, network } = WHOLE_TRAINING,
  begun: MemoryRun | null = null,
  isPauseAsked: (run: MemoryRun) => boolean = () => false,
): Promise<MemoryRun> {
  const run = begun ?? memoryRun(config, strategy)
  await trainRun({
    record: run.record,
    network,
    datasets: SEEDS.map(toyDataset),
    backend,
    writer: memoryWriter(run),
    clock: { now: () => 0 },
    control: { requested: () => (isPauseAsked(run) ? 'pause' : null) },
  })
  return run
}
