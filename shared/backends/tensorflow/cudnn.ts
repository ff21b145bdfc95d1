/**
 * Sequences of GRU and LSTM on cuDNN's own kernels, for training on NVIDIA's graphics processors: a part is one node forward and one on the way
 * back. Written after the definitions of TensorFlow's operations and tested for its structure alone: it HAS NOT BEEN RUN, for want of a machine
 * with CUDA that TensorFlow can be brought to. Only for batches that are not truncated: cuDNN's way back has no cuts.
 */
import { gru } from '../../cells/gru.ts'
import { lstm } from '../../cells/lstm.ts'
import { compileCell, type CellProgram } from '../../compiler/passes.ts'
import type { Network, Part } from '../../networks/network.ts'
import type { Value } from './graph/graph.ts'
import type { Attribute } from './graph/messages.ts'
import type { Graph } from './graph/ops.ts'
import { addGradients, allParts, type Gradients } from './network-graph.ts'
import type { PartParameters } from './part-parameters.ts'
import type { RunSequences } from './train-graph.ts'

interface CudnnCell {
  readonly mode: 'gru' | 'lstm'
  /** Gates in cuDNN's order; their matrices and vectors are `W_`, `U_`, `b_` and `c_` with these behind. */
  readonly gates: readonly string[]
  readonly equations: string
}

const equationsOf = ({ equations }: Pick<CellProgram, 'equations'>): string =>
  equations.map((line) => line.replaceAll(' ', '')).join('\n')

/** reset, update, new (cudnnGetRNNWeightParams); h' = (1 - update) * new + update * h, as the lab's. */
const CELLS: readonly CudnnCell[] = [
  { mode: 'gru', gates: ['r', 'z', 'n'], equations: equationsOf(compileCell(gru, 'gru')) },
  // input, forget, new, output
  { mode: 'lstm', gates: ['i', 'f', 'g', 'o'], equations: equationsOf(compileCell(lstm, 'lstm')) },
]

/** Whatever the name: only the equations count. */
const cudnnCell = ({ cell }: Part): CudnnCell | undefined =>
  CELLS.find(({ equations }) => equations === equationsOf(cell) && cell.parameters.every(({ isFrozen }) => !isFrozen))

/** Whether every part of a network is of a cell that cuDNN has. */
export const suitsCudnn = (network: Network): boolean =>
  allParts(network).every((part) => cudnnCell(part) !== undefined && part.cell.outputCount === 1)

interface PartSequence {
  /** [T, B, H] */
  readonly outputs: Value
  /** @returns the adjoint of the input [T, B, I], and gradients by symbol */
  readonly backward: (adjoint: Value) => { readonly input: Value; readonly gradients: ReadonlyMap<string, Value> }
}

/** @throws TypeError for a network that does not suit cuDNN */
export const runOnCudnn: RunSequences = (graph, network, parameters, { inputs, dropoutMasks }) => {
  let layerInput = inputs
  const layers = network.wiredLayers.map((layer) => {
    const input = layerInput
    const parts = layer.parts.map((part) => ({ part, run: runPart(graph, part, parameters.ofPart(part), input) }))
    const outputs = graph.concat(
      parts.map(({ run }) => run.outputs),
      2,
    )
    const mask = dropoutMasks[layer.index]
    layerInput = mask ? graph.multiply(outputs, mask) : outputs
    return { parts, mask }
  })
  return {
    outputs: layerInput,
    backward: (top) => {
      const gradients: Gradients = new Map()
      let adjoint = top
      for (const { parts, mask } of [...layers].reverse()) {
        if (mask) adjoint = graph.multiply(adjoint, mask)
        const pieces = graph.split(
          adjoint,
          parts.map(({ part }) => part.units),
          2,
        )
        const below = parts.map(({ part, run }, p) => {
          const back = run.backward(pieces[p]!)
          addGradients(graph, gradients, part, back.gradients)
          return back.input
        })
        adjoint = below.reduce((sum, each) => graph.add(sum, each))
      }
      return gradients
    },
  }
}

function runPart(graph: Graph, part: Part, parameters: PartParameters, input: Value): PartSequence {
  const cell = cudnnCell(part)
  if (cell === undefined) throw new TypeError(`cuDNN has no ${part.cell.name}`)
  const { mode, gates } = cell
  const { units, inputSize } = part
  const symbols = (letters: readonly string[]): string[] =>
    letters.flatMap((letter) => gates.map((gate) => `${letter}_${gate}`))
  const weights = symbols(['W', 'U'])
  const biases = symbols(['b', 'c'])
  const cudnn: Readonly<Record<string, Attribute>> = {
    T: { type: 'float' },
    rnn_mode: { text: mode },
    input_mode: { text: 'linear_input' },
    direction: { text: 'unidirectional' },
    dropout: { float: 0 },
    seed: { int: 0 },
    seed2: { int: 0 },
    num_proj: { int: 0 },
  }
  const counts = { num_params_weights: { int: weights.length }, num_params_biases: { int: biases.length } }
  const sizes = [graph.integers(1), graph.integers(units), graph.integers(inputSize)]
  const flat = [
    ...weights.map((symbol) => parameters.matrices([{ symbol, isTransposed: false }])),
    ...biases.map(parameters.vector),
  ]
  const packed = graph.only('CudnnRNNCanonicalToParamsV2', [...sizes, ...flat], { ...cudnn, ...counts }, 'float')
  const steps = graph.size(input, 0)
  const batch = graph.size(input, 1)
  const zeros = graph.zeros([1, batch, units])
  const lengths = graph.broadcast(steps, [batch])
  const begin = [input, zeros, zeros, packed, lengths]
  const forward = graph.node(
    'CudnnRNNV3',
    begin,
    { ...cudnn, is_training: { bool: true }, time_major: { bool: true } },
    ['float', 'float', 'float', 'float', 'int8'],
  )
  const [outputs, lastH, lastC, reserve, hostReserve] = forward as [Value, Value, Value, Value, Value]
  return {
    outputs,
    backward: (adjoint) => {
      const [inputAdjoint, , , packedGradient] = graph.node(
        'CudnnRNNBackpropV3',
        [...begin, outputs, lastH, lastC, adjoint, zeros, zeros, reserve, hostReserve],
        { ...cudnn, time_major: { bool: true } },
        ['float', 'float', 'float', 'float'],
      )
      const pieces = graph.node(
        'CudnnRNNParamsToCanonicalV2',
        [...sizes, packedGradient!],
        { ...cudnn, ...counts },
        [...weights, ...biases].map(() => 'float' as const),
      )
      return {
        input: inputAdjoint!,
        gradients: new Map([...weights, ...biases].map((symbol, i) => [symbol, pieces[i]!])),
      }
    },
  }
}
