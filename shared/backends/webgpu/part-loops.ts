/**
 * Loops over time of several parts, none of which waits for another: beside each other in as few dispatches as the device can, the others one after the
 * other. A device does one dispatch that writes after the other, and one part's few series leave most of it idle.
 */
import type { StepRange } from './command-queue.ts'
import type { Launcher } from './launcher.ts'
import type { Piece } from './replica-blocks.ts'
import {
  canGoBeside,
  memberName,
  recurrenceKernel,
  type BufferIdentity,
  type RecurrenceText,
} from './wgsl/recurrence-kernel.ts'
import type { ReplicaKernel } from './wgsl/replica-kernel.ts'

/** One way of a part's steps, before it is a kernel. */
export interface PartLoop<Field extends string = string, Buffer extends string = string> {
  /** Tells texts apart. */
  readonly key: string
  readonly name: string
  readonly text: RecurrenceText<Field | 'batch', Buffer>
}

/** A part's loop over these steps, with what it is told and sees. */
export interface LoopCall<Field extends string = string, Buffer extends string = string> {
  readonly loop: PartLoop<Field, Buffer>
  readonly steps: StepRange
  /** For some of the steps, or for none. */
  readonly valuesOf: (range: StepRange) => Readonly<Record<Field | 'batch', number>>
  readonly pieces: Readonly<Partial<Record<Buffer, Piece>>>
}

export interface LoopSize {
  readonly batch: number
  readonly isBackward: boolean
}

/** Calls that share a kernel. */
interface Group {
  /** Places in the list of all. */
  readonly members: readonly number[]
  readonly kernel: ReplicaKernel<string, string>
}

export class PartLoops {
  readonly #launcher: Launcher
  /** By the loops, and which of their buffers are one. */
  readonly #groups = new Map<string, readonly Group[]>()

  constructor(launcher: Launcher) {
    this.#launcher = launcher
  }

  async run(calls: readonly LoopCall[], size: LoopSize, replicas: readonly number[]): Promise<void> {
    for (const { members, kernel } of this.#groupsOf(calls)) {
      const group = members.map((member) => calls[member]!)
      const steps = Math.max(...group.map(({ steps: { first, last } }) => last - first))
      const valuesOf = (range: StepRange): Record<string, number> =>
        numbered(group.map((call) => call.valuesOf(stepsWithin(call.steps, range))))
      await this.#launcher.loop(
        kernel,
        { ...size, steps },
        valuesOf,
        numbered(group.map(({ pieces }) => pieces)),
        replicas,
      )
    }
  }

  #groupsOf(calls: readonly LoopCall[]): readonly Group[] {
    const key = `${calls.map(({ loop }) => loop.key).join()} ${sharing(calls)}`
    const groups = this.#groups.get(key) ?? groupCalls(calls, this.#launcher.device.facts.storageBuffers)
    this.#groups.set(key, groups)
    return groups
  }
}

/** Each call goes with the first ones that it can go beside. */
function groupCalls(calls: readonly LoopCall[], storageBuffers: number): readonly Group[] {
  const textsOf = (members: readonly number[]): RecurrenceText<string, string>[] =>
    members.map((member) => calls[member]!.loop.text)
  const identityIn =
    (members: readonly number[]): BufferIdentity =>
    (place, buffer) =>
      bufferId(calls[members[place]!]!, buffer)
  const groups: (readonly number[])[] = []
  calls.forEach((_, member) => {
    const place = groups.findIndex((others) => {
      const all = [...others, member]
      return canGoBeside(textsOf(all), storageBuffers, identityIn(all))
    })
    if (place < 0) groups.push([member])
    else groups[place] = [...groups[place]!, member]
  })
  return groups.map((members) => {
    const name = members.map((member) => calls[member]!.loop.name).join(' beside ')
    return { members, kernel: recurrenceKernel(textsOf(members), name, identityIn(members)) }
  })
}

/** @throws TypeError where nobody has said where the buffer stands */
function bufferId({ loop, pieces }: LoopCall, buffer: string): number {
  const piece = pieces[buffer]
  if (piece === undefined) throw new TypeError(`${loop.name} reads ${buffer}: say where it stands`)
  return piece.block.buffer.id
}

/** Which buffers of the calls are one, as a text: the same for calls that share in the same way, whichever buffers they are. */
function sharing(calls: readonly LoopCall[]): string {
  const places = new Map<number, number>()
  return calls
    .flatMap((call) =>
      Object.keys(call.loop.text.buffers).map((buffer) => {
        const id = bufferId(call, buffer)
        if (!places.has(id)) places.set(id, places.size)
        return places.get(id)
      }),
    )
    .join()
}

/** Some of a loop's steps, counted from its first one; a shorter loop than others has none of the last ones. */
function stepsWithin({ first, last }: StepRange, range: StepRange): StepRange {
  return { first: Math.min(first + range.first, last), last: Math.min(first + range.last, last) }
}

/** Each member's entries by the names that the kernel of all has for them. */
function numbered<Entry>(members: readonly Readonly<Partial<Record<string, Entry>>>[]): Record<string, Entry> {
  return Object.fromEntries(
    members.flatMap((entries, member) =>
      Object.entries(entries).map(
        ([name, entry]) => [memberName(name, member, members.length), entry as Entry] as const,
      ),
    ),
  )
}
