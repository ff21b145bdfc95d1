/** A training step's loss and gradient as operations, over sequences that are run in one way or another. */
import type { Network } from '../../networks/network.ts'
import type { Value } from './graph/graph.ts'
import type { Graph } from './graph/ops.ts'
import { addGradient, runNetwork, runNetworkBackward, startStates, type Gradients } from './network-graph.ts'
import type { AdjointReach } from './part-backward.ts'
import type { NetworkParameters } from './part-parameters.ts'
import { readOut, readOutBackward, rowsAt, sequenceOfRows, type TargetValues } from './readout-graph.ts'

export interface TrainValues extends TargetValues, AdjointReach {
  /** [T, B, I] */
  readonly inputs: Value
  readonly steps: Value
  /** For each boundary between layers, [T, B, outputs] or [1, 1, 1]. */
  readonly dropoutMasks: readonly Value[]
}

/** All layers over a batch. */
export interface TrainedSequences {
  /** Of the top layer, [T, B, width]. */
  readonly outputs: Value
  /** @param adjoint of the outputs */
  readonly backward: (adjoint: Value) => Gradients
}

export type RunSequences = (
  graph: Graph,
  network: Network,
  parameters: NetworkParameters,
  values: TrainValues,
) => TrainedSequences

/** As loops with the cells' own derivatives: any cell, anywhere. */
export const runLoops: RunSequences = (graph, network, parameters, values) => {
  const { inputs, steps, dropoutMasks, reached, passed } = values
  const room = graph.size(inputs, 0)
  const run = runNetwork(graph, network, parameters, {
    input: { value: inputs, isConstant: false },
    initialStates: startStates(graph, network, parameters, graph.size(inputs, 1)),
    steps,
    room,
    dropoutMasks,
    keeps: 'all',
  })
  return {
    outputs: run.outputs,
    backward: (outputs) =>
      runNetworkBackward(graph, network, parameters, run, {
        steps,
        room,
        reach: { reached, passed },
        outputs,
        states: null,
        dropoutMasks,
        movesColdParts: true,
        isFromStart: true,
      }).gradients,
  }
}

export function train(
  graph: Graph,
  network: Network,
  parameters: NetworkParameters,
  values: TrainValues,
  runSequences: RunSequences,
): { readonly lossSum: Value; readonly gradients: Gradients } {
  const { targetSteps } = values
  const { outputs, backward } = runSequences(graph, network, parameters, values)
  const hidden = rowsAt(graph, outputs, targetSteps)
  const { lossSum, outputAdjoint } = readOut(graph, network, parameters, hidden, values)
  const readout = readOutBackward(graph, network, parameters, hidden, outputAdjoint)
  const gradients = backward(sequenceOfRows(graph, outputs, targetSteps, readout.hidden))
  addGradient(graph, gradients, 'readout.weight', readout.weight)
  addGradient(graph, gradients, 'readout.bias', readout.bias)
  return { lossSum, gradients }
}
