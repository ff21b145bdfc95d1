/**
 * The outer graph of a model: variables that hold every replica's vectors, and signatures, each a set of tensors that are fed and fetched. What is
 * computed stands in functions (graph/functions.ts), so that XLA makes one program of each.
 */
import { FunctionLibrary, modelMessage, type Endpoint, type Value } from './graph/graph.ts'
import type { DataType, GraphShape, SavedModelMessage } from './graph/messages.ts'
import { Graph } from './graph/ops.ts'

export interface FedTensor {
  readonly type: Extract<DataType, 'float' | 'int32' | 'bool'>
  readonly shape: GraphShape
}

export const SCALAR: FedTensor = { type: 'float', shape: [] }
export const COUNT: FedTensor = { type: 'int32', shape: [] }
export const floats = (...shape: number[]): FedTensor => ({ type: 'float', shape })
export const integers = (...shape: number[]): FedTensor => ({ type: 'int32', shape })
export const flags = (...shape: number[]): FedTensor => ({ type: 'bool', shape })

type Fed<Inputs> = { readonly [Name in keyof Inputs]: Value }

export class SignatureWriter {
  readonly graph = new Graph(new FunctionLibrary(), false)
  readonly #signatures = new Map<string, Record<'inputs' | 'outputs', ReadonlyMap<string, Endpoint>>>()

  /** @param write makes what is fetched of what is fed */
  add<Inputs extends Readonly<Record<string, FedTensor>>>(
    name: string,
    inputs: Inputs,
    write: (fed: Fed<Inputs>) => Readonly<Record<string, Value>>,
  ): void {
    const fed = Object.entries(inputs).map(([key, { type, shape }]): [string, Endpoint] => [
      key,
      { value: this.graph.placeholder(`${name}.${key}`, type, shape), shape },
    ])
    const fetched = write(Object.fromEntries(fed.map(([key, { value }]) => [key, value])) as Fed<Inputs>)
    this.#signatures.set(name, {
      inputs: new Map(fed),
      outputs: new Map(Object.entries(fetched).map(([key, value]) => [key, { value, shape: null }])),
    })
  }

  message(): SavedModelMessage {
    return modelMessage(this.graph, this.#signatures)
  }
}

/** A variable [R, P]: one flat vector a replica. */
export class ReplicaVectors {
  readonly #graph: Graph
  readonly #handle: Value

  constructor(graph: Graph, name: string, replicas: number, count: number) {
    this.#graph = graph
    this.#handle = graph.node(
      'VarHandleOp',
      [],
      {
        dtype: { type: 'float' },
        shape: { shape: [replicas, count] },
        shared_name: { text: name },
        container: { text: '' },
      },
      ['resource'],
      { name },
    )[0]!
  }

  /** The vector of a replica, [P]. */
  read(replica: Value): Value {
    const attributes = {
      dtype: { type: 'float' },
      Tindices: { type: 'int32' },
      batch_dims: { int: 0 },
      validate_indices: { bool: true },
    } as const
    return this.#graph.only('ResourceGather', [this.#handle, replica], attributes, 'float')
  }

  /** @returns the node that does it, for `done` */
  write(replica: Value, vector: Value): Value {
    const graph = this.#graph
    return this.#written('ResourceScatterUpdate', [this.#handle, graph.expand(replica, 0), graph.expand(vector, 0)], {
      dtype: { type: 'float' },
      Tindices: { type: 'int32' },
    })
  }

  /** Gives all replicas their vectors, at the beginning. */
  assign(vectors: Value): Value {
    return this.#written('AssignVariableOp', [this.#handle, vectors], { dtype: { type: 'float' } })
  }

  /** An operation without outputs, as a value that is only waited for. */
  #written(op: string, inputs: readonly Value[], attributes: Parameters<Graph['node']>[2]): Value {
    const name = `${op}_${this.#graph.nodes.length}`
    this.#graph.node(op, inputs, attributes, [], { name })
    return { type: 'float', name, node: name, graph: this.#graph }
  }
}

/** `value` once all these have been done. */
export const after = (graph: Graph, value: Value, done: readonly Value[]): Value =>
  graph.node('Identity', [value], { T: { type: value.type } }, [value.type], { after: done })[0]!
