/** The tensorflow backend: float32, on whatever the library that is brought computes on. */
import type { Backend } from '../backend.ts'
import type { OpenSession } from './graph-session.ts'
import type { ModelOptions } from './model-options.ts'
import { createTensorflowEngine } from './tensorflow-engine.ts'

export function createTensorflowBackend(openSession: OpenSession, options: ModelOptions): Backend {
  return {
    name: 'tensorflow',
    precision: 'float32',
    createEngine: (network, replicas) => createTensorflowEngine(network, replicas, openSession, options),
  }
}
