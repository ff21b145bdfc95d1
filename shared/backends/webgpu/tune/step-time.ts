/** What a choice for a network costs on a device, and which of several is clearly the fastest: choices enter, each trains a few steps of drawn values. */
import type { SeriesBatch } from '../../../datasets/dataset.ts'
import { LabError } from '../../../errors/errors.ts'
import type { Network } from '../../../networks/network.ts'
import type { Engine } from '../../backend.ts'
import { elementCount, type TensorMap } from '../../../numerics/dims.ts'
import { RandomStream } from '../../../numerics/random.ts'
import type { SequenceSize } from '../../programs/program-engine.ts'
import type { ComputeDevice } from '../device.ts'
import type { Clock } from '../dispatch-trace.ts'
import type { KernelChoice } from '../network-work.ts'
import { createWebGpuEngine } from '../webgpu-engine.ts'

/** The first one compiles, and some more find out how fast loops are. */
const ROUNDS = 5
/** A likelier choice is left only for one that is faster by more than timing's noise. */
const CLEAR_GAIN = 1.05

/**
 * @param choices the likeliest first, one at least
 * @param msOf Infinity for one that cannot be taken
 */
export async function fastestOf<Choice>(
  choices: readonly Choice[],
  msOf: (choice: Choice) => Promise<number>,
): Promise<Choice> {
  let best: { readonly choice: Choice; readonly ms: number } | null = null
  for (const choice of choices) {
    const ms = await msOf(choice)
    if (best === null || ms * CLEAR_GAIN < best.ms) best = { choice, ms }
  }
  return best!.choice
}

export interface StepTrial {
  /** Of the fastest of some training steps of one replica, without the optimiser. */
  readonly ms: number
  readonly gradients: TensorMap
}

/** @returns null for a choice that the device refuses */
export async function tryStep(
  device: ComputeDevice,
  network: Network,
  choice: KernelChoice,
  { steps, batch: series }: SequenceSize,
  now: Clock,
): Promise<StepTrial | null> {
  const random = new RandomStream(1, 'preview')
  const drawn = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal() / 4)
  const batch: SeriesBatch = {
    steps,
    batch: series,
    inputs: drawn(steps * series * network.inputSize),
    lengths: new Int32Array(series).fill(steps),
    targetSteps: new Int32Array(series).fill(steps - 1),
    targets: new Float32Array(series * (network.loss === 'mse' ? network.outputSize : 1)),
  }
  const parameters: TensorMap = new Map(
    network.parameters.map(({ name, shape }) => [name, { shape, data: drawn(elementCount(shape)) }]),
  )
  const request = { batch, truncateEvery: null, dropoutMasks: null, regulariser: null }
  let engine: Engine | null = null
  try {
    engine = createWebGpuEngine(device, network, 1, choice)
    await engine.writeParameters(0, parameters)
    let ms = Infinity
    let gradients: TensorMap = new Map()
    for (let round = 0; round < ROUNDS; round++) {
      const begin = now()
      const [trained] = await engine.trainGradients([request])
      if (round > 0) ms = Math.min(ms, now() - begin)
      ;({ gradients } = trained!)
    }
    return { ms, gradients }
  } catch (error) {
    if (error instanceof LabError && error.code === 'backend') return null
    throw error
  } finally {
    await engine?.dispose()
  }
}
