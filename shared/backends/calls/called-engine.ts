/** An engine whose every call goes through one function: for whoever leads calls elsewhere, or watches over them. */
import type { Network } from '../../networks/network.ts'
import type { ConvergeRequest, Engine, PerReplica, RestRequest } from '../backend.ts'
import type { Tuning } from '../tuning.ts'

/** What an engine is, beside what it does. */
export type EngineFacts = Pick<Engine, 'network' | 'replicas' | 'tuning'>

/** Every call of an engine. */
export type EngineCall = Exclude<keyof Engine, keyof EngineFacts>

/** What a caller does on the way of a call that takes long; what it throws gives the call up. */
export type Breathe = () => Promise<void>

/** @param breathe null for calls that take none, and where the caller wants no turn */
export type CarryOut = (call: EngineCall, parameters: readonly unknown[], breathe: Breathe | null) => Promise<unknown>

export class CalledEngine implements Engine {
  readonly network: Network
  readonly replicas: number
  readonly tuning?: Tuning
  readonly #carryOut: CarryOut

  constructor({ network, replicas, tuning }: EngineFacts, carryOut: CarryOut) {
    this.network = network
    this.replicas = replicas
    this.tuning = tuning
    this.#carryOut = carryOut
  }

  readParameters(...all: Parameters<Engine['readParameters']>): ReturnType<Engine['readParameters']> {
    return this.#call('readParameters', all)
  }

  writeParameters(...all: Parameters<Engine['writeParameters']>): Promise<void> {
    return this.#call('writeParameters', all)
  }

  readOptimizer(...all: Parameters<Engine['readOptimizer']>): ReturnType<Engine['readOptimizer']> {
    return this.#call('readOptimizer', all)
  }

  writeOptimizer(...all: Parameters<Engine['writeOptimizer']>): Promise<void> {
    return this.#call('writeOptimizer', all)
  }

  resetOptimizer(...all: Parameters<Engine['resetOptimizer']>): Promise<void> {
    return this.#call('resetOptimizer', all)
  }

  trainStep(...all: Parameters<Engine['trainStep']>): ReturnType<Engine['trainStep']> {
    return this.#call('trainStep', all)
  }

  trainGradients(...all: Parameters<Engine['trainGradients']>): ReturnType<Engine['trainGradients']> {
    return this.#call('trainGradients', all)
  }

  evaluate(...all: Parameters<Engine['evaluate']>): ReturnType<Engine['evaluate']> {
    return this.#call('evaluate', all)
  }

  warmupStep(...all: Parameters<Engine['warmupStep']>): ReturnType<Engine['warmupStep']> {
    return this.#call('warmupStep', all)
  }

  warmupGradients(...all: Parameters<Engine['warmupGradients']>): ReturnType<Engine['warmupGradients']> {
    return this.#call('warmupGradients', all)
  }

  vaaStar(...all: Parameters<Engine['vaaStar']>): ReturnType<Engine['vaaStar']> {
    return this.#call('vaaStar', all)
  }

  converge(requests: PerReplica<ConvergeRequest>, breathe?: Breathe): ReturnType<Engine['converge']> {
    return this.#call('converge', [requests], breathe)
  }

  convergeToRest(requests: PerReplica<RestRequest>, breathe?: Breathe): ReturnType<Engine['convergeToRest']> {
    return this.#call('convergeToRest', [requests], breathe)
  }

  gradientByLag(...all: Parameters<Engine['gradientByLag']>): ReturnType<Engine['gradientByLag']> {
    return this.#call('gradientByLag', all)
  }

  memoryBytes(): Promise<number | null> {
    return this.#call('memoryBytes', [])
  }

  dispose(): Promise<void> {
    return this.#call('dispose', [])
  }

  async #call<Call extends EngineCall>(
    call: Call,
    parameters: Parameters<Engine[Call]>,
    breathe: Breathe | null = null,
  ): Promise<Awaited<ReturnType<Engine[Call]>>> {
    const answer = await this.#carryOut(call, parameters, breathe)
    return answer as Awaited<ReturnType<Engine[Call]>>
  }
}
