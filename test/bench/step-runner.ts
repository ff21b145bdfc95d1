/** Our contestant: a case of training on an engine of its own, warmed up; times whole steps of all replicas with Adam. */
import type { Engine } from '../../shared/backends/backend.ts'
import type { OpenedBackend } from './engines.ts'
import { createEngine } from './seeded-engine.ts'
import type { Contestant } from './measure.ts'
import { ADAM, countWeights, createCaseNetwork, trainRequest } from './networks.ts'
import type { StepCase } from './step-cases.ts'

/** V8 replaces the first code of a module after a few calls. */
const WARM_UP_STEPS = 3

export interface StepRunner extends Contestant {
  readonly engine: Engine
  /** Of one replica. */
  readonly weights: number
}

/** Opens the case and takes the first steps; `engine.dispose()` is left to the caller. */
export async function openStepRunner({ backend }: OpenedBackend, testCase: StepCase): Promise<StepRunner> {
  const network = createCaseNetwork(testCase)
  const engine = await createEngine(backend, network, testCase.replicas)
  const requests = Array.from({ length: testCase.replicas }, (_, replica) => trainRequest(testCase, replica))
  const optimizers = requests.map(() => ADAM)
  const time = async (steps: number): Promise<number[]> => {
    const times: number[] = []
    for (let step = 0; step < steps; step++) {
      const start = performance.now()
      await engine.trainStep(requests, optimizers)
      times.push(performance.now() - start)
    }
    return times
  }
  await time(WARM_UP_STEPS)
  return { name: testCase.name, engine, weights: countWeights(network), time }
}
