/**
 * A WebGPU device as the engine uses it: a `GPU` object enters; buffers, compiled kernels, commands in their order and one read-back leave.
 * What goes wrong on the device (memory, validation, its loss) becomes a LabError at the next read. Knows no network.
 */
import { LabError } from '../../errors/errors.ts'
import type { AdapterFacts, DeviceBounds } from '../adapter.ts'
import { BufferPool, type DeviceBuffer } from './buffer-pool.ts'
import { CommandQueue } from './command-queue.ts'
import { DispatchTrace, type Clock } from './dispatch-trace.ts'
import { FaultWatch } from './faults.ts'
import { Pipelines } from './pipelines.ts'

export interface OpenOptions {
  /** What the host calls the adapter; default: what WebGPU tells of it. */
  readonly name?: string
  readonly now: Clock
  /** What all buffers together may take; null where nobody knows what the device has. */
  readonly memoryBytes?: number | null
}

/** What engines take of a device whose memory nobody has told: WebGPU does not. */
const DEFAULT_MEMORY_BYTES = 2 * 2 ** 30

/** Software adapters call themselves so. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i

/** Features that are used where they are offered. */
const WANTED_FEATURES = ['timestamp-query', 'subgroups'] as const

export class ComputeDevice {
  readonly facts: AdapterFacts
  readonly bounds: DeviceBounds
  readonly buffers: BufferPool
  readonly queue: CommandQueue
  readonly pipelines: Pipelines
  readonly trace: DispatchTrace
  readonly #device: GPUDevice
  readonly #faults: FaultWatch

  /** @throws LabError `backend` when there is no adapter, or it gives no device */
  static async open(gpu: GPU, { name, now, memoryBytes = null }: OpenOptions): Promise<ComputeDevice> {
    const adapter = await findAdapter(gpu)
    const features = WANTED_FEATURES.filter((feature) => adapter.features.has(feature))
    const { limits } = adapter
    const facts = await describeAdapter(adapter, name)
    try {
      const device = await adapter.requestDevice({
        requiredFeatures: features,
        requiredLimits: {
          maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
          maxBufferSize: limits.maxBufferSize,
          maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
          maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
          maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
          maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
        },
      })
      return new ComputeDevice(device, facts, memoryBytes, now)
    } catch (cause) {
      throw new LabError('backend', 'The graphics adapter gives no device.', {
        where: 'webgpu',
        found: cause instanceof Error ? cause.message : String(cause),
        remedy: 'Update its driver, or run on `wasm`.',
        cause,
      })
    }
  }

  private constructor(device: GPUDevice, facts: AdapterFacts, memoryBytes: number | null, now: Clock) {
    this.#device = device
    this.facts = facts
    this.#faults = new FaultWatch(device)
    this.bounds = {
      memoryBytes: memoryBytes ?? DEFAULT_MEMORY_BYTES,
      blockBytes: Math.min(facts.bindingBytes, facts.bufferBytes),
    }
    this.buffers = new BufferPool(device, this.#faults, this.bounds)
    this.pipelines = new Pipelines(device)
    this.pipelines.follow(this.buffers)
    this.trace = new DispatchTrace(device, facts.hasTimestamps, now)
    this.queue = new CommandQueue(device, this.pipelines, this.trace, this.#faults, now)
  }

  /** A buffer of these values, written at once. */
  upload(data: Float32Array | Int32Array | Uint32Array): DeviceBuffer {
    const buffer = this.buffers.take(data.byteLength)
    this.queue.write(buffer, 0, data)
    return buffer
  }

  /** Settled when the device is gone, for whatever reason. */
  get lost(): Promise<unknown> {
    return this.#device.lost
  }

  /** Whoever waits for it hears of the loss; a device that has been destroyed does nothing more. */
  destroy(): void {
    this.#faults.close()
    this.#device.destroy()
  }
}

async function findAdapter(gpu: GPU): Promise<GPUAdapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter !== null) return adapter
  throw new LabError('backend', 'No graphics adapter is offered to WebGPU.', {
    where: 'webgpu',
    remedy: 'Install the driver of the graphics processor (Linux: with Vulkan), or run on `wasm`.',
  })
}

/** Chromium 114 tells of an adapter only where it is asked, and then who has made it, but not its name. */
interface AskedAdapter {
  requestAdapterInfo?(): Promise<GPUAdapterInfo>
}

export async function describeAdapter(adapter: GPUAdapter, givenName?: string): Promise<AdapterFacts> {
  const { limits, features } = adapter
  const info = (adapter.info as GPUAdapterInfo | undefined) ?? (await (adapter as AskedAdapter).requestAdapterInfo?.())
  const told = [info?.device, info?.description, info?.architecture].filter((text) => text)
  const name = givenName ?? told[0] ?? 'unnamed adapter'
  return {
    name,
    vendor: info?.vendor ?? '',
    driver: info?.description ?? '',
    isSoftware: info?.isFallbackAdapter === true || SOFTWARE.test([name, ...told].join(' ')),
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    workgroupInvocations: Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
    bindingBytes: limits.maxStorageBufferBindingSize,
    bufferBytes: limits.maxBufferSize,
    storageBuffers: limits.maxStorageBuffersPerShaderStage,
    hasSubgroups: features.has('subgroups'),
    subgroupSize: info?.subgroupMinSize ?? 0,
    hasTimestamps: features.has('timestamp-query'),
  }
}
