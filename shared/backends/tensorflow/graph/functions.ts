/**
 * Functions of a graph's library and loops over them. A loop's body reads values of the graph around it through `outside`, which makes them
 * arguments; so loops are written as if they stood where they are called.
 */
import { addFunction, FunctionArguments, type FunctionLibrary, type Value } from './graph.ts'
import type { DataType } from './messages.ts'
import { Graph } from './ops.ts'

/** The body of a loop: a graph of its own that may read the one around it. */
export interface LoopBody {
  readonly graph: Graph
  /** A value of the graph around the loop, the same at every step. */
  readonly outside: (value: Value) => Value
}

/**
 * Repeats `body` while `condition` holds.
 * @param carried what goes from step to step, as it is at first
 * @param condition reads the carried values alone and what is outside
 * @returns the carried values after the last step
 */
export function loop(
  around: Graph,
  carried: readonly Value[],
  condition: (body: LoopBody, carried: readonly Value[]) => Value,
  body: (body: LoopBody, carried: readonly Value[]) => readonly Value[],
): Value[] {
  const written = [condition, (inner: LoopBody, values: readonly Value[]) => body(inner, values)].map((write) => {
    const graph = new Graph(around.library, true)
    const args = new FunctionArguments(graph)
    const values = carried.map(({ type }) => args.add(type))
    const results = write({ graph, outside: (value) => args.capture(value) }, values)
    return { graph, args, results: 'type' in results ? [results] : [...results] }
  })
  const [conditions, bodies] = written as [(typeof written)[0], (typeof written)[0]]
  // Both functions of a loop take all that either of them reads, in one order.
  for (const { outer } of conditions.args.captures) bodies.args.capture(outer)
  const captured = bodies.args.captures.map(({ outer }) => outer)
  const ordered = new FunctionArguments(conditions.graph)
  ordered.parameters.push(
    ...bodies.args.parameters.map(({ name, type }, index) => {
      const outer = captured[index - carried.length]
      const known = conditions.args.captures.find((capture) => capture.outer === outer)
      return { name: known?.inner.name ?? (index < carried.length ? name : `unused_${index}`), type }
    }),
  )
  const name = around.library.nextName('loop')
  addFunction(`${name}_condition`, conditions.graph, ordered.parameters, conditions.results)
  addFunction(`${name}_body`, bodies.graph, bodies.args.parameters, [
    ...bodies.results,
    ...bodies.args.captures.map(({ inner }) => inner),
  ])
  const inputs = [...carried, ...captured]
  const types = inputs.map(({ type }) => type)
  return around
    .node(
      'While',
      inputs,
      {
        T: { types },
        cond: { func: `${name}_condition` },
        body: { func: `${name}_body` },
        output_shapes: { shapes: [] },
        parallel_iterations: { int: 10 },
      },
      types,
    )
    .slice(0, carried.length)
}

type Types = Readonly<Record<string, DataType>>
/** A value for every name. */
export type Named<Names> = { readonly [Name in keyof Names]: Value }

/** A function of the library that graphs may call. */
export interface GraphFunction<Parameters extends Types, Results extends Named<Results>> {
  readonly name: string
  readonly parameters: Parameters
  /** As they are called inside; for their types. */
  readonly results: Results
}

export function defineFunction<Parameters extends Types, Results extends Named<Results>>(
  library: FunctionLibrary,
  name: string,
  parameters: Parameters,
  write: (graph: Graph, args: Named<Parameters>) => Results,
): GraphFunction<Parameters, Results> {
  const graph = new Graph(library, true)
  const args = new FunctionArguments(graph)
  const named = Object.fromEntries(Object.entries(parameters).map(([key, type]) => [key, args.add(type)]))
  const results = write(graph, named as Named<Parameters>)
  addFunction(name, graph, args.parameters, Object.values<Value>(results))
  return { name, parameters, results }
}

/**
 * ConfigProto { graph_options { rewrite_options { disable_meta_optimizer: true } } }: a function is run as it is written. TensorFlow's optimiser of graphs
 * takes longer over it than all it saves, and XLA has one of its own.
 */
const AS_WRITTEN = Uint8Array.of(0x52, 5, 0x52, 3, 0x98, 0x01, 1)

/** @param isCompiled XLA makes one program of the function for every shape that it is called with; else TensorFlow runs its operations one by one */
export function call<Parameters extends Types, Results extends Named<Results>>(
  graph: Graph,
  { name, parameters, results }: GraphFunction<Parameters, Results>,
  args: Named<Parameters>,
  isCompiled: boolean,
): Named<Results> {
  const types = Object.values<Value>(results).map(({ type }) => type)
  const outputs = graph.node(
    'StatefulPartitionedCall',
    Object.keys(parameters).map((key) => args[key]!),
    {
      Tin: { types: Object.values(parameters) },
      Tout: { types },
      f: { func: name },
      config_proto: { bytes: AS_WRITTEN },
      config: { text: '' },
      executor_type: { text: '' },
      ...(isCompiled ? { _XlaMustCompile: { bool: true } } : {}),
    },
    types,
  )
  return Object.fromEntries(
    Object.keys(results).map((key, index) => [key, outputs[index]!]),
  ) as unknown as Named<Results>
}
