/** Models as they are written, without a library: what a graph may read, what signatures there are, and cuDNN's nodes, which no test here can run. */
import { PbfReader } from 'pbf'
import { describe, expect, it } from 'vitest'
import { loop } from '../../../../shared/backends/tensorflow/graph/functions.ts'
import { FunctionLibrary } from '../../../../shared/backends/tensorflow/graph/graph.ts'
import {
  savedModelBytes,
  type FunctionMessage,
  type NodeMessage,
  type SavedModelMessage,
} from '../../../../shared/backends/tensorflow/graph/messages.ts'
import { Graph } from '../../../../shared/backends/tensorflow/graph/ops.ts'
import { writeModel } from '../../../../shared/backends/tensorflow/model.ts'
import { network, part } from '../networks.ts'

const DOUBLE = network([[part('gru', 3), part('lstm', 2, false)], [part('lstm', 4)]], { inputs: 2, outputs: 1 })

const model = (net = DOUBLE, usesCudnn = false): SavedModelMessage =>
  writeModel(net, 2, { isCompiled: true, usesCudnn })

/** Names of the nodes and arguments that a function's node reads. */
const sourcesOf = ({ inputs }: NodeMessage): string[] => inputs.map((input) => input.replace('^', '').split(':')[0]!)

function functionOf({ functions }: SavedModelMessage, name: string): FunctionMessage {
  const found = functions.find((each) => each.name === name)
  expect(found, name).toBeDefined()
  return found!
}

describe('a model', () => {
  it('reads in every function only what stands there', () => {
    const { functions } = model()
    for (const { name, nodes, parameters, returns } of functions) {
      const known = new Set([...parameters.map((each) => each.name), ...nodes.map((node) => node.name)])
      for (const node of nodes)
        for (const source of sourcesOf(node)) expect(known, `${name}: ${node.name}`).toContain(source)
      for (const result of returns) expect(known, name).toContain(result.split(':')[0])
    }
  })
  it('calls and loops over functions that it has, with as many values as they take', () => {
    const { functions, nodes } = model()
    const byName = new Map(functions.map((each) => [each.name, each]))
    const all = [...nodes, ...functions.flatMap((each) => each.nodes)]
    const callers = all.filter(({ attributes }) => Object.values(attributes).some((each) => 'func' in each))
    expect(callers.length).toBeGreaterThan(10)
    for (const { name, inputs, attributes } of callers)
      for (const attribute of Object.values(attributes))
        if ('func' in attribute) expect(byName.get(attribute.func)?.parameters.length, name).toBe(inputs.length)
  })
  it('has a signature for every program, and names of nodes that are there', () => {
    const { signatures, nodes } = model()
    expect(Object.keys(signatures)).toMatchSnapshot()
    const names = new Set(nodes.map(({ name }) => name))
    for (const { inputs, outputs } of Object.values(signatures))
      for (const { tensor } of [...Object.values(inputs), ...Object.values(outputs)])
        expect(names).toContain(tensor.replace(/:0$/, '').replace(/:\d+$/, ''))
  })
  it('is a SavedModel of one graph under the tag that it is looked for by', () => {
    const { fields, tag } = new PbfReader(savedModelBytes(model())).readFields(
      (field, result: { fields: number[]; tag: string }, pbf) => {
        result.fields.push(field)
        if (field === 2)
          pbf.readMessage((inner) => {
            if (inner === 1) pbf.readMessage((info) => void (info === 4 && (result.tag = pbf.readString())), null)
          }, null)
      },
      { fields: [], tag: '' },
    )
    expect(fields).toEqual([1, 2])
    expect(tag).toBe('serve')
  })
})

