/** The linear readout and its loss on the marked slots, with adjoints, as programs/readout.ts has them for processors. Sums of losses are made in double precision. */
import type { Network } from '../../networks/network.ts'
import type { Value } from './graph/graph.ts'
import type { Graph } from './graph/ops.ts'
import type { NetworkParameters } from './part-parameters.ts'
import { placesOfRows } from './state-rows.ts'

/** What is read out of a batch. */
export interface TargetValues {
  /** [K, B], -1 where a slot is not used. */
  readonly targetSteps: Value
  /** [K, B, O], or classes [K, B]. */
  readonly targets: Value
  /** Terms of the mean loss. */
  readonly lossCount: Value
}

export interface ReadoutValues {
  /** [K, B, O], zero where a slot is not used. */
  readonly outputs: Value
  readonly lossSum: Value
  readonly correctCount: Value
  /** Of the mean loss with respect to the outputs, [K, B, O]. */
  readonly outputAdjoint: Value
}

/** Rows of [T, B, width] at `steps` [K, B]; zeros where a step is -1. */
export function rowsAt(graph: Graph, sequence: Value, steps: Value): Value {
  const zero = graph.integers(0)
  const rows = graph.gather(sequence, placesOfRows(graph, graph.binary('Maximum', steps, zero)))
  return graph.select(graph.expand(graph.compare('GreaterEqual', steps, zero), -1), rows, graph.scalar(0))
}

/** The way back through `rowsAt`: [T, B, width]. @param rows [K, B, width], zeros where a step is -1 */
export function sequenceOfRows(graph: Graph, sequence: Value, steps: Value, rows: Value): Value {
  const places = placesOfRows(graph, graph.binary('Maximum', steps, graph.integers(0)))
  return graph.addAt(graph.broadcastTo(graph.scalar(0), graph.shape(sequence)), places, rows)
}

/** @param hidden [K, B, width] */
export function readOut(
  graph: Graph,
  network: Network,
  { readoutWeight, readoutBias }: NetworkParameters,
  hidden: Value,
  { targetSteps, targets, lossCount }: TargetValues,
): ReadoutValues {
  const { outputSize, loss } = network
  const isUsed = graph.expand(graph.compare('GreaterEqual', targetSteps, graph.integers(0)), -1)
  const zero = graph.scalar(0)
  const rows = graph.reshape(hidden, [-1, network.wiredLayers.at(-1)!.outputSize])
  const product = graph.add(graph.product(rows, readoutWeight, { isTransposedB: true }), readoutBias)
  const shape = [graph.size(hidden, 0), graph.size(hidden, 1), outputSize]
  const outputs = graph.select(isUsed, graph.reshape(product, shape), zero)
  const total = (values: Value): Value => graph.cast(graph.sum(graph.cast(values, 'double'), [0, 1, 2]), 'float')
  if (loss === 'mse') {
    const errors = graph.select(isUsed, graph.subtract(outputs, targets), zero)
    return {
      outputs,
      lossSum: total(graph.square(errors)),
      correctCount: zero,
      outputAdjoint: graph.divide(graph.multiply(errors, graph.scalar(2)), lossCount),
    }
  }
  const labels = graph.expand(graph.cast(targets, 'int32'), -1)
  const isLabel = graph.compare('Equal', labels, graph.integers(Array.from({ length: outputSize }, (_, o) => o)))
  const highest = graph.reduce('Max', outputs, [-1], true)
  const powers = graph.unary('Exp', graph.subtract(outputs, highest))
  const logSum = graph.add(highest, graph.unary('Log', graph.sum(powers, [-1], true)))
  const ofLabel = graph.sum(graph.select(isLabel, outputs, zero), [-1], true)
  const shares = graph.unary('Exp', graph.subtract(outputs, logSum))
  const adjoint = graph.subtract(shares, graph.cast(isLabel, 'float'))
  const isRight = graph.expand(
    graph.compare('Equal', graph.largestPlace(outputs, -1), graph.cast(targets, 'int32')),
    -1,
  )
  return {
    outputs,
    lossSum: total(graph.select(isUsed, graph.subtract(logSum, ofLabel), zero)),
    correctCount: graph.sum(graph.cast(graph.and(isUsed, isRight), 'float'), [0, 1, 2]),
    outputAdjoint: graph.divide(graph.select(isUsed, adjoint, zero), lossCount),
  }
}

export interface ReadoutAdjoints {
  /** [K, B, width] */
  readonly hidden: Value
  readonly weight: Value
  readonly bias: Value
}

export function readOutBackward(
  graph: Graph,
  network: Network,
  { readoutWeight }: NetworkParameters,
  hidden: Value,
  outputAdjoint: Value,
): ReadoutAdjoints {
  const width = network.wiredLayers.at(-1)!.outputSize
  const rows = graph.reshape(hidden, [-1, width])
  const adjoints = graph.reshape(outputAdjoint, [-1, network.outputSize])
  return {
    hidden: graph.reshape(graph.product(adjoints, readoutWeight), [
      graph.size(hidden, 0),
      graph.size(hidden, 1),
      width,
    ]),
    weight: graph.product(adjoints, rows, { isTransposedA: true }),
    bias: graph.sum(adjoints, [0]),
  }
}
