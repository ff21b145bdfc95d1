/**
 * One dispatch of one kernel on a software adapter: arrays in, what it wrote out. For tests of kernels one by one, at tiny sizes: on
 * SwiftShader unless said, which compiles a kernel ten times as fast as lavapipe.
 */
import { uniformBytes, type Kernel } from '../../shared/backends/webgpu/wgsl/kernel.ts'
import {
  uniformValues,
  type ReplicaKernel,
  type ReplicaPlace,
} from '../../shared/backends/webgpu/wgsl/replica-kernel.ts'
import { openTestGpu, type TestAdapter } from './adapter.ts'

export type KernelArray = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>

/** By the WebGPU specification; a worker or Node has no constants of its own for them. */
const USAGE = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80 }

const devices = new Map<TestAdapter, Promise<GPUDevice>>()
/** By text: a kernel is compiled once a device. */
const pipelines = new WeakMap<GPUDevice, Map<string, GPUComputePipeline>>()

/** The device of a test file, opened once. */
export function testDevice(name: TestAdapter): Promise<GPUDevice> {
  const known = devices.get(name) ?? openDevice(name)
  devices.set(name, known)
  return known
}

async function openDevice(name: TestAdapter): Promise<GPUDevice> {
  const adapter = await (await openTestGpu(name)).requestAdapter()
  if (adapter === null) throw new Error('The software adapter is not there.')
  return adapter.requestDevice({
    requiredFeatures: adapter.features.has('subgroups') ? ['subgroups'] : [],
    // For parts beside each other alone: every other kernel has at most 8.
    requiredLimits: { maxStorageBuffersPerShaderStage: adapter.limits.maxStorageBuffersPerShaderStage },
  })
}

/** Before a test file ends. */
export async function closeTestDevices(): Promise<void> {
  for (const device of devices.values()) (await device).destroy()
  devices.clear()
}

/**
 * @param arrays one for each binding but the uniform, by name
 * @returns those that the kernel may write to, as they stand afterwards
 * @throws with the device's words when the kernel does not compile or does not fit its bindings
 */
export async function runKernel<Written extends string>(
  device: GPUDevice,
  kernel: Kernel,
  uniform: Uint8Array<ArrayBuffer>,
  workgroups: readonly [number, number, number],
  arrays: Readonly<Record<Written, KernelArray>>,
): Promise<Record<Written, KernelArray>> {
  const pipeline = await pipelineOf(kernel, device)
  device.pushErrorScope('validation')
  const filled = (bytes: Uint8Array<ArrayBuffer>, usage: number): GPUBuffer => {
    const buffer = device.createBuffer({ size: bytes.byteLength, usage: usage | USAGE.copyTarget })
    device.queue.writeBuffer(buffer, 0, bytes)
    return buffer
  }
  const buffers = kernel.bindings.map(({ name, kind }) => {
    if (kind === 'uniform') return filled(uniform, USAGE.uniform)
    const array = arrays[name as Written]
    return filled(new Uint8Array(array.buffer), USAGE.storage | USAGE.copySource)
  })
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  pass.setPipeline(pipeline)
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    }),
  )
  pass.dispatchWorkgroups(...workgroups)
  pass.end()
  const copies = kernel.bindings.map(({ kind }, index) => {
    if (kind !== 'read-write') return null
    const copy = device.createBuffer({ size: buffers[index]!.size, usage: USAGE.mapRead | USAGE.copyTarget })
    encoder.copyBufferToBuffer(buffers[index]!, 0, copy, 0, copy.size)
    return copy
  })
  device.queue.submit([encoder.finish()])
  const error = await device.popErrorScope()
  if (error) throw new Error(error.message)
  const results: Record<string, KernelArray> = {}
  for (const [index, copy] of copies.entries()) {
    if (copy === null) continue
    await copy.mapAsync(1)
    const { name } = kernel.bindings[index]!
    const array = arrays[name as Written]
    const bytes = copy.getMappedRange().slice(0)
    results[name] =
      array instanceof Float32Array
        ? new Float32Array(bytes)
        : array instanceof Uint32Array
          ? new Uint32Array(bytes)
          : new Int32Array(bytes)
  }
  for (const buffer of [...buffers, ...copies]) buffer?.destroy()
  return results
}

/** @throws with the device's words when the kernel does not compile */
async function pipelineOf({ name, code }: Kernel, device: GPUDevice): Promise<GPUComputePipeline> {
  const ofDevice = pipelines.get(device) ?? new Map<string, GPUComputePipeline>()
  pipelines.set(device, ofDevice)
  const known = ofDevice.get(code)
  if (known) return known
  const module = device.createShaderModule({ code })
  const { messages } = await module.getCompilationInfo()
  if (messages.length > 0)
    throw new Error(messages.map(({ lineNum, message }) => `${name}, line ${lineNum}: ${message}`).join('\n'))
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } })
  ofDevice.set(code, pipeline)
  return pipeline
}

/** `runKernel` for a kernel of several replicas; arrays come with where a replica's values begin. */
export async function runReplicaKernel<Field extends string, Buffer extends string>(
  kernel: ReplicaKernel<Field, Buffer>,
  values: Readonly<Record<Field, number>>,
  arrays: Readonly<Partial<Record<Buffer, { readonly array: KernelArray; readonly place: ReplicaPlace }>>>,
  replicas: readonly number[],
  adapter: TestAdapter = 'swiftshader',
): Promise<Record<Buffer, KernelArray>> {
  const entries = Object.entries(arrays) as [Buffer, { array: KernelArray; place: ReplicaPlace }][]
  const places = Object.fromEntries(entries.map(([name, { place }]) => [name, place])) as Record<Buffer, ReplicaPlace>
  const uniform = uniformBytes(kernel.fields, uniformValues(kernel, values, places), replicas)
  return runKernel(
    await testDevice(adapter),
    kernel,
    uniform as Uint8Array<ArrayBuffer>,
    [...kernel.workgroups(values), replicas.length],
    Object.fromEntries(entries.map(([name, { array }]) => [name, array])) as Record<Buffer, KernelArray>,
  )
}
