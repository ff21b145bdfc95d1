/** Algorithm 2 as operations: series up to their truncations, every layer under its constant input, VAA* of the states that they come to, and the way back. */
import { comparedParts, type Layer, type Network, type Part } from '../../networks/network.ts'
import type { Value } from './graph/graph.ts'
import type { Graph } from './graph/ops.ts'
import {
  addGradient,
  addGradients,
  runNetwork,
  runNetworkBackward,
  startStates,
  type Gradients,
  type StatesOfParts,
} from './network-graph.ts'
import { runPartBackward } from './part-backward.ts'
import { runPart, type PartRun } from './part-forward.ts'
import type { NetworkParameters } from './part-parameters.ts'
import { statesAfter } from './state-rows.ts'
import { vaaStarWithGradient } from './vaa-star-graph.ts'

export interface WarmupValues {
  /** [T, B, I] */
  readonly inputs: Value
  /** The longest truncation. */
  readonly steps: Value
  /** [B], 1 or more */
  readonly truncations: Value
  /** u_l of each layer, [I] */
  readonly perturbations: readonly Value[]
  /** M */
  readonly convergenceSteps: Value
  /** Its length is the room for convergence steps. */
  readonly convergenceRoom: Value
  readonly epsilon: Value
  /** k */
  readonly target: Value
  /** Factor on the gradient. */
  readonly scale: Value
}

/** VAA* of each layer [L] and scale times the gradient of mean_l (VAA*_l − k)². */
export function warmUp(
  graph: Graph,
  network: Network,
  parameters: NetworkParameters,
  values: WarmupValues,
  movesColdParts: boolean,
): { readonly vaaStar: Value; readonly gradients: Gradients } {
  const { inputs, steps, truncations, convergenceSteps, epsilon, target, scale } = values
  const room = graph.size(inputs, 0)
  const run = runNetwork(graph, network, parameters, {
    input: { value: inputs, isConstant: false },
    initialStates: startStates(graph, network, parameters, graph.size(inputs, 1)),
    steps,
    room,
    dropoutMasks: null,
    keeps: 'all',
  })
  const truncated = statesAfter(graph, network, run, truncations)
  const adjoints = new Map(truncated)
  for (const [part, states] of truncated)
    adjoints.set(
      part,
      states.map((state) => graph.broadcastTo(graph.scalar(0), graph.shape(state))),
    )
  const gradients: Gradients = new Map()
  const layers = network.wiredLayers
  const convergenceRoom = graph.size(values.convergenceRoom, 0)
  const isMade = graph.expand(graph.compare('Less', graph.range(convergenceRoom), convergenceSteps), 1)
  const measured = layers.map((layer) => {
    const runs = convergeLayer(
      graph,
      layer,
      parameters,
      truncated,
      values.perturbations[layer.index]!,
      convergenceSteps,
      { room: convergenceRoom, keeps: 'all' },
    )
    const { value, gradient } = vaaStarWithGradient(graph, comparedStates(graph, runs), graph.cast(epsilon, 'double'))
    const error = graph.subtract(value, graph.cast(target, 'double'))
    const factor = graph.multiply(
      graph.multiply(error, graph.scalar(2 / layers.length, 'double')),
      graph.cast(scale, 'double'),
    )
    const parts = [...runs.keys()]
    const pieces = graph.split(
      graph.cast(graph.multiply(factor, gradient), 'float'),
      parts.flatMap((part) => part.cell.states.map(() => part.units)),
      1,
    )
    for (const part of parts) {
      const back = runPartBackward(graph, part, parameters.ofPart(part), runs.get(part)!, {
        steps: convergenceSteps,
        room: convergenceRoom,
        reach: { reached: isMade, passed: isMade },
        lastStates: pieces.splice(0, part.cell.states.length),
        sequences: new Map(),
        states: null,
        wantsGradients: movesColdParts || part.warm,
        wantsInput: false,
      })
      adjoints.set(part, back.initialStates)
      addGradients(graph, gradients, part, back.gradients)
    }
    return value
  })
  const isBefore = graph.compare('Less', graph.expand(graph.range(room), 1), graph.expand(truncations, 0))
  const back = runNetworkBackward(graph, network, parameters, run, {
    steps,
    room,
    reach: { reached: isBefore, passed: isBefore },
    outputs: null,
    states: { steps: truncations, adjoints },
    dropoutMasks: null,
    movesColdParts,
    isFromStart: true,
  })
  for (const [name, gradient] of back.gradients) addGradient(graph, gradients, name, gradient)
  return { vaaStar: inOneVector(graph, measured), gradients }
}

/** The compared parts of one layer alone from `states` for M steps of its constant input. */
export function convergeLayer(
  graph: Graph,
  layer: Layer,
  parameters: NetworkParameters,
  states: StatesOfParts,
  perturbation: Value,
  steps: Value,
  { room, keeps }: { readonly room: Value | number; readonly keeps: 'all' | 'last-states' },
): Map<Part, PartRun> {
  return new Map(
    comparedParts(layer).map((part) => [
      part,
      runPart(graph, part, parameters.ofPart(part), {
        input: { value: perturbation, isConstant: true },
        initialStates: states.get(part)!,
        steps,
        room,
        keeps,
      }),
    ]),
  )
}

const comparedStates = (graph: Graph, runs: ReadonlyMap<Part, PartRun>): Value =>
  graph.concat(
    [...runs.values()].flatMap(({ lastStates }) => lastStates),
    1,
  )

/** Doubles as a vector of floats. */
const inOneVector = (graph: Graph, values: readonly Value[]): Value =>
  graph.concat(
    values.map((value) => graph.reshape(graph.cast(value, 'float'), [1])),
    0,
  )
