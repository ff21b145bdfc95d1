/**
 * Signatures of a model that learn: the gradient of a training step, with VAA* as a regulariser or without, and of a warm-up step, each handed back or
 * followed by the optimiser's move. A step is one graph, and one read-back.
 */
import type { Network } from '../../networks/network.ts'
import { joinRanges, parameterRanges } from '../programs/parameter-ranges.ts'
import type { FlatRange } from '../recurrence.ts'
import { runOnCudnn, suitsCudnn } from './cudnn.ts'
import { call, defineFunction, type GraphFunction } from './graph/functions.ts'
import type { Value } from './graph/graph.ts'
import type { DataType } from './graph/messages.ts'
import type { Graph } from './graph/ops.ts'
import { flatGradients, type Gradients } from './network-graph.ts'
import { gradientNorm, moveParameters, STEP_NUMBER_COUNT } from './optimizer-graph.ts'
import { unpackParameters, type NetworkParameters } from './part-parameters.ts'
import type { ModelOptions } from './model-options.ts'
import { typesOf, type FedTensors, type ReplicaModel, type Values } from './replica-model.ts'
import { COUNT, flags, floats, integers, SCALAR } from './signature-writer.ts'
import { runLoops, train, type RunSequences } from './train-graph.ts'
import { warmUp } from './warm-up-graph.ts'

/** A gradient as a function of the library: `flat` [P] and what is handed back beside the norm, `numbers` [n]. */
interface GradientFunction {
  readonly name: string
  readonly fed: FedTensors
  readonly body: GraphFunction<Readonly<Record<string, DataType>>, { readonly flat: Value; readonly numbers: Value }>
}

/** Training on cuDNN's kernels, where a model has it. */
export const CUDNN_TRAINING = 'train-cudnn'

/** Fed names of a value for each layer, or boundary between layers. */
export const perturbationName = (layerIndex: number): string => `perturbation_${layerIndex}`
export const dropoutMaskName = (layerIndex: number): string => `dropout_mask_${layerIndex}`

/** What a batch's targets are fed as. */
export const targetTensors = ({ loss, outputSize }: Network): FedTensors => ({
  targetSteps: integers(-1, -1),
  targets: loss === 'mse' ? floats(-1, -1, outputSize) : floats(-1, -1),
  lossCount: SCALAR,
})

