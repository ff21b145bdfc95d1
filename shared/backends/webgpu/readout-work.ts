/** The readout of replicas that run side by side: hidden rows and batches enter, losses and adjoints leave, gradients are added to. */
import type { SeriesBatch } from '../../datasets/dataset.ts'
import { lossCount } from '../programs/readout.ts'
import type { JobEntry } from './jobs.ts'
import type { RunContext } from './part-run.ts'
import { takeBlock, uploadBlock, type ReplicaBlock } from './replica-blocks.ts'
import { addRowSums } from './row-sums.ts'
import { addPartials } from './wgsl/add-partials.ts'
import { columnSums } from './wgsl/column-sums.ts'
import { outerProduct } from './wgsl/outer-product.ts'
import { readOut, readOutBackward, SLOT_LOSS_FLOATS } from './wgsl/readout.ts'
import { sumSlots } from './wgsl/sum-slots.ts'

/** What a readout leaves, for all replicas of the group. */
export interface ReadoutBlocks {
  /** Words: the loss's sum, and the number of correct classes. */
  readonly totals: ReplicaBlock
  /** [K, B, O] */
  readonly outputs: ReplicaBlock
  /** Of the batch, for the way back. */
  readonly steps: ReplicaBlock
  readonly targets: ReplicaBlock
}

export interface ReadoutRequest {
  readonly hidden: ReplicaBlock
  readonly batch: SeriesBatch
}

export class ReadoutWork {
  readonly #context: RunContext
  readonly #outputSize: number
  readonly #width: number
  readonly #weightStart: number
  readonly #kernels

  constructor(context: RunContext) {
    const { network, ranges } = context.kernels
    const width = network.wiredLayers.at(-1)!.outputSize
    const { outputSize, loss } = network
    const [weight, bias] = ranges.slice(-2)
    this.#context = context
    this.#outputSize = outputSize
    this.#width = width
    this.#weightStart = weight!.start
    const use = [{ offset: 0, isTransposed: false }]
    this.#kernels = {
      forward: readOut({ width, outputSize, loss }),
      totals: sumSlots(SLOT_LOSS_FLOATS),
      backward: readOutBackward({ width, outputSize, loss }),
      weights: {
        sum: outerProduct({
          name: 'readout weight gradients',
          adjointColumns: outputSize,
          operandColumns: width,
          adjointRow: outputSize,
          operandRow: width,
          isMasked: false,
        }),
        add: addPartials({
          name: 'readout weight gradients, added',
          parameters: [{ start: weight!.start, rows: outputSize, columns: width, uses: use }],
          splitFloats: outputSize * width,
        }),
        splitFloats: outputSize * width,
      },
      bias: {
        sum: columnSums({
          name: 'readout bias gradients',
          columns: outputSize,
          sourceRow: outputSize,
          isMasked: false,
        }),
        add: addPartials({
          name: 'readout bias gradients, added',
          parameters: [{ start: bias!.start, rows: 1, columns: outputSize, uses: use }],
          splitFloats: outputSize,
        }),
        splitFloats: outputSize,
      },
    }
  }

  /** @param entries their hidden rows in one block */
  forward(entries: readonly JobEntry<ReadoutRequest>[]): ReadoutBlocks {
    const { launcher, store } = this.#context
    const { device } = launcher
    const replicas = entries.map(({ replica }) => replica)
    const [{ request }] = entries as readonly [JobEntry<ReadoutRequest>]
    const slots = request.batch.targetSteps.length
    const steps = uploadBlock(device, entries, ({ request: { batch } }) => batch.targetSteps)
    const targets = uploadBlock(device, entries, ({ request: { batch } }) => batch.targets)
    const outputs = takeBlock(device, replicas, slots * this.#outputSize)
    const losses = takeBlock(device, replicas, slots * SLOT_LOSS_FLOATS)
    const totals = takeBlock(device, replicas, SLOT_LOSS_FLOATS)
    launcher.run(
      this.#kernels.forward,
      { slots },
      {
        hidden: { block: request.hidden },
        readout: { block: store.blocks.parameters, start: this.#weightStart },
        steps: { block: steps },
        targets: { block: targets },
        outputs: { block: outputs },
        losses: { block: losses },
      },
      replicas,
    )
    launcher.run(this.#kernels.totals, { slots }, { source: { block: losses }, result: { block: totals } }, replicas)
    device.buffers.giveBack(losses.buffer)
    return { totals, outputs, steps, targets }
  }

  /** @returns the adjoint of the hidden rows */
  backward(entries: readonly JobEntry<ReadoutRequest>[], readout: ReadoutBlocks): ReplicaBlock {
    const { launcher, store, kernels } = this.#context
    const { device } = launcher
    const replicas = entries.map(({ replica }) => replica)
    const [{ request }] = entries as readonly [JobEntry<ReadoutRequest>]
    const rows = request.batch.targetSteps.length
    const scale = uploadBlock(device, entries, ({ request: { batch } }) =>
      Float32Array.of(1 / lossCount(batch, kernels.network)),
    )
    const outputAdjoints = takeBlock(device, replicas, rows * this.#outputSize)
    const hiddenAdjoints = takeBlock(device, replicas, rows * this.#width)
    launcher.run(
      this.#kernels.backward,
      { slots: rows },
      {
        readout: { block: store.blocks.parameters, start: this.#weightStart },
        steps: { block: readout.steps },
        targets: { block: readout.targets },
        outputs: { block: readout.outputs },
        scale: { block: scale },
        outputAdjoints: { block: outputAdjoints },
        hiddenAdjoints: { block: hiddenAdjoints },
      },
      replicas,
    )
    const adjoint = { block: outputAdjoints }
    const { weights, bias } = this.#kernels
    addRowSums(this.#context, weights, rows, { adjoint, operand: { block: request.hidden } }, replicas)
    addRowSums(this.#context, bias, rows, { source: adjoint }, replicas)
    for (const { buffer } of [scale, outputAdjoints]) device.buffers.giveBack(buffer)
    return hiddenAdjoints
  }
}
