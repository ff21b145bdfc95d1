/**
 * Which shape of a part's recurrence is fastest on a device: a part and shapes enter, each runs a short sequence there and back, one of them leaves. A
 * device with another shape has other bits: the choice is to be remembered.
 */
import { createNetwork, type Part } from '../../../networks/network.ts'
import type { ComputeDevice } from '../device.ts'
import type { Clock } from '../dispatch-trace.ts'
import type { RecurrenceShape } from '../wgsl/recurrence-plan.ts'
import { fastestOf, tryStep } from './step-time.ts'

const SIZE = { steps: 32, batch: 32 }

/** @param shapes the likeliest first, one at least */
export function fastestShape(
  device: ComputeDevice,
  { cell, units, warm, initialValues, inputSize }: Part,
  shapes: readonly RecurrenceShape[],
  now: Clock,
): Promise<RecurrenceShape> {
  const network = createNetwork({
    inputSize,
    outputSize: 1,
    layers: [[{ cell, units, warm, initialValues }]],
    loss: 'mse',
    dropout: 0,
  })
  return fastestOf(shapes, async (shape) => {
    const trial = await tryStep(device, network, { shapeOf: () => shape, chunkSteps: null }, SIZE, now)
    return trial?.ms ?? Infinity
  })
}
