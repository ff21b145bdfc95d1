/**
 * Texts of parts' recurrences -> kernels: one part alone, or several beside each other in one dispatch, each in its own workgroups. A device that
 * puts a barrier between dispatches that write does them one after the other: so the parts of a layer, and layers that are apart in time, go together.
 */
import { functionsText, type WgslFunctionName } from './functions.ts'
import type { RecurrenceShape } from './recurrence-plan.ts'
import { indent, replicaKernel, type KernelBuffer, type ReplicaKernel } from './replica-kernel.ts'
import type { WorkgroupMemory } from './step-writer.ts'

/** One way of a part, before it is a kernel. */
export interface RecurrenceText<Field extends string, Buffer extends string> {
  readonly shape: RecurrenceShape
  readonly fields: readonly Field[]
  readonly buffers: Readonly<Partial<Record<Buffer, KernelBuffer>>>
  readonly functions: ReadonlySet<WgslFunctionName>
  readonly memory: WorkgroupMemory
  /** As that of a replica kernel; reads fields as `call.FIELD`. */
  readonly body: string
}

/** How a kernel calls a member's field or buffer: by its number (`first_0`, `states_0`) where there are several members. */
export const memberName = (name: string, member: number, members: number): string =>
  members === 1 ? name : `${name}_${member}`

/** Tells which of the members' buffers are one on the device: it says the same of these alone. */
export type BufferIdentity = (member: number, buffer: string) => string | number

const allApart: BufferIdentity = (member, buffer) => `${buffer} ${member}`

/**
 * Of one part or several; dispatched for the series of the member that has the most. Buffers that are one on the device are bound once: few can be bound,
 * and none twice where one writes. A member that has nothing to do has `first` equal to `last`.
 *
 * @param texts see `canGoBeside`
 */
export function recurrenceKernel<Field extends string, Buffer extends string>(
  texts: readonly RecurrenceText<Field | 'batch', Buffer>[],
  name: string,
  identityOf: BufferIdentity = allApart,
): ReplicaKernel<string, string> {
  const buffers = memberBuffers(texts, identityOf)
  const nameOf = (own: string, member: number): string => memberName(own, member, texts.length)
  const bodies = texts.map((text, member) =>
    Object.keys(text.buffers).reduce(
      (body, buffer) => {
        const own = nameOf(buffer, member)
        return body
          .replaceAll(new RegExp(`\\b${buffer}(?=\\[)`, 'g'), buffers.get(own)!.within ?? own)
          .replaceAll(new RegExp(`\\b${buffer}_base\\b`, 'g'), `${own}_base`)
      },
      text.body.replaceAll(/\bcall\.(\w+)/g, (_, field: string) => `call.${nameOf(field, member)}`),
    ),
  )
  return replicaKernel<string, string>({
    name,
    fields: Object.fromEntries(
      texts.flatMap(({ fields }, member) => fields.map((field) => [nameOf(field, member), 'u32' as const])),
    ),
    buffers: Object.fromEntries(buffers),
    ...shared(texts),
    body:
      bodies.length === 1
        ? bodies[0]!
        : bodies.map((body, member) => `if (group.y == ${member}u) {\n${indent(body)}\n}`).join(' else '),
    workgroups: (values) => {
      const counts = texts.map(({ shape }, member) => Math.ceil(values[nameOf('batch', member)]! / shape.rows))
      return [Math.max(...counts), texts.length]
    },
  })
}

/** Whether one kernel can be made of these: workgroups of one size, and no more buffers than a kernel may bind. */
export function canGoBeside(
  texts: readonly RecurrenceText<string, string>[],
  mostBuffers: number,
  identityOf: BufferIdentity = allApart,
): boolean {
  const { shape } = texts[0]!
  const bound = [...memberBuffers(texts, identityOf).values()].filter(({ within }) => within === undefined)
  return (
    bound.length <= mostBuffers &&
    texts.every(
      (text) => text.shape.invocations === shape.invocations && needsSubgroups(text.shape) === needsSubgroups(shape),
    )
  )
}

/** All buffers of all members by their names, those that are bound first. What another stands in is written to where either is. */
function memberBuffers(
  texts: readonly Pick<RecurrenceText<string, string>, 'buffers'>[],
  identityOf: BufferIdentity,
): ReadonlyMap<string, KernelBuffer> {
  const bound = new Map<string, KernelBuffer>()
  const within = new Map<string, KernelBuffer>()
  const firstOf = new Map<string, string>()
  texts.forEach(({ buffers }, member) => {
    for (const [buffer, its] of Object.entries(buffers) as [string, KernelBuffer][]) {
      const name = memberName(buffer, member, texts.length)
      const key = `${identityOf(member, buffer)} as ${its.element}`
      const first = firstOf.get(key)
      if (first === undefined) {
        firstOf.set(key, name)
        bound.set(name, its)
        continue
      }
      within.set(name, { ...its, within: first })
      if (its.access === 'read-write') bound.set(first, { ...bound.get(first)!, access: 'read-write' })
    }
  })
  return new Map([...bound, ...within])
}

const needsSubgroups = ({ subgroups, slices }: RecurrenceShape): boolean => subgroups && slices > 1

/** What a kernel of these has once. */
function shared(texts: readonly RecurrenceText<string, string>[]): {
  workgroupSize: number
  subgroups: boolean
  declarations: string
} {
  const { shape } = texts[0]!
  const most = (memory: keyof WorkgroupMemory): number => Math.max(...texts.map((text) => text.memory[memory]))
  const memories = (['exchange', 'scratch'] as const).filter((memory) => most(memory) > 0)
  return {
    workgroupSize: shape.invocations,
    subgroups: needsSubgroups(shape),
    declarations: [
      ...memories.map((memory) => `var<workgroup> ${memory}: array<vec4f, ${most(memory)}>;`),
      functionsText(texts.flatMap(({ functions }) => [...functions])),
    ].join('\n'),
  }
}
