/**
 * Texts of parts' recurrences -> kernels: one part alone, or several beside each other in one dispatch, each in its own workgroups. A device that
 * puts a barrier between dispatches that write does them one after the other: so the parts of a layer go together.
 */
import { functionsText, type WgslFunctionName } from './functions.ts'
import type { RecurrenceShape } from './recurrence-shapes.ts'
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

/** What a member of several has for itself, by its number: fields (`first_0`) and buffers (`states_0`). */
export type MemberName<Name extends string> = `${Name}_${number}`

/** Of one part alone; dispatched for `batch` series. */
export function recurrenceKernel<Field extends string, Buffer extends string>(
  text: RecurrenceText<Field | 'batch', Buffer>,
  name: string,
): ReplicaKernel<Field | 'batch', Buffer> {
  const { shape, fields, buffers, body } = text
  return replicaKernel<Field | 'batch', Buffer>({
    name,
    fields: fieldsOf(fields),
    buffers,
    ...shared([text]),
    body,
    workgroups: ({ batch }) => [Math.ceil(batch / shape.rows), 1],
  })
}

/**
 * Of several parts. Member m's fields and buffers have its number (`first_0`, `states_0`), but for buffers that are the same for all. A member that has
 * nothing to do has `first` equal to `last`.
 *
 * @param texts see `canGoBeside`
 * @param common buffers that all members read or write, each in its own columns
 */
export function recurrencesBeside<Field extends string, Buffer extends string>(
  texts: readonly RecurrenceText<Field | 'batch', Buffer>[],
  common: ReadonlySet<Buffer>,
  name: string,
): ReplicaKernel<MemberName<Field | 'batch'>, Buffer | MemberName<Buffer>> {
  const nameOf = (buffer: Buffer, member: number): Buffer | MemberName<Buffer> =>
    common.has(buffer) ? buffer : `${buffer}_${member}`
  const buffersOf = ({ buffers }: (typeof texts)[number]): [Buffer, KernelBuffer][] =>
    Object.entries(buffers) as [Buffer, KernelBuffer][]
  const branches = texts.map((text, member) => {
    const renamed = buffersOf(text).reduce(
      (body, [buffer]) => body.replaceAll(new RegExp(`\\b${buffer}(?=\\[|_base\\b)`, 'g'), nameOf(buffer, member)),
      text.body.replaceAll(/\bcall\.(\w+)/g, `call.$1_${member}`),
    )
    return `if (group.y == ${member}u) {\n${indent(renamed)}\n}`
  })
  return replicaKernel<MemberName<Field | 'batch'>, Buffer | MemberName<Buffer>>({
    name,
    fields: fieldsOf(
      texts.flatMap(({ fields }, member) => fields.map((field): MemberName<Field | 'batch'> => `${field}_${member}`)),
    ),
    buffers: Object.fromEntries(
      texts.flatMap((text, member) => buffersOf(text).map(([buffer, its]) => [nameOf(buffer, member), its])),
    ) as Partial<Record<Buffer | MemberName<Buffer>, KernelBuffer>>,
    ...shared(texts),
    body: branches.join(' else '),
    workgroups: (values) => {
      const batches = texts.map((_, member) => (values as Readonly<Record<string, number>>)[`batch_${member}`]!)
      return [Math.ceil(Math.max(...batches) / texts[0]!.shape.rows), texts.length]
    },
  })
}

/** Whether one kernel can be made of these: workgroups of one size, and no more buffers than a kernel may have. */
export function canGoBeside<Field extends string, Buffer extends string>(
  texts: readonly RecurrenceText<Field, Buffer>[],
  common: ReadonlySet<Buffer>,
  mostBuffers: number,
): boolean {
  const [{ shape }] = texts as readonly [RecurrenceText<Field, Buffer>]
  const names = texts.flatMap((text, member) =>
    (Object.keys(text.buffers) as Buffer[]).map((buffer) => (common.has(buffer) ? buffer : `${buffer} ${member}`)),
  )
  return (
    new Set(names).size <= mostBuffers &&
    texts.every(
      (text) =>
        text.shape.rows === shape.rows &&
        text.shape.invocations === shape.invocations &&
        needsSubgroups(text.shape) === needsSubgroups(shape),
    )
  )
}

const needsSubgroups = ({ subgroups, slices }: RecurrenceShape): boolean => subgroups && slices > 1

/** What a kernel of these has once. */
function shared(texts: readonly RecurrenceText<string, string>[]): {
  workgroupSize: number
  subgroups: boolean
  declarations: string
} {
  const [{ shape }] = [texts[0]!]
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

const fieldsOf = <Field extends string>(names: readonly Field[]): Record<Field, 'u32'> =>
  Object.fromEntries(names.map((name) => [name, 'u32'])) as Record<Field, 'u32'>
