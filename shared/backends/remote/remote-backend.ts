/**
 * A backend whose engines live elsewhere, in another thread, window or process: every call goes over a line and comes back with the same
 * result. When the executor has died, the next engine is made on a new one.
 */
import type { Network } from '../../networks/network.ts'
import type { Backend, ConvergeRequest, Engine, PerReplica, RestRequest } from '../backend.ts'
import type { TraceSpan, Tracing } from '../trace.ts'
import { CallLimits } from './call-limits.ts'
import type { RemotePort } from './remote-port.ts'
import type { BackendDescription, EngineCall } from './remote-protocol.ts'
import { RemoteLine, type Breathe, type LineClock } from './remote-line.ts'

export interface RemoteOptions {
  /** Starts an executor, or finds the one that is there. */
  readonly open: () => Promise<RemotePort>
  readonly clock: LineClock
  /** What is computed on, for messages: `webgpu`. */
  readonly where: string
}

export interface RemoteBackend extends Backend {
  /** Ends the executor; engines that are left are gone with it. */
  close(): void
}

/** @throws LabError what `open` and the backend on the other side throw */
export async function openRemoteBackend({ open, clock, where }: RemoteOptions): Promise<RemoteBackend> {
  const limits = new CallLimits()
  const connect = async (): Promise<RemoteLine> => new RemoteLine(await open(), clock, limits, where)
  let line = await connect()
  let engineCount = 0
  const { isTraced, ...description } = (await line.ask({ kind: 'describe' })) as BackendDescription
  return {
    ...description,
    ...(isTraced && { tracing: remoteTracing(() => line) }),
    async createEngine(network, replicas) {
      if (line.hasEnded) line = await connect()
      const engine = ++engineCount
      await line.ask({ kind: 'create', engine, network, replicas })
      return new RemoteEngine(line, engine, network, replicas)
    },
    close: () => line.close(),
  }
}

function remoteTracing(line: () => RemoteLine): Tracing {
  return {
    start: async (spansAThread) => void (await line().ask({ kind: 'trace', spansAThread })),
    stop: async () => (await line().ask({ kind: 'trace', spansAThread: null })) as TraceSpan[],
  }
}

/** Every call as it is, to the other side. Requests are copied when the call is made. */
class RemoteEngine implements Engine {
  readonly network: Network
  readonly replicas: number
  readonly #line: RemoteLine
  readonly #engine: number

  constructor(line: RemoteLine, engine: number, network: Network, replicas: number) {
    this.#line = line
    this.#engine = engine
    this.network = network
    this.replicas = replicas
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

  /** Also where the executor has died, and the engine with it. */
  async dispose(): Promise<void> {
    if (!this.#line.hasEnded) await this.#call('dispose', [])
  }

  async #call<Call extends EngineCall>(
    call: Call,
    parameters: Parameters<Engine[Call]>,
    breathe: Breathe | null = null,
  ): Promise<Awaited<ReturnType<Engine[Call]>>> {
    const answer = await this.#line.call(this.#engine, call, parameters, breathe)
    return answer as Awaited<ReturnType<Engine[Call]>>
  }
}
