/**
 * Which shape of a part's recurrence is fastest on a device: a part and shapes enter, each runs a short sequence there and back, one of them leaves. A
 * device with another shape has other bits: the choice is to be remembered.
 */
import type { SeriesBatch } from '../../../datasets/dataset.ts'
import { createNetwork, type Part } from '../../../networks/network.ts'
import { LabError } from '../../../errors/errors.ts'
import { ProgramEngine } from '../../programs/program-engine.ts'
import type { ComputeDevice } from '../device.ts'
import type { Clock } from '../dispatch-trace.ts'
import { runJobs } from '../jobs.ts'
import { NetworkWork } from '../network-work.ts'
import { WebGpuRecurrence } from '../webgpu-recurrence.ts'
import type { RecurrenceShape } from '../wgsl/recurrence-shapes.ts'

const [STEPS, SERIES] = [32, 32]
/** The first one compiles. */
const ROUNDS = 4
/** A likelier shape is left only for one that is faster by more than timing's noise. */
const CLEAR_GAIN = 1.05

/** @param shapes the likeliest first, one at least */
export async function fastestShape(
  device: ComputeDevice,
  part: Part,
  shapes: readonly RecurrenceShape[],
  now: Clock,
): Promise<RecurrenceShape> {
  let best: { readonly shape: RecurrenceShape; readonly ms: number } | null = null
  for (const shape of shapes) {
    const ms = await roundMs(device, part, shape, now)
    if (best === null || ms * CLEAR_GAIN < best.ms) best = { shape, ms }
  }
  return best!.shape
}

/** Infinity for a shape that the device refuses. */
async function roundMs(device: ComputeDevice, part: Part, shape: RecurrenceShape, now: Clock): Promise<number> {
  const { cell, units, warm, initialValues, inputSize } = part
  const network = createNetwork({
    inputSize,
    outputSize: 1,
    layers: [[{ cell, units, warm, initialValues }]],
    loss: 'mse',
    dropout: 0,
  })
  const batch: SeriesBatch = {
    steps: STEPS,
    batch: SERIES,
    inputs: new Float32Array(STEPS * SERIES * inputSize),
    lengths: new Int32Array(SERIES).fill(STEPS),
    targetSteps: new Int32Array(SERIES).fill(STEPS - 1),
    targets: new Float32Array(SERIES),
  }
  const request = { batch, truncateEvery: null, dropoutMasks: null, regulariser: null }
  let work: NetworkWork | null = null
  try {
    work = new NetworkWork(device, network, () => shape, device.bounds, 1)
    const shared = work
    const engine = new ProgramEngine(network, [new WebGpuRecurrence(shared, 0)], {
      run: runJobs,
      sideBySide: () => 1,
      dispose: () => undefined,
      memoryBytes: () => null,
    })
    let fastest = Infinity
    for (let round = 0; round < ROUNDS; round++) {
      const begin = now()
      await engine.trainGradients([request])
      if (round > 0) fastest = Math.min(fastest, now() - begin)
    }
    return fastest
  } catch (error) {
    if (error instanceof LabError && error.code === 'backend') return Infinity
    throw error
  } finally {
    work?.release()
  }
}
