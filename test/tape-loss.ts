/**
 * A network's training loss in TensorFlow.js's own operations, one by one: its tape differentiates them, and knows nothing of our derivatives. The
 * forward graphs of the cells are read, nothing else of the compiler. An independent check of gradients, and what graphs are measured against.
 */
import type * as Tf from '@tensorflow/tfjs'
import { reachable, type IrNode, type NodeId } from '../shared/compiler/ir.ts'
import type { Primitive } from '../shared/compiler/primitives.ts'
import type { SeriesBatch } from '../shared/datasets/dataset.ts'
import { outputColumns, type Network, type Part } from '../shared/networks/network.ts'

export type Tfjs = Pick<
  typeof Tf,
  | 'concat'
  | 'gather'
  | 'losses'
  | 'matMul'
  | 'maximum'
  | 'minimum'
  | 'oneHot'
  | 'scalar'
  | 'split'
  | 'stack'
  | 'tensor'
  | 'tensor1d'
  | 'unstack'
  | 'zeros'
>

type Lookup = (symbol: string) => Tf.Tensor

/** @returns the mean loss of parameters, which come in the order of the network's */
export function tapeLoss(tf: Tfjs, network: Network, batch: SeriesBatch): (...parameters: Tf.Tensor[]) => Tf.Scalar {
  const { steps, batch: series, targetSteps, targets } = batch
  const { inputSize, outputSize, loss } = network
  const used = [...targetSteps.keys()].filter((slot) => targetSteps[slot]! >= 0)
  return (...parameters) => {
    const named = new Map(network.parameters.map(({ name }, index) => [name, parameters[index]!]))
    let sequence: Tf.Tensor = tf.tensor(batch.inputs, [steps, series, inputSize])
    for (const layer of network.wiredLayers) {
      const parts = layer.parts.map((part) => {
        const own: Lookup = (symbol) => named.get(`layers.${part.layerIndex}.parts.${part.partIndex}.${symbol}`)!
        return runPart(tf, part, own, sequence)
      })
      sequence = tf.concat(parts, 2)
    }
    const places = used.map((slot) => targetSteps[slot]! * series + (slot % series))
    const hidden = tf.gather(sequence.reshape([steps * series, -1]), tf.tensor1d(places, 'int32'))
    const outputs = tf
      .matMul(hidden as Tf.Tensor2D, named.get('readout.weight') as Tf.Tensor2D, false, true)
      .add(named.get('readout.bias')!)
    if (loss === 'cross-entropy') {
      const labels = tf.tensor1d(
        used.map((slot) => targets[slot]!),
        'int32',
      )
      return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, outputSize), outputs)
    }
    const wanted = used.flatMap((slot) => [...targets.subarray(slot * outputSize, (slot + 1) * outputSize)])
    return outputs
      .sub(tf.tensor(wanted, [used.length, outputSize]))
      .square()
      .mean()
  }
}

/** [T, B, outputs] */
function runPart(tf: Tfjs, part: Part, parameter: Lookup, inputs: Tf.Tensor): Tf.Tensor {
  const { cell, units } = part
  const { nodes } = cell.forward.ir
  const live = reachable(cell.forward.ir, cell.forward.newStates)
  const [steps, series] = inputs.shape as [number, number, number]
  let states: Tf.Tensor[] = cell.states.map(() => tf.zeros([series, units]))
  for (const { state, symbol } of cell.starts) states[state] = tf.zeros([series, units]).add(parameter(symbol))
  const stacked = new Map<NodeId, Tf.Tensor>()
  const matrices = (id: NodeId, node: Extract<IrNode, { kind: 'project' }>): Tf.Tensor => {
    const known =
      stacked.get(id) ??
      tf.concat(
        node.matrices.map(({ symbol, isTransposed }) =>
          isTransposed ? parameter(symbol).transpose() : parameter(symbol),
        ),
        0,
      )
    stacked.set(id, known)
    return known
  }
  /** Products with the input, of all steps at once. */
  const beforehand = new Map(
    cell.stages.preProjects.map((id) => {
      const node = nodes[id] as Extract<IrNode, { kind: 'project' }>
      const rows = inputs.reshape([steps * series, part.inputSize])
      const product = tf.matMul(rows as Tf.Tensor2D, matrices(id, node) as Tf.Tensor2D, false, true)
      return [id, tf.unstack(product.reshape([steps, series, product.shape[1]!]))] as const
    }),
  )
  const xs = tf.unstack(inputs)
  const outputs: Tf.Tensor[] = []
  for (let t = 0; t < steps; t++) {
    const values = new Map<NodeId, Tf.Tensor>()
    const gates = new Map<NodeId, Tf.Tensor[]>()
    const before = states
    for (const id of live) {
      const node = nodes[id]!
      const value = (of: NodeId): Tf.Tensor => values.get(of)!
      switch (node.kind) {
        case 'project': {
          const product =
            beforehand.get(id)?.[t] ??
            tf.matMul(
              whole(tf, value(node.operand), series) as Tf.Tensor2D,
              matrices(id, node) as Tf.Tensor2D,
              false,
              true,
            )
          // The tape has no derivative of a split into one.
          gates.set(id, node.matrices.length === 1 ? [product] : tf.split(product, node.matrices.length, 1))
          break
        }
        case 'gate':
          values.set(id, gates.get(node.project)![node.index]!)
          break
        case 'input':
          values.set(id, xs[t]!)
          break
        case 'state':
          values.set(id, before[node.state]!)
          break
        case 'vector':
          values.set(id, parameter(node.symbol).reshape([1, -1]))
          break
        case 'literal':
          values.set(id, tf.scalar(node.value))
          break
        case 'size':
          values.set(id, tf.scalar({ I: part.inputSize, H: units, 1: 1 }[node.of]))
          break
        case 'sum':
          values.set(id, value(node.operand).sum(-1, true))
          break
        case 'spread':
          values.set(id, value(node.operand))
          break
        case 'apply':
          values.set(id, apply(tf, node.primitive, node.args.map(value)))
          break
        default:
          throw new TypeError(`a forward graph has no ${node.kind}`)
      }
    }
    states = cell.forward.newStates.map((id) => values.get(id)!)
    outputs.push(
      tf.concat(
        outputColumns(part).map(({ state }) => states[state]!),
        1,
      ),
    )
  }
  return tf.stack(outputs)
}

/** What all rows share, for each of them. */
const whole = (tf: Tfjs, value: Tf.Tensor, series: number): Tf.Tensor =>
  value.shape[0] === series ? value : tf.zeros([series, 1]).add(value)

function apply(tf: Tfjs, primitive: Primitive, [a, b]: readonly Tf.Tensor[]): Tf.Tensor {
  switch (primitive) {
    case 'add':
      return a!.add(b!)
    case 'sub':
      return a!.sub(b!)
    case 'mul':
      return a!.mul(b!)
    case 'div':
      return a!.div(b!)
    case 'min':
      return tf.minimum(a!, b!)
    case 'max':
      return tf.maximum(a!, b!)
    case 'greater':
      return a!.greater(b!).cast('float32')
    case 'surrogate':
      throw new TypeError('the tape knows no derivative but its own')
    default:
      return a![primitive]()
  }
}
