/** The webgpu backend: float32 on any vendor's graphics processor. A `GPU` object enters; who hands it in knows the host. */
import type { Part } from '../../networks/network.ts'
import type { Backend } from '../backend.ts'
import { ProgramEngine } from '../programs/program-engine.ts'
import { ComputeDevice, type AdapterFacts, type OpenOptions } from './device.ts'
import type { Clock } from './dispatch-trace.ts'
import { runJobs } from './jobs.ts'
import { NetworkWork } from './network-work.ts'
import { shapesToTry } from './shapes.ts'
import { fastestShape } from './tune/fastest-shape.ts'
import { WebGpuRecurrence } from './webgpu-recurrence.ts'
import type { RecurrenceShape } from './wgsl/recurrence-shapes.ts'

/** Shapes that were found to be the fastest on a device, by what they hold for. */
export interface ShapeMemory {
  get(key: string): RecurrenceShape | null
  set(key: string, shape: RecurrenceShape): Promise<void>
}

export interface WebGpuOptions extends OpenOptions {
  /** Of this adapter. Without one nothing is measured, and the likeliest shape is taken. */
  readonly shapes?: (facts: AdapterFacts) => Promise<ShapeMemory>
}

export interface WebGpuBackend extends Backend {
  readonly computeDevice: ComputeDevice
}

/** @throws LabError `backend` when there is no adapter, or it gives no device */
export async function createWebGpuBackend(gpu: GPU, options: WebGpuOptions): Promise<WebGpuBackend> {
  const device = await ComputeDevice.open(gpu, options)
  const memory = (await options.shapes?.(device.facts)) ?? null
  return {
    name: 'webgpu',
    precision: 'float32',
    device: device.facts.name,
    tracing: device.trace,
    computeDevice: device,
    createEngine: async (network, replicas) => {
      const shapes = new Map<Part, RecurrenceShape>()
      for (const part of network.wiredLayers.flatMap(({ parts }) => parts))
        shapes.set(part, await chooseShape(device, part, memory, options.now))
      const work = new NetworkWork(device, network, (part) => shapes.get(part)!, device.bounds, replicas)
      const recurrences = Array.from({ length: replicas }, (_, replica) => new WebGpuRecurrence(work, replica))
      return new ProgramEngine(network, recurrences, {
        run: runJobs,
        sideBySide: (size) => work.planMemory(size).sideBySide,
        dispose: () => {
          for (const recurrence of recurrences) recurrence.endProgram()
          work.release()
        },
        memoryBytes: () => device.buffers.totalBytes,
      })
    },
  }
}

async function chooseShape(
  device: ComputeDevice,
  part: Part,
  memory: ShapeMemory | null,
  now: Clock,
): Promise<RecurrenceShape> {
  const candidates = shapesToTry(device.facts, part)
  if (memory === null || candidates.length === 1) return candidates[0]!
  const key = [part.cell.name, part.cell.forward.ir.nodes.length, part.units, part.inputSize].join(' / ')
  const known = memory.get(key)
  if (known !== null && candidates.some((shape) => JSON.stringify(shape) === JSON.stringify(known))) return known
  const fastest = await fastestShape(device, part, candidates, now)
  await memory.set(key, fastest)
  return fastest
}
