/**
 * A graph in the making: operations enter by name, their outputs leave as values that later ones read. A graph is the model's own, whose
 * tensors are called `node:0`, or the body of a function, whose tensors are called `node:output:0`; whoever writes operations (ops.ts) need not know.
 */
import type {
  ArgumentMessage,
  Attribute,
  DataType,
  EndpointMessage,
  FunctionMessage,
  GraphShape,
  NodeMessage,
  SavedModelMessage,
  SignatureMessage,
} from './messages.ts'

/** A tensor of one graph. */
export interface Value {
  readonly type: DataType
  /** As inputs of nodes name it. */
  readonly name: string
  /** Its node, for whoever must only run after it. */
  readonly node: string
  /** The graph that it can be read in. */
  readonly graph: GraphNodes
}

/** Functions of one model, by name, and numbers for what has no name of its own. */
export class FunctionLibrary {
  readonly functions: FunctionMessage[] = []
  #count = 0

  nextName(prefix: string): string {
    return `${prefix}_${this.#count++}`
  }
}

/** What operations call their first output inside functions; `output` where nothing else is written here (the .pbtxt of each operation). */
const OUTPUT_NAMES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...['AddV2', 'Sub', 'Mul', 'RealDiv', 'Minimum', 'Maximum', 'Pow'],
      ...['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'LogicalAnd', 'LogicalOr'],
    ].map((op) => [op, 'z']),
  ),
  ...Object.fromEntries(
    [
      ...['Neg', 'Sign', 'Abs', 'Sqrt', 'Exp', 'Expm1', 'Log', 'Log1p', 'Sigmoid', 'Tanh', 'Sin', 'Cos', 'Square'],
      ...['Cast', 'IsFinite', 'LogicalNot', 'Transpose'],
    ].map((op) => [op, 'y']),
  ),
  MatMul: 'product',
  ReadVariableOp: 'value',
  TensorListReserve: 'handle',
  TensorListSetItem: 'output_handle',
  TensorListGetItem: 'item',
  TensorListStack: 'tensor',
  CudnnRNNCanonicalToParamsV2: 'params',
}

/** Of those whose outputs have each a name, or lists of outputs. */
const SEVERAL_OUTPUT_NAMES: Readonly<Record<string, (index: number, count: number) => string>> = {
  CudnnRNNV3: (index) => `${['output', 'output_h', 'output_c', 'reserve_space', 'host_reserved'][index]}:0`,
  CudnnRNNBackpropV3: (index) =>
    `${['input_backprop', 'input_h_backprop', 'input_c_backprop', 'params_backprop'][index]}:0`,
  // As many weights as biases.
  CudnnRNNParamsToCanonicalV2: (index, count) =>
    index < count / 2 ? `weights:${index}` : `biases:${index - count / 2}`,
}

/** The nodes of a graph, without any knowledge of operations but the names of their outputs. */
export class GraphNodes {
  readonly library: FunctionLibrary
  readonly nodes: NodeMessage[] = []
  readonly #isFunction: boolean

  constructor(library: FunctionLibrary, isFunction: boolean) {
    this.library = library
    this.#isFunction = isFunction
  }

  /**
   * Adds a node.
   * @param outputs types of what it puts out, in order
   * @param after values whose nodes must have run before
   */
  node(
    op: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>>,
    outputs: readonly DataType[],
    { name = `${op}_${this.nodes.length}`, after = [] }: { name?: string; after?: readonly Value[] } = {},
  ): Value[] {
    for (const input of inputs)
      if (input.graph !== this) throw new TypeError(`${name} reads ${input.name} of another graph`)
    this.nodes.push({
      name,
      op,
      inputs: [...inputs.map((input) => input.name), ...after.map(({ node }) => `^${node}`)],
      attributes,
    })
    return outputs.map((type, index) => ({
      type,
      name: `${name}:${this.#isFunction ? functionOutput(op, index, outputs.length) : index}`,
      node: name,
      graph: this,
    }))
  }
}

const functionOutput = (op: string, index: number, count: number): string =>
  SEVERAL_OUTPUT_NAMES[op]?.(index, count) ?? `${OUTPUT_NAMES[op] ?? 'output'}:${index}`

/** Of a function: the argument that a value of another graph comes in by. */
export interface Capture {
  readonly outer: Value
  readonly inner: Value
}

/** Gathers the arguments of a function in the making. */
export class FunctionArguments {
  readonly parameters: ArgumentMessage[] = []
  readonly captures: Capture[] = []
  readonly #graph: GraphNodes

  constructor(graph: GraphNodes) {
    this.#graph = graph
  }

  add(type: DataType): Value {
    const name = `argument_${this.parameters.length}`
    this.parameters.push({ name, type })
    return { type, name, node: name, graph: this.#graph }
  }

  /** The argument for a value of the graph that the function is called in. */
  capture(outer: Value): Value {
    const known = this.captures.find((capture) => capture.outer === outer)
    if (known) return known.inner
    const inner = this.add(outer.type)
    this.captures.push({ outer, inner })
    return inner
  }
}

/** Puts a finished function into the library. */
export function addFunction(
  name: string,
  graph: GraphNodes,
  parameters: readonly ArgumentMessage[],
  results: readonly Value[],
): void {
  graph.library.functions.push({
    name,
    parameters,
    results: results.map(({ type }, index) => ({ name: `result_${index}`, type })),
    nodes: graph.nodes,
    returns: results.map((result) => result.name),
  })
}

/** What a signature feeds or fetches. */
export interface Endpoint {
  readonly value: Value
  readonly shape: GraphShape
}

/** The model's own graph with its signatures. */
export function modelMessage(
  graph: GraphNodes,
  signatures: ReadonlyMap<string, Readonly<Record<'inputs' | 'outputs', ReadonlyMap<string, Endpoint>>>>,
): SavedModelMessage {
  const endpoints = (list: ReadonlyMap<string, Endpoint>): Record<string, EndpointMessage> =>
    Object.fromEntries(
      [...list].map(([name, { value, shape }]) => [name, { tensor: value.name, type: value.type, shape }]),
    )
  return {
    nodes: graph.nodes,
    functions: graph.library.functions,
    signatures: Object.fromEntries(
      [...signatures].map(([name, { inputs, outputs }]): [string, SignatureMessage] => [
        name,
        { inputs: endpoints(inputs), outputs: endpoints(outputs) },
      ]),
    ),
  }
}
