/**
 * A network with its replicas as one SavedModel: parameters and moments are variables inside, and every program of backend.ts is a signature. Sizes of
 * batches stay open; XLA makes a program for each that comes.
 */
import type { Network } from '../../networks/network.ts'
import type { FlatRange } from '../recurrence.ts'
import { joinRanges, parameterRanges } from '../programs/parameter-ranges.ts'
import { call, defineFunction, type GraphFunction, type Named } from './graph/functions.ts'
import type { Value } from './graph/graph.ts'
import type { DataType, SavedModelMessage } from './graph/messages.ts'
import type { Graph } from './graph/ops.ts'
import { addGradient, flatGradients, runNetwork, startStates, type Gradients } from './network-graph.ts'
import { gradientNorm, moveParameters, STEP_NUMBER_COUNT } from './optimizer-graph.ts'
import { unpackParameters, type NetworkParameters } from './part-parameters.ts'
import {
  after,
  COUNT,
  flags,
  floats,
  integers,
  ReplicaVectors,
  SCALAR,
  SignatureWriter,
  type FedTensor,
} from './signature-writer.ts'
import { train } from './train-graph.ts'
import { warmUp } from './warm-up-graph.ts'

export interface ModelOptions {
  /** Whether XLA compiles what is computed. */
  readonly isCompiled: boolean
}

