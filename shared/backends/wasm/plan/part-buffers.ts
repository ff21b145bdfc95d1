/** Where the buffers of a part's run stand: addresses of rows at any step, and how many bytes a buffer takes. */
import type { VectorDim } from '../../../compiler/ir.ts'
import type { Extent, ValueBuffer } from '../../plan/places.ts'
import type { ColumnMask } from '../emit/pointwise.ts'
import type { NamedBuffers } from '../run/memory.ts'
import type { PartWeights } from '../run/part-weights.ts'
import type { PartLayout } from './part-layout.ts'
import type { RowBlock } from './row-blocks.ts'

/** Rows (steps times series of a block) whose input products are made at once: they stay in the second-level cache. */
const BLOCK_ROWS = 256
/** Rows (steps times series) of a segment: its adjoints stay near, its products are large. */
const SEGMENT_ROWS = 256
/** Segments whose buffers are alive at once: threads may be one apart. */
const SEGMENTS_ALIVE = 2

/** The constant or varying input of a run. */
export interface RunInput {
  readonly address: number
  readonly rowBytes: number
  /** 0 for a constant input. */
  readonly stepBytes: number
}

/** What places a run's buffers. */
export interface BufferSetup {
  /** Tells the buffers of runs that live at the same time apart. */
  readonly name: string
  readonly layout: PartLayout
  readonly weights: PartWeights
  /** Of the replica's lane. */
  readonly buffers: NamedBuffers
  readonly mask: Readonly<Record<VectorDim, number>>
  readonly steps: number
  readonly batch: number
  readonly saving: boolean
  /** Keep saved values of a segment only, and compute them again on the way back. */
  readonly recomputing: boolean
  readonly input: RunInput
}

/** What decides how large a run's buffers are. */
export type RunSizes = Pick<BufferSetup, 'steps' | 'batch' | 'saving' | 'recomputing'>

/** Steps of a segment. */
export const segmentSteps = ({ steps, batch }: Pick<RunSizes, 'steps' | 'batch'>): number =>
  Math.max(1, Math.min(steps, Math.floor(SEGMENT_ROWS / batch)))

/** Steps whose input products a block of so many rows makes at once. */
export const blockSteps = (rows: number): number => Math.max(1, Math.floor(BLOCK_ROWS / rows))

/** Whether a buffer holds segments by turns, not all steps. */
const holdsSegments = (extent: Extent, { saving, recomputing }: RunSizes): boolean =>
  extent === 'segment' || (extent === 'sequence' && saving && recomputing)

/** Bytes of a buffer; for the extent `block`, `batch` is the block's rows. */
export function bufferBytes(extent: Extent, rowBytes: number, sizes: RunSizes): number {
  const { steps, batch, saving } = sizes
  const stepBytes = batch * rowBytes
  if (holdsSegments(extent, sizes)) return SEGMENTS_ALIVE * segmentSteps(sizes) * stepBytes
  switch (extent) {
    case 'history':
      return (steps + 1) * stepBytes
    case 'sequence':
      return saving ? steps * stepBytes : stepBytes
    case 'block':
      return Math.max(BLOCK_ROWS, batch) * rowBytes
    default:
      return stepBytes
  }
}

/** Where a buffer's first row is at its first step, and how far the next step is. */
export interface Stream {
  readonly base: number
  readonly stepBytes: number
  readonly rowBytes: number
  /** Holds SEGMENTS_ALIVE segments, one after the other and round again. */
  readonly isSegment: boolean
}

export class PartBuffers {
  readonly #setup: BufferSetup
  readonly #streams = new Map<string, Stream>()
  readonly #segmentSteps: number

  constructor(setup: BufferSetup) {
    this.#setup = setup
    this.#segmentSteps = segmentSteps(setup)
  }

  /** Address of a block's first row of a buffer at step t. */
  rowAddress(buffer: ValueBuffer, t: number, block: RowBlock): number {
    const { base, stepBytes, rowBytes, isSegment } = this.stream(buffer)
    return base + (isSegment ? this.segmentStep(t) : t) * stepBytes + block.start * rowBytes
  }

  /** Where step t stands in a buffer that holds SEGMENTS_ALIVE segments. */
  segmentStep(t: number): number {
    const segment = Math.floor(t / this.#segmentSteps)
    return (segment % SEGMENTS_ALIVE) * this.#segmentSteps + (t % this.#segmentSteps)
  }

  /** The bits of a mask, one row for all. */
  maskAddress({ maskOf }: ColumnMask): number {
    return this.#setup.mask[maskOf]
  }

  /** @param block for buffers of one block */
  stream(buffer: ValueBuffer, block?: RowBlock): Stream {
    // A thread's share may be another on the way back.
    const key = block ? `${buffer.name}:${block.thread}:${block.count}` : buffer.name
    const known = this.#streams.get(key)
    if (known) return known
    const stream = this.#place(buffer, block)
    this.#streams.set(key, stream)
    return stream
  }

  #place(buffer: ValueBuffer, block?: RowBlock): Stream {
    const { layout, buffers, batch, saving, input, weights, name } = this.#setup
    const rowBytes = layout.rowBytes.get(buffer)!
    const { extent } = buffer
    switch (buffer.role) {
      case 'input':
        return { base: input.address, stepBytes: input.stepBytes, rowBytes: input.rowBytes, isSegment: false }
      case 'vector':
        return { base: weights.vectors.get(buffer.symbol)!.address, stepBytes: 0, rowBytes: 0, isSegment: false }
      case 'new-state': {
        const before = this.stream(layout.placement.states[buffer.state]!.before)
        return { ...before, base: before.base + before.stepBytes }
      }
    }
    if (extent === 'block') {
      const bytes = bufferBytes(extent, rowBytes, { ...this.#setup, batch: block!.count })
      const base = buffers.get(`${name}:${buffer.name}:${block!.thread}`, bytes)
      return { base, stepBytes: block!.count * rowBytes, rowBytes, isSegment: false }
    }
    const base = buffers.get(`${name}:${buffer.name}`, bufferBytes(extent, rowBytes, this.#setup))
    const isSegment = holdsSegments(extent, this.#setup)
    const hasSteps = isSegment || extent === 'history' || (extent === 'sequence' && saving)
    return { base, stepBytes: hasSteps ? batch * rowBytes : 0, rowBytes, isSegment }
  }
}
