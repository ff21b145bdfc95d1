/**
 * In which order layers go through time: how a sequence is cut enters; which layers go together, and which of them does which steps beside which others,
 * leave. A layer needs of the one before it the same steps alone, so a stack of them goes through time one chunk apart: a chain of T steps and a
 * chunk for each layer more, instead of one of T steps for each layer. Knows nothing of what a step is.
 */
import type { StepRange } from './command-queue.ts'

export interface TimeCuts {
  /** Steps whose values for the way back are held at a time. */
  readonly segmentSteps: number
  /** Of the chunks by which layers are apart; null: layers go through time one after the other. */
  readonly chunkSteps: number | null
}

/** What one layer does in a wave. */
export interface LayerSteps<Layer> {
  readonly layer: Layer
  readonly steps: StepRange
}

/** @param layers in the order in which they need each other, which way ever */
export function layersTogether<Layer>(
  layers: readonly Layer[],
  { chunkSteps }: TimeCuts,
): readonly (readonly Layer[])[] {
  return chunkSteps === null ? layers.map((layer) => [layer]) : [layers]
}

/** The segments of a sequence, first to last. */
export function segmentsOf(steps: number, { segmentSteps }: TimeCuts): StepRange[] {
  return Array.from({ length: Math.ceil(steps / segmentSteps) }, (_, index) => ({
    first: index * segmentSteps,
    last: Math.min((index + 1) * segmentSteps, steps),
  }))
}

/**
 * What layers that go together do with a segment: the layers of a wave do not wait for each other.
 * @param layers in the order in which they need each other
 * @param isBackward from the last step to the first
 */
export function wavesOf<Layer>(
  layers: readonly Layer[],
  segment: StepRange,
  { chunkSteps }: TimeCuts,
  isBackward: boolean,
): readonly (readonly LayerSteps<Layer>[])[] {
  const chunks = evenChunks(segment, layers.length > 1 ? (chunkSteps ?? Infinity) : Infinity)
  if (isBackward) chunks.reverse()
  return Array.from({ length: chunks.length + layers.length - 1 }, (_, wave) =>
    layers.flatMap((layer, place) => {
      const steps = chunks[wave - place]
      return steps === undefined ? [] : [{ layer, steps }]
    }),
  )
}

/** Of nearly the same length: a short last one would make the others wait as long. */
function evenChunks({ first, last }: StepRange, most: number): StepRange[] {
  const count = Math.ceil((last - first) / most) || 1
  const endOf = (index: number): number => first + Math.round(((last - first) * index) / count)
  return Array.from({ length: count }, (_, index) => ({ first: endOf(index), last: endOf(index + 1) }))
}