/** Inputs of a list, by number: `mask_0`, `mask_1`, ... */
export const numbered = (name: string, count: number, tensor: FedTensor): Readonly<Record<string, FedTensor>> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}_${i}`, tensor]))

export const listOf = (name: string, values: Readonly<Record<string, Value>>, count: number): Value[] =>
  Array.from({ length: count }, (_, i) => values[`${name}_${i}`]!)

type Fed = Readonly<Record<string, FedTensor>>
type Values = Readonly<Record<string, Value>>
const typesOf = (fed: Fed): Record<string, DataType> =>
  Object.fromEntries(Object.entries(fed).map(([name, { type }]) => [name, type]))

/** A gradient as a function of the library: `flat` [P] and what is handed back beside the norm, `numbers` [n]. */
interface GradientFunction {
  readonly name: string
  readonly fed: Fed
  readonly body: GraphFunction<Readonly<Record<string, DataType>>, { readonly flat: Value; readonly numbers: Value }>
}

export function writeModel(network: Network, replicas: number, { isCompiled }: ModelOptions): SavedModelMessage {
  const writer = new SignatureWriter()
  const { graph } = writer
  const ranges = parameterRanges(network)
  const count = ranges.at(-1)!.end
  const learned = ranges.filter(({ isFrozen }) => !isFrozen)
  const allMoving = joinRanges(learned)
  const warmMoving = joinRanges(learned.filter(({ warm }) => warm))
  const vectors = {
    parameters: new ReplicaVectors(graph, 'parameters', replicas, count),
    first: new ReplicaVectors(graph, 'first', replicas, count),
    second: new ReplicaVectors(graph, 'second', replicas, count),
  }
  const done = (what: readonly Value[]): Values => ({ done: after(graph, graph.scalar(1), what) })

  writer.add('initialize', { zeros: floats(replicas, count) }, ({ zeros }) =>
    done(Object.values(vectors).map((vector) => vector.assign(zeros))),
  )
  for (const [name, vector] of Object.entries(vectors)) {
    writer.add(`read.${name}`, { replica: COUNT }, ({ replica }) => ({ values: vector.read(replica) }))
    writer.add(`write.${name}`, { replica: COUNT, values: floats(count) }, ({ replica, values }) =>
      done([vector.write(replica, values)]),
    )
  }

  /** Defines a function of a replica's parameters, and the signature that calls it. */
  const addProgram = (name: string, fed: Fed, write: (inner: Graph, values: Values) => Values): void => {
    const parameters = { ...typesOf(fed), parameters: 'float' as const }
    const body = defineFunction(graph.library, name, parameters, write)
    writer.add(name, { ...fed, replica: COUNT }, ({ replica, ...values }: Values) =>
      call(graph, body, { ...values, parameters: vectors.parameters.read(replica!) }, isCompiled),
    )
  }

  /** A gradient as two signatures: one hands it back, one moves the parameters by it. */
  const addGradientPrograms = (gradient: GradientFunction, moving: readonly FlatRange[]): void => {
    const { name, fed } = gradient
    addProgram(`${name}.gradients`, fed, (inner, values) => {
      const { flat, numbers } = callGradient(inner, gradient, values)
      return { numbers: withNorm(inner, numbers, gradientNorm(inner, flat, allMoving)), gradients: flat }
    })
    const stepFed = { ...fed, optimizer: floats(STEP_NUMBER_COUNT) }
    const parameters = { ...typesOf(stepFed), parameters: 'float', first: 'float', second: 'float' } as const
    const body = defineFunction(
      graph.library,
      `${name}.step`,
      parameters,
      (inner, values: Named<typeof parameters>) => {
        const { flat, numbers } = callGradient(inner, gradient, values)
        const norm = gradientNorm(inner, flat, moving)
        const step = { gradients: flat, norm, numbers: (values as Values).optimizer! }
        return { numbers: withNorm(inner, numbers, norm), ...moveParameters(inner, values, step, moving, count) }
      },
    )
    writer.add(`${name}.step`, { ...stepFed, replica: COUNT }, ({ replica, ...values }: Values) => {
      const own = Object.fromEntries(Object.entries(vectors).map(([key, vector]) => [key, vector.read(replica!)]))
      const moved = call(graph, body, { ...values, ...own } as Named<typeof parameters>, isCompiled)
      const written = Object.entries(vectors).map(([key, vector]) =>
        vector.write(replica!, (moved as unknown as Values)[key]!),
      )
      return { numbers: after(graph, moved.numbers, written) }
    })
  }

  const layerCount = network.wiredLayers.length
  const batch = { inputs: floats(-1, -1, network.inputSize), steps: COUNT }
  const targets = {
    targetSteps: integers(-1, -1),
    targets: network.loss === 'mse' ? floats(-1, -1, network.outputSize) : floats(-1, -1),
    lossCount: SCALAR,
  }
  const draw = {
    ...Object.fromEntries(
      network.wiredLayers.map(({ index, inputSize }) => [`perturbation_${index}`, floats(inputSize)]),
    ),
    convergenceSteps: COUNT,
    epsilon: SCALAR,
  }
  const warmUpDraw = { ...draw, truncations: integers(-1), convergenceRoom: floats(-1), target: SCALAR, scale: SCALAR }
  const trainFed = {
    ...batch,
    ...targets,
    reached: flags(-1, -1),
    passed: flags(-1, -1),
    ...numbered('dropoutMask', layerCount - 1, floats(-1, -1, -1)),
  }

  const defineGradient = (
    name: string,
    fed: Fed,
    write: (inner: Graph, parameters: NetworkParameters, values: Values) => { gradients: Gradients; numbers: Value },
  ): GradientFunction => ({
    name,
    fed,
    body: defineFunction(graph.library, name, { ...typesOf(fed), parameters: 'float' }, (inner, values: Values) => {
      const { gradients, numbers } = write(inner, unpackParameters(inner, network, values.parameters!), values)
      return { flat: flatGradients(inner, network, gradients), numbers }
    }),
  })
  const training = defineGradient('train', trainFed, (inner, parameters, values) => {
    const { lossSum, gradients } = train(inner, network, parameters, {
      ...pick(values, ['inputs', 'steps', 'targetSteps', 'targets', 'lossCount', 'reached', 'passed']),
      dropoutMasks: listOf('dropoutMask', values, layerCount - 1),
    })
    return { gradients, numbers: inner.reshape(lossSum, [1]) }
  })
  const warmUpFed = { inputs: batch.inputs, ...warmUpDraw }
  const defineWarmUp = (name: string, movesColdParts: boolean): GradientFunction =>
    defineGradient(name, warmUpFed, (inner, parameters, values) => {
      const { gradients, vaaStar } = warmUp(
        inner,
        network,
        parameters,
        {
          ...pick(values, [
            'inputs',
            'truncations',
            'convergenceSteps',
            'epsilon',
            'convergenceRoom',
            'target',
            'scale',
          ]),
          steps: inner.reduce('Max', values.truncations!, [0]),
          perturbations: listOf('perturbation', values, layerCount),
        },
        movesColdParts,
      )
      return { gradients, numbers: vaaStar }
    })
  const warmingUp = defineWarmUp('warm-up', true)
  const regularisedFed = { ...trainFed, ...warmUpDraw }
  const regularised: GradientFunction = {
    name: 'train-regularised',
    fed: regularisedFed,
    body: defineFunction(
      graph.library,
      'train-regularised',
      { ...typesOf(regularisedFed), parameters: 'float' },
      (inner, values: Values) => {
        const own = callGradient(inner, training, values)
        const regulariser = callGradient(inner, warmingUp, values)
        return {
          flat: inner.add(own.flat, regulariser.flat),
          numbers: inner.concat([own.numbers, regulariser.numbers], 0),
        }
      },
    ),
  }
  addGradientPrograms(training, allMoving)
  addGradientPrograms(regularised, allMoving)
  addGradientPrograms(warmingUp, allMoving)
  addGradientPrograms(defineWarmUp('warm-up-masked', false), warmMoving)
  return writer.message()
}

/** @param values of what the gradient is fed, among others */
const callGradient = (graph: Graph, { body }: GradientFunction, values: Values): { flat: Value; numbers: Value } =>
  call(graph, body, Object.fromEntries(Object.keys(body.parameters).map((name) => [name, values[name]!])), false)

const withNorm = (graph: Graph, numbers: Value, norm: Value): Value =>
  graph.concat([graph.reshape(norm, [1]), numbers], 0)

/** Inputs that a program is known to have, by name. */
function pick<Name extends string>(values: Values, names: readonly Name[]): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, values[name]!])) as Record<Name, Value>
}
