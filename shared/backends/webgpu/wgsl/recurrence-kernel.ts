/**
 * Texts of parts' recurrences -> kernels: one part alone, or several beside each other in one dispatch, each in its own workgroups. A device that
 * puts a barrier between dispatches that write would do them one after the other. So the parts of a layer go together, and layers a chunk of
 * steps apart.
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

/** A field of a member of several, or where its values begin in a buffer that members share: elements after the replica's place. */
export type MemberField<Field extends string, Buffer extends string> = `${Field | `${Buffer}Start`}_${number}`

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
 * Of several parts, whose buffers of one name are one buffer. Member m's fields have its number (`first_0`), and `BUFFERStart_0` says where in a replica's
 * place its own values begin. A member that has nothing to do has `first` equal to `last`.
 *
 * @param texts of shapes that agree in all but what registers keep
 */
export function recurrencesBeside<Field extends string, Buffer extends string>(
  texts: readonly RecurrenceText<Field | 'batch', Buffer>[],
  name: string,
): ReplicaKernel<MemberField<Field | 'batch', Buffer>, Buffer> {
  const [{ rows, invocations, subgroups }] = [texts[0]!.shape]
  if (texts.some(({ shape }) => shape.rows !== rows || shape.invocations !== invocations))
    throw new TypeError('parts beside each other have workgroups of one size')
  if (texts.some(({ shape }) => shape.subgroups !== subgroups))
    throw new TypeError('subgroups are for all parts or none')
  const namesOf = (text: (typeof texts)[number]): Buffer[] => Object.keys(text.buffers) as Buffer[]
  const branches = texts.map((text, member) => {
    const starts = namesOf(text).map((buffer) => `let ${buffer}_base = ${buffer}_base + call.${buffer}Start_${member};`)
    const body = text.body.replaceAll(/\bcall\.(\w+)/g, `call.$1_${member}`)
    return `if (group.y == ${member}u) {\n${indent([...starts, body].join('\n'))}\n}`
  })
  return replicaKernel<MemberField<Field | 'batch', Buffer>, Buffer>({
    name,
    fields: fieldsOf(
      texts.flatMap((text, member) =>
        [...text.fields, ...namesOf(text).map((buffer) => `${buffer}Start` as const)].map(
          (field) => `${field}_${member}` as MemberField<Field | 'batch', Buffer>,
        ),
      ),
    ),
    buffers: Object.assign({}, ...texts.map(({ buffers }) => buffers)) as (typeof texts)[number]['buffers'],
    ...shared(texts),
    body: branches.join(' else '),
    workgroups: (values) => {
      const batches = texts.map((_, member) => (values as Record<string, number>)[`batch_${member}`]!)
      return [Math.ceil(Math.max(...batches) / rows), texts.length]
    },
  })
}

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
    subgroups: shape.subgroups && shape.slices > 1,
    declarations: [
      ...memories.map((memory) => `var<workgroup> ${memory}: array<vec4f, ${most(memory)}>;`),
      functionsText(texts.flatMap(({ functions }) => [...functions])),
    ].join('\n'),
  }
}

const fieldsOf = <Field extends string>(names: readonly Field[]): Record<Field, 'u32'> =>
  Object.fromEntries(names.map((name) => [name, 'u32'])) as Record<Field, 'u32'>
