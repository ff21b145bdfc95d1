/** Kernels run for several replicas: what a kernel is told and which pieces of which blocks it sees enter, dispatches leave. */
import type { Dispatch, StepRange } from './command-queue.ts'
import type { ComputeDevice } from './device.ts'
import { placeOf, type Piece } from './replica-blocks.ts'
import { MAX_DISPATCHED_REPLICAS, uniformBytes } from './wgsl/kernel.ts'
import { uniformValues, type ReplicaKernel, type ReplicaPlace } from './wgsl/replica-kernel.ts'

type Pieces<Buffer extends string> = Readonly<Partial<Record<Buffer, Piece>>>
type Values<Field extends string> = Readonly<Record<Field, number>>

export class Launcher {
  readonly device: ComputeDevice

  constructor(device: ComputeDevice) {
    this.device = device
  }

  run<Field extends string, Buffer extends string>(
    kernel: ReplicaKernel<Field, Buffer>,
    values: Values<Field>,
    pieces: Pieces<Buffer>,
    replicas: readonly number[],
  ): void {
    for (const some of listsOf(replicas)) this.device.queue.dispatch(dispatchOf(kernel, values, pieces, some))
  }

  /**
   * A kernel with a loop over time inside, in as many dispatches as it needs.
   * @param valuesOf what it is told for a range of the steps
   */
  async loop<Field extends string, Buffer extends string>(
    kernel: ReplicaKernel<Field, Buffer>,
    loop: { readonly steps: number; readonly batch: number; readonly isBackward: boolean },
    valuesOf: (range: StepRange) => Values<Field>,
    pieces: Pieces<Buffer>,
    replicas: readonly number[],
  ): Promise<void> {
    const { steps, batch, isBackward } = loop
    for (const some of listsOf(replicas))
      await this.device.queue.loop(kernel, `B${batch} R${some.length}`, steps, isBackward, (range) =>
        dispatchOf(kernel, valuesOf(range), pieces, some),
      )
  }
}

/** As many replicas at a time as a dispatch can be for. */
function listsOf(replicas: readonly number[]): (readonly number[])[] {
  const lists: (readonly number[])[] = []
  for (let start = 0; start < replicas.length; start += MAX_DISPATCHED_REPLICAS)
    lists.push(replicas.slice(start, start + MAX_DISPATCHED_REPLICAS))
  return lists
}

function dispatchOf<Field extends string, Buffer extends string>(
  kernel: ReplicaKernel<Field, Buffer>,
  values: Values<Field>,
  pieces: Pieces<Buffer>,
  replicas: readonly number[],
): Dispatch {
  const places = Object.fromEntries(
    kernel.buffers.map((name): [Buffer, ReplicaPlace] => {
      const { block, start, elementWords } = pieceOf(kernel.name, pieces, name)
      return [name, placeOf(block, start, elementWords)]
    }),
  ) as Partial<Record<Buffer, ReplicaPlace>>
  return {
    kernel,
    uniform: uniformBytes(kernel.fields, uniformValues(kernel, values, places), replicas),
    buffers: kernel.boundBuffers.map((name) => pieceOf(kernel.name, pieces, name).block.buffer),
    workgroups: [...kernel.workgroups(values), replicas.length],
  }
}

function pieceOf<Buffer extends string>(kernel: string, pieces: Pieces<Buffer>, name: Buffer): Piece {
  const piece = pieces[name]
  if (piece === undefined) throw new TypeError(`${kernel} reads ${name}: say where it stands`)
  return piece
}