export function addLearning(model: ReplicaModel, network: Network, { isCompiled, usesCudnn }: ModelOptions): void {
  const { wiredLayers, inputSize } = network
  const ranges = parameterRanges(network)
  const count = ranges.at(-1)!.end
  const learned = ranges.filter(({ isFrozen }) => !isFrozen)
  const all = joinRanges(learned)
  const warm = joinRanges(learned.filter((range) => range.warm))
  const inputs = { inputs: floats(-1, -1, inputSize) }
  const boundaries = wiredLayers.slice(0, -1)
  const trainFed: FedTensors = {
    ...inputs,
    ...targetTensors(network),
    steps: COUNT,
    reached: flags(-1, -1),
    passed: flags(-1, -1),
    ...Object.fromEntries(boundaries.map(({ index }) => [dropoutMaskName(index), floats(-1, -1, -1)])),
  }
  const warmUpFed: FedTensors = {
    ...inputs,
    ...Object.fromEntries(wiredLayers.map((layer) => [perturbationName(layer.index), floats(layer.inputSize)])),
    truncations: integers(-1),
    convergenceSteps: COUNT,
    convergenceRoom: floats(-1),
    epsilon: SCALAR,
    target: SCALAR,
    scale: SCALAR,
  }
  const regularisedFed = { ...trainFed, ...warmUpFed }

  const define = (
    name: string,
    fed: FedTensors,
    write: (graph: Graph, values: Values) => { readonly flat: Value; readonly numbers: Value },
  ): GradientFunction => ({
    name,
    fed,
    body: defineFunction(model.library, `${name}-gradient`, typesOf(fed, ['parameters']), write),
  })
  const defineTraining = (name: string, runSequences: RunSequences): GradientFunction =>
    define(name, trainFed, (graph, values) => {
      const parameters = unpackParameters(graph, network, values.parameters!)
      const request = {
        ...pick(values, ['inputs', 'steps', 'targetSteps', 'targets', 'lossCount', 'reached', 'passed']),
        dropoutMasks: boundaries.map(({ index }) => values[dropoutMaskName(index)]!),
      }
      const { lossSum, gradients } = train(graph, network, parameters, request, runSequences)
      return { flat: flatGradients(graph, network, gradients), numbers: graph.reshape(lossSum, [1]) }
    })
  const training = defineTraining('train', runLoops)
  const defineWarmUp = (name: string, movesColdParts: boolean): GradientFunction =>
    define(name, warmUpFed, (graph, values) => {
      const parameters = unpackParameters(graph, network, values.parameters!)
      const { gradients, vaaStar } = warmUpOf(graph, network, parameters, values, movesColdParts)
      return { flat: flatGradients(graph, network, gradients), numbers: vaaStar }
    })
  const warmingUp = defineWarmUp('warm-up', true)
  const regularised = define('train-regularised', regularisedFed, (graph, values) => {
    const own = callGradient(graph, training, values)
    const regulariser = callGradient(graph, warmingUp, values)
    return {
      flat: graph.add(own.flat, regulariser.flat),
      numbers: graph.concat([own.numbers, regulariser.numbers], 0),
    }
  })

  const add = (gradient: GradientFunction, moving: readonly FlatRange[], isOneProgram = isCompiled): void => {
    const { name, fed } = gradient
    model.addProgram(`${name}-gradients`, fed, isOneProgram, (graph, values) => {
      const { flat, numbers } = callGradient(graph, gradient, values)
      return { numbers: withNorm(graph, gradientNorm(graph, flat, all), numbers), gradients: flat }
    })
    model.addStep(`${name}-step`, { ...fed, optimizer: floats(STEP_NUMBER_COUNT) }, isOneProgram, (graph, values) => {
      const { flat, numbers } = callGradient(graph, gradient, values)
      const norm = gradientNorm(graph, flat, moving)
      const before = pick(values, ['parameters', 'first', 'second'])
      const step = { gradients: flat, norm, numbers: values.optimizer! }
      return { ...moveParameters(graph, before, step, moving, count), numbers: withNorm(graph, norm, numbers) }
    })
  }
  add(training, all)
  // XLA knows no cuDNN: its nodes stand among operations that are run one by one.
  if (usesCudnn && suitsCudnn(network)) add(defineTraining(CUDNN_TRAINING, runOnCudnn), all, false)
  add(regularised, all)
  add(warmingUp, all)
  add(defineWarmUp('warm-up-masked', false), warm)
}

function warmUpOf(
  graph: Graph,
  network: Network,
  parameters: NetworkParameters,
  values: Values,
  movesColdParts: boolean,
): { readonly vaaStar: Value; readonly gradients: Gradients } {
  const names = ['inputs', 'truncations', 'convergenceSteps', 'convergenceRoom', 'epsilon', 'target', 'scale'] as const
  const request = {
    ...pick(values, names),
    steps: graph.reduce('Max', values.truncations!, [0]),
    perturbations: network.wiredLayers.map(({ index }) => values[perturbationName(index)]!),
  }
  return warmUp(graph, network, parameters, request, movesColdParts)
}

/** @param values of what the gradient is fed, among others */
const callGradient = (
  graph: Graph,
  { body }: GradientFunction,
  values: Values,
): { readonly flat: Value; readonly numbers: Value } =>
  call(graph, body, Object.fromEntries(Object.keys(body.parameters).map((name) => [name, values[name]!])), false)

/** The numbers of a step: its norm first. */
const withNorm = (graph: Graph, norm: Value, numbers: Value): Value =>
  graph.concat([graph.reshape(norm, [1]), numbers], 0)

/** Values that a program is known to be given. */
function pick<Name extends string>(values: Values, names: readonly Name[]): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, values[name]!])) as Record<Name, Value>
}
