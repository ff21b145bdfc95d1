/**
 * The loops over time of a layer's parts: beside each other in one dispatch where the device can, one after the other elsewhere. A device does one
 * dispatch that writes after the other, and one part's few series leave most of it idle.
 */
import type { StepRange } from './command-queue.ts'
import type { Launcher, Piece } from './launcher.ts'
import { canGoBeside, recurrenceKernel, recurrencesBeside, type RecurrenceText } from './wgsl/recurrence-kernel.ts'
import type { ReplicaKernel } from './wgsl/replica-kernel.ts'

/** One way of a part's steps, before it is a kernel. */
export interface PartLoop<Field extends string = string, Buffer extends string = string> {
  /** Tells texts apart. */
  readonly key: string
  readonly name: string
  readonly text: RecurrenceText<Field | 'batch', Buffer>
}

/** A part's loop with what it is told and sees. */
export interface LoopCall<Field extends string = string, Buffer extends string = string> {
  readonly loop: PartLoop<Field, Buffer>
  readonly valuesOf: (range: StepRange) => Readonly<Record<Field | 'batch', number>>
  readonly pieces: Readonly<Partial<Record<Buffer, Piece>>>
}

export interface LoopSize {
  readonly steps: number
  readonly batch: number
  readonly isBackward: boolean
}

export class PartLoops {
  readonly #launcher: Launcher
  readonly #made = new Map<string, ReplicaKernel<string, string>>()

  constructor(launcher: Launcher) {
    this.#launcher = launcher
  }

  /** @param common buffers that are the same for all parts */
  async run(
    calls: readonly LoopCall[],
    size: LoopSize,
    common: ReadonlySet<string>,
    replicas: readonly number[],
  ): Promise<void> {
    const texts = calls.map(({ loop }) => loop.text)
    const { storageBuffers } = this.#launcher.device.facts
    if (calls.length > 1 && canGoBeside(texts, common, storageBuffers)) {
      const kernel = this.#kernel(calls, (name) => recurrencesBeside(texts, common, name))
      const valuesOf = (range: StepRange): Record<string, number> => numbered(calls.map((call) => call.valuesOf(range)))
      await this.#launcher.loop(
        kernel,
        size,
        valuesOf,
        numbered(
          calls.map(({ pieces }) => pieces),
          common,
        ),
        replicas,
      )
      return
    }
    for (const call of calls) {
      const kernel = this.#kernel([call], (name) => recurrenceKernel(call.loop.text, name))
      await this.#launcher.loop(kernel, size, call.valuesOf, call.pieces, replicas)
    }
  }

  #kernel(
    calls: readonly LoopCall[],
    make: (name: string) => ReplicaKernel<string, string>,
  ): ReplicaKernel<string, string> {
    const key = calls.map(({ loop }) => loop.key).join(' beside ')
    const kernel = this.#made.get(key) ?? make(calls.map(({ loop }) => loop.name).join(' beside '))
    this.#made.set(key, kernel)
    return kernel
  }
}

/** Each member's entries under their numbered names; those of common names as they are. */
function numbered<Entry>(
  members: readonly Readonly<Record<string, Entry>>[],
  common: ReadonlySet<string> = new Set(),
): Record<string, Entry> {
  return Object.fromEntries(
    members.flatMap((entries, member) =>
      Object.entries(entries).map(([name, entry]) => [common.has(name) ? name : `${name}_${member}`, entry] as const),
    ),
  )
}
