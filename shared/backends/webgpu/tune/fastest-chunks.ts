/**
 * Whether a network's layers are faster on a device beside each other than one after the other, and by which chunks apart: the network with its shapes and
 * the chunks enter, each trains a sequence of a usual length, one of them leaves. Measured with one seed, where a layer alone leaves most of the device
 * idle; where many seeds fill it, chunks gain nothing and cost a few dispatches.
 */
import type { Network } from '../../../networks/network.ts'
import type { TensorMap } from '../../../numerics/dims.ts'
import type { ComputeDevice } from '../device.ts'
import type { Clock } from '../dispatch-trace.ts'
import type { ShapeChoice } from '../network-kernels.ts'
import { fastestOf, tryStep, type StepTrial } from './step-time.ts'

/** Long enough for several of the longest chunks. */
const SIZE = { steps: 192, batch: 32 }

/**
 * @param chunks the likeliest first, one at least; null: layers go one after the other. Those that change a bit of that, since the device's compiler makes
 * something else of kernels that stand together, are passed over
 */
export async function fastestChunks(
  device: ComputeDevice,
  network: Network,
  shapeOf: ShapeChoice,
  chunks: readonly (number | null)[],
  now: Clock,
): Promise<number | null> {
  const tryChunks = (chunkSteps: number | null): Promise<StepTrial | null> =>
    tryStep(device, network, { shapeOf, chunkSteps }, SIZE, now)
  const inTurn = await tryChunks(null)
  return fastestOf(chunks, async (chunkSteps) => {
    const trial = chunkSteps === null ? inTurn : await tryChunks(chunkSteps)
    return trial && inTurn && hasSameBits(trial.gradients, inTurn.gradients) ? trial.ms : Infinity
  })
}

function hasSameBits(a: TensorMap, b: TensorMap): boolean {
  return [...a].every(([name, { data }]) => data.every((value, i) => Object.is(value, b.get(name)!.data[i])))
}
