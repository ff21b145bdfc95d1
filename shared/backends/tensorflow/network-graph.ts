/** All layers over all steps, forward and on the way back: sequences and adjoints enter, runs of the parts and gradients by parameter leave. */
import { outputColumns, type Layer, type Network, type Part } from '../../networks/network.ts'
import type { Value } from './graph/graph.ts'
import type { Count, Graph } from './graph/ops.ts'
import { runPartBackward, type AdjointReach } from './part-backward.ts'
import { runPart, type ForwardRequest, type LayerInput, type PartRun } from './part-forward.ts'
import { parameterName, type NetworkParameters } from './part-parameters.ts'

/** States or adjoints of a part, [B, H] each. */
export type StatesOfParts = ReadonlyMap<Part, readonly Value[]>

export interface NetworkRun {
  readonly parts: ReadonlyMap<Part, PartRun>
  /** Of the top layer, [T, B, width]. */
  readonly outputs: Value
}

/** Gradients by the parameter's name, in its shape; those that are not here are zero. */
export type Gradients = Map<string, Value>

export const allParts = ({ wiredLayers }: Network): readonly Part[] => wiredLayers.flatMap(({ parts }) => parts)

/** Where the cells begin: at zeros, or at starts of their own. */
export function startStates(
  graph: Graph,
  network: Network,
  parameters: NetworkParameters,
  batch: Value,
): StatesOfParts {
  return new Map(
    allParts(network).map((part) => {
      const states = part.cell.states.map(() => graph.zeros([batch, part.units]))
      for (const { state, symbol } of part.cell.starts)
        states[state] = graph.broadcast(parameters.ofPart(part).vector(symbol), [batch, part.units])
      return [part, states] as const
    }),
  )
}

export interface NetworkForwardRequest extends Omit<ForwardRequest, 'initialStates' | 'keeps'> {
  readonly input: LayerInput
  readonly initialStates: StatesOfParts
  /** For each boundary between layers, [T, B, outputs] or [1, 1, 1]; null without dropout. */
  readonly dropoutMasks: readonly Value[] | null
  readonly keeps: 'states' | 'all'
}

export function runNetwork(
  graph: Graph,
  network: Network,
  parameters: NetworkParameters,
  { input, initialStates, dropoutMasks, ...request }: NetworkForwardRequest,
): NetworkRun {
  const parts = new Map<Part, PartRun>()
  let layerInput = input
  for (const layer of network.wiredLayers) {
    for (const part of layer.parts)
      parts.set(
        part,
        runPart(graph, part, parameters.ofPart(part), {
          ...request,
          input: layerInput,
          initialStates: initialStates.get(part)!,
        }),
      )
    const outputs = layerOutputs(graph, layer, parts)
    const mask = dropoutMasks?.[layer.index]
    layerInput = { value: mask ? graph.multiply(outputs, mask) : outputs, isConstant: false }
  }
  return { parts, outputs: layerInput.value }
}

/** [T, B, width]: output states of the parts side by side. */
function layerOutputs(graph: Graph, layer: Layer, runs: ReadonlyMap<Part, PartRun>): Value {
  return graph.concat(
    layer.parts.flatMap((part) =>
      outputColumns(part).map(({ state }) => graph.slice(runs.get(part)!.history[state]!, [1, 0, 0], [-1, -1, -1])),
    ),
    2,
  )
}

export interface NetworkBackwardRequest {
  readonly steps: Value
  readonly room: Count
  readonly reach: AdjointReach
  /** At the top layer's outputs, [T, B, width]; null for none. */
  readonly outputs: Value | null
  /** At all states after `steps[b]` steps. */
  readonly states: { readonly steps: Value; readonly adjoints: StatesOfParts } | null
  readonly dropoutMasks: readonly Value[] | null
  /** Whether parameters of cold parts have a gradient. */
  readonly movesColdParts: boolean
  /** Whether the run began where the cells begin, whose starts then have a gradient. */
  readonly isFromStart: boolean
}

export function runNetworkBackward(
  graph: Graph,
  network: Network,
  parameters: NetworkParameters,
  run: NetworkRun,
  { outputs, states, dropoutMasks, movesColdParts, isFromStart, ...request }: NetworkBackwardRequest,
): { readonly gradients: Gradients; readonly initialStates: StatesOfParts } {
  const gradients: Gradients = new Map()
  const initialStates = new Map<Part, readonly Value[]>()
  let fromAbove = outputs
  for (const layer of [...network.wiredLayers].reverse()) {
    let inputAdjoint: Value | null = null
    for (const part of layer.parts) {
      const above = fromAbove
      const sequences = new Map(
        above
          ? outputColumns(part).map(({ state, column }) => [
              state,
              layer.outputSize === part.units ? above : graph.slice(above, [0, 0, column], [-1, -1, part.units]),
            ])
          : [],
      )
      const wantsGradients = movesColdParts || part.warm
      const adjoints = runPartBackward(graph, part, parameters.ofPart(part), run.parts.get(part)!, {
        ...request,
        lastStates: null,
        sequences,
        states: states && { steps: states.steps, adjoints: states.adjoints.get(part)! },
        wantsGradients,
        wantsInput: layer.index > 0,
      })
      initialStates.set(part, adjoints.initialStates)
      addGradients(graph, gradients, part, adjoints.gradients)
      if (isFromStart && wantsGradients)
        for (const { state, symbol, isFrozen } of part.cell.starts)
          if (!isFrozen)
            addGradients(graph, gradients, part, new Map([[symbol, graph.sum(adjoints.initialStates[state]!, [0])]]))
      if (adjoints.input) inputAdjoint = inputAdjoint ? graph.add(inputAdjoint, adjoints.input) : adjoints.input
    }
    const mask = dropoutMasks?.[layer.index - 1]
    fromAbove = inputAdjoint && mask ? graph.multiply(inputAdjoint, mask) : inputAdjoint
  }
  return { gradients, initialStates }
}

/** @param more by the symbols of a part */
export function addGradients(graph: Graph, gradients: Gradients, part: Part, more: ReadonlyMap<string, Value>): void {
  for (const [symbol, gradient] of more) addGradient(graph, gradients, parameterName(part, symbol), gradient)
}

export function addGradient(graph: Graph, gradients: Gradients, name: string, gradient: Value): void {
  const known = gradients.get(name)
  gradients.set(name, known ? graph.add(known, gradient) : gradient)
}

/** [P], in the order of the network's parameters. */
export function flatGradients(graph: Graph, network: Network, gradients: Gradients): Value {
  return graph.concat(
    network.parameters.map(({ name, shape }) => {
      const count = shape.reduce((product, size) => product * size, 1)
      const gradient = gradients.get(name)
      return gradient ? graph.reshape(gradient, [count]) : graph.zeros([count])
    }),
    0,
  )
}
