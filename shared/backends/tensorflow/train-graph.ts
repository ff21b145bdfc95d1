/** A training step's loss and gradient as operations. */
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

export function train(
  graph: Graph,
  network: Network,
  parameters: NetworkParameters,
  { inputs, steps, dropoutMasks, reached, passed, ...targets }: TrainValues,
): { readonly lossSum: Value; readonly gradients: Gradients } {
  const room = graph.size(inputs, 0)
  const run = runNetwork(graph, network, parameters, {
    input: { value: inputs, isConstant: false },
    initialStates: startStates(graph, network, parameters, graph.size(inputs, 1)),
    steps,
    room,
    dropoutMasks,
    keeps: 'all',
  })
  const hidden = rowsAt(graph, run.outputs, targets.targetSteps)
  const { lossSum, outputAdjoint } = readOut(graph, network, parameters, hidden, targets)
  const readout = readOutBackward(graph, network, parameters, hidden, outputAdjoint)
  const { gradients } = runNetworkBackward(graph, network, parameters, run, {
    steps,
    room,
    reach: { reached, passed },
    outputs: sequenceOfRows(graph, run.outputs, targets.targetSteps, readout.hidden),
    states: null,
    dropoutMasks,
    movesColdParts: true,
    isFromStart: true,
  })
  addGradient(graph, gradients, 'readout.weight', readout.weight)
  addGradient(graph, gradients, 'readout.bias', readout.bias)
  return { lossSum, gradients }
}
