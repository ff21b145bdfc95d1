/** The parameters of a network as values of a graph: the flat vector of a replica enters, tensors by name and a part's matrices as products read them leave. */
import { matrixText, type MatrixUse } from '../../compiler/ir.ts'
import type { Network, Part } from '../../networks/network.ts'
import { elementCount } from '../../numerics/dims.ts'
import type { Value } from './graph/graph.ts'
import type { Graph } from './graph/ops.ts'

/** What a part's loops read, each made once for all of them. */
export interface PartParameters {
  /** Vectors [dim] and numbers [1]. */
  readonly vector: (symbol: string) => Value
  /** [outs of all, in]: matrices one above the other. */
  readonly matrices: (uses: readonly MatrixUse[]) => Value
}

export interface NetworkParameters {
  readonly ofPart: (part: Part) => PartParameters
  /** [O, width] */
  readonly readoutWeight: Value
  /** [O] */
  readonly readoutBias: Value
}

/** @param flat [P], in the order of `network.parameters` */
export function unpackParameters(graph: Graph, network: Network, flat: Value): NetworkParameters {
  const { parameters } = network
  const pieces = graph.split(
    flat,
    parameters.map(({ shape }) => elementCount(shape)),
    0,
  )
  const byName = new Map(
    parameters.map(({ name, shape }, index) => [
      name,
      shape.length === 2 ? graph.reshape(pieces[index]!, shape) : pieces[index]!,
    ]),
  )
  const parts = new Map<Part, PartParameters>()
  const ofPart = (part: Part): PartParameters => {
    const known = parts.get(part) ?? partParameters(graph, (symbol) => byName.get(parameterName(part, symbol))!)
    parts.set(part, known)
    return known
  }
  return { ofPart, readoutWeight: byName.get('readout.weight')!, readoutBias: byName.get('readout.bias')! }
}

export const parameterName = ({ layerIndex, partIndex }: Part, symbol: string): string =>
  `layers.${layerIndex}.parts.${partIndex}.${symbol}`

function partParameters(graph: Graph, find: (symbol: string) => Value): PartParameters {
  const stacked = new Map<string, Value>()
  return {
    vector: find,
    matrices: (uses) => {
      const key = uses.map(matrixText).join(' ')
      const known =
        stacked.get(key) ??
        graph.concat(
          uses.map(({ symbol, isTransposed }) => (isTransposed ? graph.transpose(find(symbol), [1, 0]) : find(symbol))),
          0,
        )
      stacked.set(key, known)
      return known
    },
  }
}
