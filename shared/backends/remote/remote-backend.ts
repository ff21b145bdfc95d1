/**
 * A backend whose engines live elsewhere, in another thread, window or process: every call goes over a line and comes back with the same
 * result. When the executor has died, the next engine is made on a new one.
 */
import type { Backend } from '../backend.ts'
import { CallLimits, type AlarmClock } from '../calls/call-limits.ts'
import { CalledEngine } from '../calls/called-engine.ts'
import type { TraceSpan, Tracing } from '../trace.ts'
import type { Tuning } from '../tuning.ts'
import type { RemotePort } from './remote-port.ts'
import type { BackendDescription } from './remote-protocol.ts'
import { RemoteLine } from './remote-line.ts'

export interface RemoteOptions {
  /** Starts an executor, or finds the one that is there. */
  readonly open: () => Promise<RemotePort>
  readonly clock: AlarmClock
  /** What is computed on, for messages: `webgpu`. */
  readonly where: string
}

export interface RemoteBackend extends Backend {
  /** Ends the executor; engines that are left are gone with it. */
  close(): void
}

/** @throws LabError what `open` and the backend on the other side throw */
export async function openRemoteBackend({ open, clock, where }: RemoteOptions): Promise<RemoteBackend> {
  // Each executor compiles anew, and has its own limits.
  const connect = async (): Promise<RemoteLine> => new RemoteLine(await open(), clock, new CallLimits(), where)
  let line = await connect()
  let engineCount = 0
  const { isTraced, ...description } = await describe(line)
  return {
    ...description,
    ...(isTraced && { tracing: remoteTracing(() => line) }),
    async createEngine(network, replicas, tuning = {}) {
      if (line.hasEnded) line = await connect()
      const own = line
      const engine = ++engineCount
      const used = (await own.ask({ kind: 'create', engine, network, replicas, tuning })) as Tuning | null
      return new CalledEngine(
        { network, replicas, ...(used && { tuning: used }) },
        async (call, parameters, breathe) => {
          if (call === 'dispose' && own.hasEnded) return // the engine has died with its executor
          return own.call(engine, call, parameters, breathe)
        },
      )
    },
    close: () => line.close(),
  }
}

/** An executor whose backend cannot be had is ended: nobody else would. */
async function describe(line: RemoteLine): Promise<BackendDescription> {
  try {
    return (await line.ask({ kind: 'describe' })) as BackendDescription
  } catch (error) {
    line.close()
    throw error
  }
}

function remoteTracing(line: () => RemoteLine): Tracing {
  return {
    start: async (spansAThread) => void (await line().ask({ kind: 'trace', spansAThread })),
    stop: async () => (await line().ask({ kind: 'trace', spansAThread: null })) as TraceSpan[],
  }
}
