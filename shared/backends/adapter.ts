/** What is known of a graphics adapter: facts that kernels are made for, and bounds within which memory is planned. Plain data, which crosses processes. */

export interface AdapterFacts {
  readonly name: string
  readonly vendor: string
  /** With its version, where that is told. */
  readonly driver: string
  readonly isSoftware: boolean
  readonly workgroupBytes: number
  readonly workgroupInvocations: number
  /** The largest buffer that a kernel may see. */
  readonly bindingBytes: number
  readonly bufferBytes: number
  /** That one kernel may see. */
  readonly storageBuffers: number
  readonly hasSubgroups: boolean
  /** Of every subgroup at least; 0 where it is not told. */
  readonly subgroupSize: number
  readonly hasTimestamps: boolean
}

export interface DeviceBounds {
  /** What all buffers together may take. */
  readonly memoryBytes: number
  /** What one buffer may take. */
  readonly blockBytes: number
}

export interface Adapter {
  readonly facts: AdapterFacts
  readonly bounds: DeviceBounds
}
