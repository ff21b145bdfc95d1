/** Kernels compiled, each text once, and what is bound to them, each set of buffers once. */
import type { BufferPool, DeviceBuffer } from './buffer-pool.ts'
import { COMPUTE_STAGE } from './usage.ts'
import type { Kernel } from './wgsl/kernel.ts'

export interface CompiledKernel {
  readonly kernel: Kernel
  readonly pipeline: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
  /** By the buffers' ids. */
  readonly bindGroups: Map<string, GPUBindGroup>
  /** How fast its loop over time is, by the sizes that it runs for. */
  readonly stepRates: Map<string, StepRate>
}

export interface StepRate {
  msPerStep: number
  timedPieces: number
}

export class Pipelines {
  readonly #device: GPUDevice
  readonly #compiled = new Map<string, CompiledKernel>()

  constructor(device: GPUDevice) {
    this.#device = device
  }

  /** How many different kernels there are. */
  get count(): number {
    return this.#compiled.size
  }

  /** The kernel of this text, which a fault of the device may still refuse: the next read tells. */
  get(kernel: Kernel): CompiledKernel {
    const known = this.#compiled.get(kernel.code)
    if (known) return known
    const layout = this.#device.createBindGroupLayout({
      entries: kernel.bindings.map(({ kind }, binding) => ({
        binding,
        visibility: COMPUTE_STAGE,
        buffer:
          kind === 'uniform'
            ? { type: 'uniform', hasDynamicOffset: true }
            : { type: kind === 'read' ? 'read-only-storage' : 'storage' },
      })),
    })
    const pipeline = this.#device.createComputePipeline({
      label: kernel.name,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: {
        module: this.#device.createShaderModule({ label: kernel.name, code: kernel.code }),
        entryPoint: 'main',
      },
    })
    const compiled = {
      kernel,
      pipeline,
      layout,
      bindGroups: new Map<string, GPUBindGroup>(),
      stepRates: new Map<string, StepRate>(),
    }
    this.#compiled.set(kernel.code, compiled)
    return compiled
  }

  /** @param uniforms what the uniform's binding looks into, so many bytes from the offset that a dispatch says */
  bind(
    { kernel, layout, bindGroups }: CompiledKernel,
    uniforms: { readonly buffer: GPUBuffer; readonly size: number },
    buffers: readonly DeviceBuffer[],
  ): GPUBindGroup {
    const key = buffers.map(({ id }) => id).join()
    const known = bindGroups.get(key)
    if (known) return known
    const storage = buffers.values()
    const group = this.#device.createBindGroup({
      layout,
      entries: kernel.bindings.map(({ kind }, binding) => ({
        binding,
        resource: kind === 'uniform' ? uniforms : { buffer: storage.next().value!.gpu },
      })),
    })
    bindGroups.set(key, group)
    return group
  }

  /** Forgets what is bound to buffers that are destroyed. */
  follow(pool: BufferPool): void {
    pool.onDestroy(({ id }) => {
      for (const { bindGroups } of this.#compiled.values())
        for (const key of bindGroups.keys()) if (key.split(',').includes(`${id}`)) bindGroups.delete(key)
    })
  }
}