describe('a graph', () => {
  it('refuses values of another', () => {
    const library = new FunctionLibrary()
    const one = new Graph(library, false)
    const other = new Graph(library, false)
    expect(() => one.add(one.scalar(1), other.scalar(2))).toThrow('another graph')
  })
  it('gives both functions of a loop what either of them reads outside', () => {
    const library = new FunctionLibrary()
    const graph = new Graph(library, false)
    const [end, by] = [graph.integers(7), graph.integers(2)]
    loop(
      graph,
      [graph.integers(0)],
      ({ graph: inner, outside }, [t]) => inner.compare('Less', t!, outside(end)),
      ({ graph: inner, outside }, [t]) => [inner.add(t!, outside(by))],
    )
    const [condition, body] = library.functions
    expect(condition!.parameters).toHaveLength(3)
    expect(body!.parameters).toHaveLength(3)
    expect(graph.nodes.at(-1)!.inputs.slice(1).sort()).toEqual([by.name, end.name].sort())
    // Each reads its own at the place where the loop hands it in.
    const place = (value: { readonly name: string }): number => graph.nodes.at(-1)!.inputs.indexOf(value.name)
    expect(condition!.nodes.at(-1)!.inputs[1]).toBe(condition!.parameters[place(end)]!.name)
    expect(body!.nodes.at(-1)!.inputs[1]).toBe(body!.parameters[place(by)]!.name)
  })
})

describe('cuDNN’s nodes', () => {
  const cudnnNodes = (written: SavedModelMessage): NodeMessage[] =>
    written.functions.flatMap(({ nodes }) => nodes.filter(({ op }) => op.startsWith('Cudnn')))

  it('stand in a training of their own where every cell is a GRU or an LSTM, whatever it is called', () => {
    const renamed = part('gru', 3).cell.equations.join('\n')
    const net = network([[part(renamed, 3), part('lstm', 2, false)], [part('chrono-lstm', 4)]], {
      inputs: 2,
      outputs: 1,
    })
    const written = model(net, true)
    expect(Object.keys(written.signatures)).toContain('train-cudnn-step')
    const { nodes } = functionOf(written, 'train-cudnn-gradient')
    expect(nodes.filter(({ op }) => op === 'CudnnRNNV3').map(({ attributes }) => attributes.rnn_mode)).toEqual([
      { text: 'gru' },
      { text: 'lstm' },
      { text: 'lstm' },
    ])
  })
  it('are in no model that does not ask for them, or has another cell', () => {
    expect(cudnnNodes(model())).toEqual([])
    expect(cudnnNodes(model(network([[part('gru', 3), part('mgu', 2)]], { inputs: 2, outputs: 1 }), true))).toEqual([])
    expect(
      cudnnNodes(
        model(
          network([[part(`${part('gru', 3).cell.equations.join('\n')}\nfixed U_r`, 3)]], { inputs: 2, outputs: 1 }),
          true,
        ),
      ),
    ).toEqual([])
  })
  it('are given weights and biases in cuDNN’s order, and their gradients go back to the same parameters', () => {
    const { nodes } = functionOf(
      model(network([[part('lstm', 3)]], { inputs: 2, outputs: 1 }), true),
      'train-cudnn-gradient',
    )
    const one = (op: string): NodeMessage => nodes.find((node) => node.op === op)!
    const pack = one('CudnnRNNCanonicalToParamsV2')
    expect(pack.inputs).toHaveLength(3 + 8 + 8)
    // The flat parameters are split in the network's order: W_i, b_i, U_i, c_i, then f, g, o.
    const places = pack.inputs.slice(3).map((input) => {
      const source = nodes.find(({ name }) => name === input.split(':')[0])!
      return Number((source.op === 'SplitV' ? input : source.inputs[0]!).split(':')[2])
    })
    expect(places).toEqual([0, 4, 8, 12, 2, 6, 10, 14, 1, 5, 9, 13, 3, 7, 11, 15])
    const back = one('CudnnRNNBackpropV3')
    const forward = one('CudnnRNNV3')
    expect(back.inputs.slice(0, 5)).toEqual(forward.inputs)
    expect(back.inputs.slice(5, 8)).toEqual(
      ['output', 'output_h', 'output_c'].map((output) => `${forward.name}:${output}:0`),
    )
    expect(back.inputs.slice(11)).toEqual(
      ['reserve_space', 'host_reserved'].map((output) => `${forward.name}:${output}:0`),
    )
    expect(one('CudnnRNNParamsToCanonicalV2').inputs.slice(3)).toEqual([`${back.name}:params_backprop:0`])
  })
})
