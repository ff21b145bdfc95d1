/** Programs forward only: states after given steps, and the loss over a batch. */
import type { SeriesBatch } from '../../datasets/dataset.ts'
import type { EvaluateResult } from '../backend.ts'
import type { FloatArray } from '../recurrence.ts'
import { readoutOf } from './parameter-ranges.ts'
import type { Program } from './program.ts'
import { readOut } from './readout.ts'
import type { Replica } from './replica.ts'

/** Rows (steps times series) that are run at once. */
const PIECE_ROWS = 16_384

/**
 * States of every series after `steps[b]` >= 1 steps. Nothing is kept for a way back: long sequences are run in pieces, so that memory does
 * not grow with them; `look` is shown each piece's first step and the one after its last.
 */
export function* statesAfter<Job>(
  { recurrence, network, newArray }: Replica<Job>,
  { batch, inputs }: SeriesBatch,
  steps: Int32Array,
  lastStep = longest(steps),
  look?: (first: number, end: number) => void,
): Program<Job, FloatArray> {
  const { inputSize, stateSize } = network
  const result = newArray(batch * stateSize)
  const pieceSteps = Math.max(1, Math.floor(PIECE_ROWS / batch))
  let initialStates: FloatArray | null = null
  for (let first = 0; first < lastStep; first += pieceSteps) {
    const end = Math.min(first + pieceSteps, lastStep)
    yield* recurrence.forward({
      steps: end - first,
      batch,
      inputs: inputs.subarray(first * batch * inputSize, end * batch * inputSize),
      isConstant: false,
      initialStates,
      dropoutMasks: null,
      saving: false,
    })
    look?.(first, end)
    const isHere = (step: number): boolean => step > first && step <= end
    const found = recurrence.statesAt(steps.map((step) => (isHere(step) ? step - first : 0)))
    steps.forEach((step, b) => {
      if (isHere(step)) result.set(found.subarray(b * stateSize, (b + 1) * stateSize), b * stateSize)
    })
    if (end < lastStep) initialStates = recurrence.statesAt(new Int32Array(batch).fill(end - first))
  }
  return result
}

/** The loss over a batch, forward only. */
export function* evaluate<Job>(replica: Replica<Job>, batch: SeriesBatch): Program<Job, EvaluateResult> {
  const { recurrence, ranges, newArray, network } = replica
  const { wiredLayers, loss } = network
  const width = wiredLayers.at(-1)!.outputSize
  const hidden = newArray(batch.targetSteps.length * width)
  const finalStates = yield* statesAfter(replica, batch, batch.lengths, batch.steps, (first, end) => {
    const isHere = (step: number): boolean => step >= first && step < end
    if (!batch.targetSteps.some(isHere)) return
    const found = recurrence.outputsAt(batch.targetSteps.map((step) => (isHere(step) ? step - first : -1)))
    batch.targetSteps.forEach((step, slot) => {
      if (isHere(step)) hidden.set(found.subarray(slot * width, (slot + 1) * width), slot * width)
    })
  })
  const { weight, bias } = readoutOf(ranges, recurrence.parameters)
  const { lossSum, lossCount, correctCount, outputs } = readOut(hidden, weight, bias, batch, loss)
  return { lossSum, lossCount, correctCount, outputs, finalStates }
}

/** The most steps, 1 at least. */
export const longest = (steps: Int32Array): number => steps.reduce((most, count) => Math.max(most, count), 1)
