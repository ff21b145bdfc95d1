/**
 * The variables of a model and what may be done with them: read and written, given to a program, moved by one. A program is a function of the
 * library, called for one replica.
 */
import type { DataType, SavedModelMessage } from './graph/messages.ts'
import { call, defineFunction } from './graph/functions.ts'
import type { Value } from './graph/graph.ts'
import type { Graph } from './graph/ops.ts'
import { after, COUNT, floats, ReplicaVectors, SignatureWriter, type FedTensor } from './signature-writer.ts'

export type FedTensors = Readonly<Record<string, FedTensor>>
export type Values = Readonly<Record<string, Value>>

/** The flat vectors of a replica, by the names under which programs are given them: [P] each. */
export const REPLICA_VECTORS = ['parameters', 'first', 'second'] as const
export type ReplicaVector = (typeof REPLICA_VECTORS)[number]

export class ReplicaModel {
  readonly #writer = new SignatureWriter()
  readonly #vectors: Readonly<Record<ReplicaVector, ReplicaVectors>>

  /** @param count P */
  constructor(replicas: number, count: number) {
    const { graph } = this.#writer
    const vector = (name: ReplicaVector): ReplicaVectors => new ReplicaVectors(graph, name, replicas, count)
    this.#vectors = { parameters: vector('parameters'), first: vector('first'), second: vector('second') }
    this.#writer.add('initialize', { zeros: floats(replicas, count) }, ({ zeros }) =>
      this.#done(REPLICA_VECTORS.map((name) => this.#vectors[name].assign(zeros))),
    )
    for (const name of REPLICA_VECTORS) {
      const own = this.#vectors[name]
      this.#writer.add(`read-${name}`, { replica: COUNT }, ({ replica }) => ({ values: own.read(replica) }))
      this.#writer.add(`write-${name}`, { replica: COUNT, values: floats(count) }, ({ replica, values }) =>
        this.#done([own.write(replica, values)]),
      )
    }
  }

  /** Where functions are put that programs share. */
  get library(): Graph['library'] {
    return this.#writer.graph.library
  }

  /** A signature that leaves the variables as they are. @param write is given what is fed, and the replica's `parameters` */
  addProgram(
    name: string,
    fed: FedTensors,
    isCompiled: boolean,
    write: (graph: Graph, values: Values) => Values,
  ): void {
    const body = defineFunction(this.library, name, typesOf(fed, ['parameters']), write)
    this.#writer.add(name, { ...fed, replica: COUNT }, ({ replica, ...values }: Values) =>
      call(this.#writer.graph, body, { ...values, parameters: this.#vectors.parameters.read(replica!) }, isCompiled),
    )
  }

  /** A signature that moves them. @param write is given all vectors of the replica, and hands them back beside what is fetched */
  addStep(
    name: string,
    fed: FedTensors,
    isCompiled: boolean,
    write: (graph: Graph, values: Values) => Record<ReplicaVector, Value> & Values,
  ): void {
    const { graph } = this.#writer
    const body = defineFunction(this.library, name, typesOf(fed, REPLICA_VECTORS), write)
    this.#writer.add(name, { ...fed, replica: COUNT }, ({ replica, ...values }: Values) => {
      const own = REPLICA_VECTORS.map((vector) => [vector, this.#vectors[vector].read(replica!)] as const)
      const results = call(graph, body, { ...values, ...Object.fromEntries(own) }, isCompiled)
      const written = REPLICA_VECTORS.map((vector) => this.#vectors[vector].write(replica!, results[vector]))
      const fetched = Object.entries(results).filter(([key]) => !REPLICA_VECTORS.some((vector) => vector === key))
      return Object.fromEntries(fetched.map(([key, value]) => [key, after(graph, value, written)]))
    })
  }

  message(): SavedModelMessage {
    return this.#writer.message()
  }

  /** What a signature puts out that has nothing to say. */
  #done(what: readonly Value[]): Values {
    const { graph } = this.#writer
    return { done: after(graph, graph.scalar(1), what) }
  }
}

/** Types of a function's arguments. @param vectors those of a replica among them */
export function typesOf(fed: FedTensors, vectors: readonly ReplicaVector[]): Record<string, DataType> {
  return Object.fromEntries([
    ...Object.entries(fed).map(([name, { type }]) => [name, type] as const),
    ...vectors.map((name) => [name, 'float'] as const),
  ])
}
