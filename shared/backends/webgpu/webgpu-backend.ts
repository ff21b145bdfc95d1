/** The webgpu backend: float32 on any vendor's graphics processor. A `GPU` object enters; who hands it in knows the host. */
import type { Network, Part } from '../../networks/network.ts'
import type { Backend } from '../backend.ts'
import { ComputeDevice, type OpenOptions } from './device.ts'
import type { ShapeChoice } from './network-kernels.ts'
import { chunksToTry, shapesToTry } from './shapes.ts'
import { chooseChunks } from './tune/choose-chunks.ts'
import { chooseShapes } from './tune/choose-shapes.ts'
import { fastestChunks } from './tune/fastest-chunks.ts'
import { fastestShape } from './tune/fastest-shape.ts'
import { createWebGpuEngine } from './webgpu-engine.ts'
import type { RecurrenceShape } from './wgsl/recurrence-plan.ts'

export interface WebGpuOptions extends OpenOptions {
  /** Whether what no tuning gives is measured; else the likeliest is taken. */
  readonly measuresShapes?: boolean
  /** What a part may be tried with, the likeliest first; default: what is likely on such an adapter. */
  readonly shapesToTry?: typeof shapesToTry
  /** The same of a network's chunks. */
  readonly chunksToTry?: typeof chunksToTry
}

export interface WebGpuBackend extends Backend {
  readonly computeDevice: ComputeDevice
  /** The same where nothing is measured: for a first check of the device. */
  readonly unmeasured: Backend
}

/** How one is found among those that may be tried, one at least. */
interface Picks {
  readonly shape: (part: Part, shapes: readonly RecurrenceShape[]) => Promise<RecurrenceShape>
  readonly chunks: (
    network: Network,
    shapeOf: ShapeChoice,
    chunks: readonly (number | null)[],
  ) => Promise<number | null>
}

/** @throws LabError `backend` when there is no adapter, or it gives no device */
export async function createWebGpuBackend(gpu: GPU, options: WebGpuOptions): Promise<WebGpuBackend> {
  const device = await ComputeDevice.open(gpu, options)
  const { facts } = device
  const shapesOf = options.shapesToTry ?? shapesToTry
  const chunksOf = options.chunksToTry ?? chunksToTry
  const withPicks = (picks: Picks): Backend => ({
    name: 'webgpu',
    precision: 'float32',
    device: facts.name,
    isSoftwareDevice: facts.isSoftware,
    driver: [facts.vendor, facts.driver].filter((text) => text !== '').join(' / '),
    adapter: { facts, bounds: device.bounds },
    tracing: device.trace,
    createEngine: async (network, replicas, tuning = {}) => {
      const parts = network.wiredLayers.flatMap((layer) => layer.parts)
      const chosen = await chooseShapes(parts, tuning, (part) => shapesOf(facts, part), picks.shape)
      const shapeOf = (part: Part): RecurrenceShape => chosen.shapes.get(part)!
      const chunks = await chooseChunks(network, tuning, chunksOf(facts, network), (some) =>
        picks.chunks(network, shapeOf, some),
      )
      const choice = { shapeOf, chunkSteps: chunks.chunkSteps }
      return createWebGpuEngine(device, network, replicas, choice, { ...chosen.tuning, ...chunks.tuning })
    },
  })
  const likeliest: Picks = {
    shape: async (_, shapes) => shapes[0]!,
    chunks: async (_network, _shapeOf, chunks) => chunks[0]!,
  }
  const fastest: Picks = {
    shape: (part, shapes) => fastestShape(device, part, shapes, options.now),
    chunks: (network, shapeOf, chunks) => fastestChunks(device, network, shapeOf, chunks, options.now),
  }
  const unmeasured = withPicks(likeliest)
  return { ...(options.measuresShapes ? withPicks(fastest) : unmeasured), computeDevice: device, unmeasured }
}
