/**
 * How the kernels outside the recurrence are written: what one reads and does enters, the kernel leaves, with a uniform that says how
 * large the work is and where each replica's values stand in each buffer. Sums go in a fixed order that depends on sizes alone, so that
 * a device gives the same bits each time, whichever replicas a dispatch is for.
 */
import { declareBindings, declareUniform, type Kernel, type UniformFields } from './kernel.ts'

/** What WebGPU allows in each dimension of a dispatch. */
const MAX_WORKGROUPS = 65_535
/** Invocations of a workgroup where nothing else is said: the most that every adapter has. */
export const WORKGROUP_SIZE = 256

export interface KernelBuffer {
  readonly access: 'read' | 'read-write'
  readonly element: 'f32' | 'u32' | 'i32' | 'vec4f'
  /** Stands in what is bound for the buffer of this name; unless said it has a binding of its own. */
  readonly within?: string
}

/** Where a replica's values begin in a buffer: at `offset + replica * stride`, in elements. Stride 0: all replicas share them. */
export interface ReplicaPlace {
  readonly offset: number
  readonly stride: number
}

/** A kernel whose uniform has `Field`s and, for each `Buffer`, `bufferOffset` and `bufferStride`. */
export interface ReplicaKernel<Field extends string, Buffer extends string> extends Kernel {
  readonly buffers: readonly Buffer[]
  /** Those with a binding of their own, in the order of the bindings, which begin after the uniform. */
  readonly boundBuffers: readonly Buffer[]
  /** Workgroups in x and y; those in z are the replicas. */
  readonly workgroups: (values: Readonly<Record<Field, number>>) => Workgroups
}

export type Workgroups = readonly [x: number, y: number]

export interface ReplicaKernelText<Field extends string, Buffer extends string> {
  readonly name: string
  readonly fields: Readonly<Record<Field, 'u32' | 'f32'>>
  /** Those that this kernel has of all that its kind can have. */
  readonly buffers: Readonly<Partial<Record<Buffer, KernelBuffer>>>
  /** WORKGROUP_SIZE unless said. */
  readonly workgroupSize?: number
  /** Needs the feature `subgroups`. */
  readonly subgroups?: boolean
  /** Workgroup memory, constants and functions. */
  readonly declarations?: string
  /** Knows `call` (the uniform), `replica`, `group` and `groups` (vec3u), `lane` in the workgroup, and `BUFFER_base` of every buffer. */
  readonly body: string
  readonly workgroups: (values: Readonly<Record<Field, number>>) => Workgroups
}

export function replicaKernel<Field extends string, Buffer extends string>(
  text: ReplicaKernelText<Field, Buffer>,
): ReplicaKernel<Field, Buffer> {
  const buffers = entriesOf(text.buffers)
  const bound = buffers.filter(([, { within }]) => within === undefined)
  const places = buffers.flatMap(([name]) => [`${name}Offset`, `${name}Stride`])
  const fields: UniformFields = {
    ...text.fields,
    ...Object.fromEntries(places.map((place) => [place, 'u32' as const])),
  }
  const bindings = [
    { name: 'call', kind: 'uniform' as const },
    ...bound.map(([name, { access }]) => ({ name, kind: access })),
  ]
  const elements = Object.fromEntries(bound.map(([name, { element }]) => [name, element]))
  const code = [
    ...(text.subgroups ? ['enable subgroups;'] : []),
    declareUniform(fields),
    declareBindings(bindings, elements),
    ...(text.declarations === undefined ? [] : [text.declarations]),
    `@compute @workgroup_size(${text.workgroupSize ?? WORKGROUP_SIZE})`,
    'fn main(',
    '  @builtin(workgroup_id) group: vec3u,',
    '  @builtin(num_workgroups) groups: vec3u,',
    '  @builtin(local_invocation_index) lane: u32,',
    ') {',
    '  let replica = replicaAt(group.z);',
    ...buffers.map(([name]) => `  let ${name}_base = call.${name}Offset + replica * call.${name}Stride;`),
    indent(text.body),
    '}\n',
  ].join('\n')
  return {
    name: text.name,
    code,
    bindings,
    fields,
    subgroups: text.subgroups ?? false,
    buffers: buffers.map(([name]) => name),
    boundBuffers: bound.map(([name]) => name),
    workgroups: text.workgroups,
  }
}

/** The values of a replica kernel's uniform, as `uniformBytes` takes them. */
export function uniformValues<Field extends string, Buffer extends string>(
  { buffers }: ReplicaKernel<Field, Buffer>,
  values: Readonly<Record<Field, number>>,
  places: Readonly<Partial<Record<Buffer, ReplicaPlace>>>,
): Readonly<Record<string, number>> {
  const all: Record<string, number> = { ...values }
  for (const buffer of buffers) {
    const place = places[buffer]
    if (!place) throw new TypeError(`the kernel reads ${buffer}: say where it begins`)
    all[`${buffer}Offset`] = place.offset
    all[`${buffer}Stride`] = place.stride
  }
  return all
}

/** A loop over elements `e` under `count`, shared by all workgroups of a replica: any count fits into one dispatch. */
export const overElements = (count: string, body: string): string =>
  [
    `for (var e = group.x * ${WORKGROUP_SIZE}u + lane; e < ${count}; e += groups.x * ${WORKGROUP_SIZE}u) {`,
    indent(body),
    '}',
  ].join('\n')

/** Workgroups for a loop over `count` elements. */
export const elementWorkgroups = (count: number): Workgroups => [workgroupsOf(Math.ceil(count / WORKGROUP_SIZE)), 1]

/** Workgroups in a dimension where each takes more than one piece when there are more pieces than a dispatch has workgroups. */
export const workgroupsOf = (pieces: number): number => Math.min(Math.max(pieces, 1), MAX_WORKGROUPS)

export const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ')

/** Object.entries with the keys' own type. */
function entriesOf<Key extends string, Value>(record: Readonly<Partial<Record<Key, Value>>>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][]
}
