/** Programs forward only: states after given steps, and the loss over a batch. */
import type { SeriesBatch } from '../../datasets/dataset.ts'
import type { EvaluateResult } from '../backend.ts'
import type { Handles } from '../recurrence.ts'
import type { Program } from './program.ts'
import { lossCount } from './readout.ts'
import type { MeasuredReplica } from './replica.ts'

/** Rows (steps times series) that are run at once. */
const PIECE_ROWS = 16_384

/**
 * States of every series after `steps[b]` >= 1 steps. Nothing is kept for a way back: long sequences are run in pieces, so that memory does
 * not grow with them; `look` is shown each piece's first step and the one after its last.
 */
export function* statesAfter<H extends Handles>(
  replica: MeasuredReplica<H>,
  { batch, inputs }: SeriesBatch,
  steps: Int32Array,
  lastStep = longest(steps),
  look?: (first: number, end: number) => Program<H['job'], void>,
): Program<H['job'], H['rows']> {
  const { recurrence, network } = replica
  const { inputSize, stateSize } = network
  const result = yield* recurrence.newRows(batch, stateSize)
  const pieceSteps = Math.max(1, Math.floor(PIECE_ROWS / batch))
  let initialStates: H['rows'] | null = null
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
    if (look !== undefined) yield* look(first, end)
    yield* recurrence.takeStates(
      steps.map((step) => (step > first && step <= end ? step - first : -1)),
      result,
    )
    if (end < lastStep) initialStates = yield* statesAt(replica, batch, end - first)
  }
  return result
}

/** The states of all series after `step` steps of the last sequence. */
export function* statesAt<H extends Handles>(
  { recurrence, network }: MeasuredReplica<H>,
  batch: number,
  step: number,
): Program<H['job'], H['rows']> {
  const rows = yield* recurrence.newRows(batch, network.stateSize)
  yield* recurrence.takeStates(new Int32Array(batch).fill(step), rows)
  return rows
}

/** The loss over a batch, forward only. */
export function* evaluate<H extends Handles>(
  replica: MeasuredReplica<H>,
  batch: SeriesBatch,
): Program<H['job'], EvaluateResult> {
  const { recurrence, network } = replica
  const { wiredLayers } = network
  const hidden = yield* recurrence.newRows(batch.targetSteps.length, wiredLayers.at(-1)!.outputSize)
  const finalStates = yield* statesAfter(replica, batch, batch.lengths, batch.steps, function* (first, end) {
    const isHere = (step: number): boolean => step >= first && step < end
    if (batch.targetSteps.some(isHere))
      yield* recurrence.takeOutputs(
        batch.targetSteps.map((step) => (isHere(step) ? step - first : -1)),
        hidden,
      )
  })
  const readout = yield* recurrence.readOut(hidden, batch)
  const [lossSum, correctCount] = yield* recurrence.read([readout.lossSum, readout.correctCount])
  return {
    lossSum: lossSum!,
    lossCount: lossCount(batch, network),
    correctCount: correctCount!,
    outputs: yield* recurrence.readRows(readout.outputs),
    finalStates: yield* recurrence.readRows(finalStates),
  }
}

/** The most steps, 1 at least. */
export const longest = (steps: Int32Array): number => steps.reduce((most, count) => Math.max(most, count), 1)
