/**
 * A network with its replicas as one SavedModel: parameters and moments are variables inside, and what backend.ts asks for are its signatures. Sizes of
 * batches stay open; XLA makes a program for each that comes.
 */
import type { Network } from '../../networks/network.ts'
import { elementCount } from '../../numerics/dims.ts'
import type { SavedModelMessage } from './graph/messages.ts'
import type { ModelOptions } from './model-options.ts'
import { addLearning, targetTensors } from './learning-model.ts'
import { measuringPrograms } from './measuring-model.ts'
import { unpackParameters } from './part-parameters.ts'
import { ReplicaModel } from './replica-model.ts'

export function writeModel(network: Network, replicas: number, options: ModelOptions): SavedModelMessage {
  const count = network.parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0)
  const model = new ReplicaModel(replicas, count)
  addLearning(model, network, options)
  for (const { name, fed, isCompiled, write } of measuringPrograms(network, targetTensors(network)))
    model.addProgram(name, fed, options.isCompiled && isCompiled, (graph, values) =>
      write(graph, unpackParameters(graph, network, values.parameters!), values),
    )
  return model.message()
}
