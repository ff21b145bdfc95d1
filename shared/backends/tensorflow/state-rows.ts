/** All states of a network as rows [B, stateSize] in the order of `network.stateSlices`, and out of them; and states after a number of steps of each series' own. */
import type { Network, Part } from '../../networks/network.ts'
import type { Value } from './graph/graph.ts'
import type { Graph } from './graph/ops.ts'
import { allParts, type NetworkRun, type StatesOfParts } from './network-graph.ts'

/** @param rows [B, stateSize] */
export function splitStates(graph: Graph, network: Network, rows: Value): StatesOfParts {
  const pieces = graph.split(
    rows,
    network.stateSlices.map(({ size }) => size),
    1,
  )
  return new Map(allParts(network).map((part) => [part, pieces.filter((_, i) => isOf(part, network.stateSlices[i]!))]))
}

/** @param axis of the units: 1 of states at one time, 2 of states at all times */
export function joinStates(graph: Graph, network: Network, states: StatesOfParts, axis: 1 | 2 = 1): Value {
  const { wiredLayers, stateSlices } = network
  return graph.concat(
    stateSlices.map(
      ({ layerIndex, partIndex, stateIndex }) => states.get(wiredLayers[layerIndex]!.parts[partIndex]!)![stateIndex]!,
    ),
    axis,
  )
}

/** States after `steps[b]` steps of the run, [B, stateSize]. */
export function statesAfter(graph: Graph, network: Network, run: NetworkRun, steps: Value): StatesOfParts {
  const places = placesOfRows(graph, steps)
  return new Map(
    allParts(network).map((part) => [
      part,
      run.parts.get(part)!.history.map((history) => graph.gather(history, places)),
    ]),
  )
}

/** Where rows stand in [T, B, ...]: [..., B, 2]. @param steps [..., B], 0 or more */
export function placesOfRows(graph: Graph, steps: Value): Value {
  const shape = graph.shape(steps)
  const rank = graph.range(graph.size(graph.expand(steps, 0), -1))
  const series = graph.broadcastTo(rank, shape)
  return graph.concat([graph.expand(steps, -1), graph.expand(series, -1)], -1)
}

const isOf = (part: Part, slice: { readonly layerIndex: number; readonly partIndex: number }): boolean =>
  slice.layerIndex === part.layerIndex && slice.partIndex === part.partIndex
