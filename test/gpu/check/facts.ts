/** What there is to know of an adapter before an engine runs on it: its name, limits and features, and how fast it answers, copies and multiplies. */
import { median } from '../../../shared/attractors/convergence.ts'
import { describeAdapter } from '../../../shared/backends/webgpu/device.ts'
import { add } from '../../../shared/backends/webgpu/wgsl/elementwise.ts'
import { uniformBytes } from '../../../shared/backends/webgpu/wgsl/kernel.ts'
import {
  uniformValues,
  type ReplicaKernel,
  type ReplicaPlace,
} from '../../../shared/backends/webgpu/wgsl/replica-kernel.ts'
import { rowsProduct } from '../../../shared/backends/webgpu/wgsl/rows-product.ts'
import { BufferUsage, MAP_READ } from '../../../shared/backends/webgpu/usage.ts'
import { openDawn } from '../../../main/engine/webgpu/dawn.ts'
import type { Section, SectionContext } from './section.ts'

const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
  'maxUniformBufferBindingSize',
] as const

const REPEATS = 20
const DEPENDENT_DISPATCHES = 1000
const FLOAT_BYTES = 4
/** Rows, columns and depth of the input products of a layer of 256 GRU units, T = 200, B = 32. */
const LAYER_PRODUCT = { rows: 6400, columns: 768, depth: 256 }
const SHARED: ReplicaPlace = { offset: 0, stride: 0 }

export const factsSection: Section = {
  name: 'facts',
  limitSeconds: 15,
  run: async (context) => {
    const adapter = await (await openDawn()).requestAdapter({ powerPreference: 'high-performance' })
    if (adapter === null) throw new Error('Vulkan offers no adapter.')
    const facts = await describeAdapter(adapter)
    const limits = Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]]))
    const features = [...adapter.features].sort()
    context.report.add(`${facts.name}: ${features.join(' ')}\n${JSON.stringify(limits)}`, {
      ...facts,
      features,
      limits,
    })
    const device = await adapter.requestDevice({
      requiredLimits: {
        maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
        maxBufferSize: adapter.limits.maxBufferSize,
      },
    })
    const bench = new DeviceBench(device)
    await measure(bench, context)
    device.destroy()
  },
}

async function measure(bench: DeviceBench, { report, scale }: SectionContext): Promise<void> {
  const answerMs = await bench.answerMs()
  report.add(`submit to mapped: ${answerMs.toFixed(3)} ms`, { what: 'submit to mapped', ms: answerMs })

  const small = bench.buffer(1)
  const few = await bench.dispatchMs(
    add(),
    { count: 1 },
    { source: bench.buffer(1), result: small },
    DEPENDENT_DISPATCHES,
  )
  report.add(`dependent dispatch: ${(1000 * few).toFixed(2)} µs`, { what: 'dependent dispatch', ms: few })

  const count = scale.copiedFloats
  const copyMs = await bench.dispatchMs(
    add(),
    { count },
    { source: bench.buffer(count), result: bench.buffer(count) },
    REPEATS,
  )
  const gigabytesPerSecond = (3 * FLOAT_BYTES * count) / copyMs / 1e6
  report.add(`memory: ${gigabytesPerSecond.toFixed(0)} GB/s read and written`, { what: 'memory', gigabytesPerSecond })

  const side = scale.productSide
  for (const { rows, columns, depth } of [
    ...(side > LAYER_PRODUCT.depth ? [LAYER_PRODUCT] : []),
    { rows: side, columns: side, depth: side },
  ]) {
    const kernel = rowsProduct({
      ...{ name: 'product', depth, columns, leftRow: depth, resultRow: columns },
      ...{ accumulates: false, isMasked: false },
    })
    const buffers = {
      left: bench.buffer(rows * depth),
      right: bench.buffer(depth * columns),
      result: bench.buffer(rows * columns),
    }
    const ms = await bench.dispatchMs(kernel, { rows }, buffers, REPEATS)
    const teraflops = (2 * rows * columns * depth) / ms / 1e9
    report.add(`product ${rows} x ${columns} x ${depth}: ${ms.toFixed(3)} ms, ${teraflops.toFixed(1)} TFLOP/s`, {
      ...{ what: 'product', rows, columns, depth, ms, teraflops },
    })
  }
}

/** Times of plain dispatches on the host's clock, many in one submission: timestamps are coarse on some adapters. */
class DeviceBench {
  readonly #device: GPUDevice

  constructor(device: GPUDevice) {
    this.#device = device
  }

  buffer(floats: number): GPUBuffer {
    const usage = BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST
    return this.#device.createBuffer({ size: floats * FLOAT_BYTES, usage })
  }

  /** From a submission to what it wrote being readable. */
  async answerMs(): Promise<number> {
    const device = this.#device
    const source = this.buffer(1)
    const target = device.createBuffer({ size: FLOAT_BYTES, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST })
    const times: number[] = []
    for (let i = 0; i < REPEATS; i++) {
      const start = performance.now()
      const encoder = device.createCommandEncoder()
      encoder.copyBufferToBuffer(source, 0, target, 0, FLOAT_BYTES)
      device.queue.submit([encoder.finish()])
      await target.mapAsync(MAP_READ)
      target.unmap()
      times.push(performance.now() - start)
    }
    return median(Float64Array.from(times))!
  }

  /** Of one dispatch among `count` that follow one another. */
  async dispatchMs<Field extends string, Buffer extends string>(
    kernel: ReplicaKernel<Field, Buffer>,
    values: Readonly<Record<Field, number>>,
    buffers: Readonly<Partial<Record<Buffer, GPUBuffer>>>,
    count: number,
  ): Promise<number> {
    const device = this.#device
    const pipeline = await device.createComputePipelineAsync({
      layout: 'auto',
      compute: { module: device.createShaderModule({ code: kernel.code }), entryPoint: 'main' },
    })
    const places = Object.fromEntries(kernel.buffers.map((name) => [name, SHARED])) as Record<Buffer, ReplicaPlace>
    const bytes = uniformBytes(kernel.fields, uniformValues(kernel, values, places), [0])
    const uniform = device.createBuffer({ size: bytes.byteLength, usage: BufferUsage.UNIFORM | BufferUsage.COPY_DST })
    device.queue.writeBuffer(uniform, 0, bytes as Uint8Array<ArrayBuffer>)
    const group = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [uniform, ...kernel.boundBuffers.map((name) => buffers[name]!)].map((buffer, binding) => ({
        binding,
        resource: { buffer },
      })),
    })
    const submit = async (dispatches: number): Promise<number> => {
      const start = performance.now()
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, group)
      for (let i = 0; i < dispatches; i++) pass.dispatchWorkgroups(...kernel.workgroups(values), 1)
      pass.end()
      device.queue.submit([encoder.finish()])
      await device.queue.onSubmittedWorkDone()
      return performance.now() - start
    }
    await submit(1) // compiles
    return (await submit(count)) / count
  }
}
