/** Gradients as sums over rows: rows are split so that the device is busy, the splits' sums are added to the gradients in their order. */
import type { RunContext } from './part-run.ts'
import { takeBlock, type Piece } from './replica-blocks.ts'
import type { ReplicaKernel } from './wgsl/replica-kernel.ts'
import { splitRows } from './wgsl/splits.ts'

/** The kernel that sums each split's rows, and the one that adds splits to the gradients. */
export interface RowSumKernels<Buffer extends string> {
  /** Writes `partials`. */
  readonly sum: ReplicaKernel<'rows' | 'splitRows', Buffer>
  readonly add: ReplicaKernel<'splits', 'partials' | 'gradients'>
  /** Floats of a split's sums. */
  readonly splitFloats: number
}

/** @param pieces what `sum` reads */
export function addRowSums<Buffer extends string>(
  { launcher, store }: RunContext,
  { sum, add, splitFloats }: RowSumKernels<Buffer>,
  rows: number,
  pieces: Readonly<Partial<Record<Buffer, Piece>>>,
  replicas: readonly number[],
): void {
  const split = splitRows(rows, sum.workgroups({ rows, splitRows: rows })[0])
  const partials = { block: takeBlock(launcher.device, replicas, split.count * splitFloats) }
  launcher.run(sum, { rows, splitRows: split.rows }, { ...pieces, partials }, replicas)
  const gradients = { block: store.blocks.gradients }
  launcher.run(add, { splits: split.count }, { partials, gradients }, replicas)
  launcher.device.buffers.giveBack(partials.block.buffer)
}
