/**
 * The program of the gradient that reaches back: a batch and lags enter, ‖∂L/∂h_{T−k}‖ for each lag k and layer leaves. The state at T − k is
 * a state that the last k steps begin with: they are run again from it, and the way back ends in its adjoint.
 */
import type { Network } from '../../networks/network.ts'
import type { GradientByLag, LagRequest } from '../backend.ts'
import type { FloatArray, Handles } from '../recurrence.ts'
import { statesAt } from './evaluate.ts'
import type { Program } from './program.ts'
import type { MeasuredReplica } from './replica.ts'

export function* gradientByLag<H extends Handles>(
  replica: MeasuredReplica<H>,
  { batch, lags }: LagRequest,
): Program<H['job'], GradientByLag> {
  const { recurrence, network } = replica
  const { steps, batch: rows, inputs, targetSteps } = batch
  const stepFloats = rows * network.inputSize
  yield* recurrence.clearGradients()
  yield* recurrence.forward({
    steps,
    batch: rows,
    inputs,
    isConstant: false,
    initialStates: null,
    dropoutMasks: null,
    saving: false,
  })
  const hidden = yield* recurrence.newRows(targetSteps.length, network.wiredLayers.at(-1)!.outputSize)
  yield* recurrence.takeOutputs(targetSteps, hidden)
  const readout = yield* recurrence.readOut(hidden, batch)
  const adjoint = yield* recurrence.readOutBackward(readout, hidden, batch)
  const states: H['rows'][] = []
  for (const lag of lags) states.push(yield* statesAt(replica, rows, steps - lag))
  const norms: number[][] = []
  for (const [index, lag] of lags.entries()) {
    const first = steps - lag
    yield* recurrence.forward({
      steps: lag,
      batch: rows,
      inputs: inputs.subarray(first * stepFloats, steps * stepFloats),
      isConstant: false,
      initialStates: states[index]!,
      dropoutMasks: null,
      saving: true,
    })
    yield* recurrence.backward({
      // What is read out before does not depend on this state.
      outputs: { steps: targetSteps.map((step) => (step < first ? -1 : step - first)), data: adjoint },
      states: null,
      truncateEvery: null,
      movesColdParts: true,
    })
    const initial = yield* recurrence.readRows(yield* recurrence.initialStateAdjoint())
    norms.push(layerNorms(network, initial, batch.lengths, steps, rows))
  }
  yield* recurrence.clearGradients()
  return { norms }
}

/** Mean over the series that have all steps; the batch's loss is a mean, so each row is made its series' own. */
function layerNorms(network: Network, adjoint: FloatArray, lengths: Int32Array, steps: number, rows: number): number[] {
  return network.wiredLayers.map(({ index }) => {
    const slices = network.stateSlices.filter(({ layerIndex }) => layerIndex === index)
    let sum = 0
    let count = 0
    for (let b = 0; b < rows; b++) {
      if (lengths[b] !== steps) continue
      let squares = 0
      for (const { offset, size } of slices)
        for (let i = 0; i < size; i++) squares += adjoint[b * network.stateSize + offset + i]! ** 2
      sum += Math.sqrt(squares) * rows
      count++
    }
    return sum / count
  })
}
