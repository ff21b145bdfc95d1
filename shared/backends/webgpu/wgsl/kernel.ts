/**
 * What every kernel has: its text, what is bound to it, and its uniform, which tells sizes and places that may differ from call to call and
 * the replicas that the call is for. Emitters make kernels; the device compiles and runs them.
 */

/** A compute kernel as text, with what is bound to it. */
export interface Kernel {
  readonly name: string
  /** WGSL; its entry point is `main`. */
  readonly code: string
  /** All in group 0; a binding's index is its position. The uniform comes first. */
  readonly bindings: readonly KernelBinding[]
  /** Of the uniform, in order; the list of replicas comes behind them. */
  readonly fields: UniformFields
  /** Needs the feature `subgroups`. */
  readonly subgroups: boolean
}

export interface KernelBinding {
  readonly name: string
  readonly kind: 'uniform' | 'read' | 'read-write'
}

/** What a kernel's uniform tells, by name. */
export type UniformFields = Readonly<Record<string, 'u32' | 'f32'>>

/** Replicas that one dispatch can be for: a workgroup finds its replica at `workgroup_id.z` of the list. */
export const MAX_DISPATCHED_REPLICAS = 64

/** Bindings as WGSL declares them. @param arrays element type of each storage binding, by name; f32 unless said */
export function declareBindings(
  bindings: readonly KernelBinding[],
  arrays: Readonly<Record<string, 'u32' | 'i32' | 'f32' | 'vec4f'>> = {},
): string {
  return bindings
    .map(({ name, kind }, index) => {
      const place = `@group(0) @binding(${index})`
      if (kind === 'uniform') return `${place} var<uniform> ${name}: Uniform;`
      return `${place} var<storage, ${kind === 'read' ? 'read' : 'read_write'}> ${name}: array<${arrays[name] ?? 'f32'}>;`
    })
    .join('\n')
}

/** The struct `Uniform`, and `replicaAt(z)`: the replica that workgroups of this z are for. The uniform's binding is called `call`. */
export function declareUniform(fields: UniformFields): string {
  const members = Object.entries(fields).map(([name, type]) => `  ${name}: ${type},`)
  return `struct Uniform {
${members.join('\n')}
  @align(16) replicas: array<vec4u, ${MAX_DISPATCHED_REPLICAS / 4}>,
}
fn replicaAt(z: u32) -> u32 { return call.replicas[z / 4u][z % 4u]; }`
}

/** A uniform's bytes. */
export function uniformBytes(
  fields: UniformFields,
  values: Readonly<Record<string, number>>,
  replicas: readonly number[],
): Uint8Array {
  if (replicas.length > MAX_DISPATCHED_REPLICAS) throw new RangeError(`more than ${MAX_DISPATCHED_REPLICAS} replicas`)
  const names = Object.keys(fields)
  const listAt = Math.ceil(names.length / 4) * 16
  const view = new DataView(new ArrayBuffer(listAt + MAX_DISPATCHED_REPLICAS * 4))
  names.forEach((name, index) => {
    const value = values[name]
    if (value === undefined) throw new TypeError(`the uniform needs ${name}`)
    if (fields[name] === 'f32') view.setFloat32(index * 4, value, true)
    else view.setUint32(index * 4, value, true)
  })
  replicas.forEach((replica, z) => view.setUint32(listAt + z * 4, replica, true))
  return new Uint8Array(view.buffer)
}
