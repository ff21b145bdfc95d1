/**
 * The executor's side of a line: calls come in, a backend of this thread carries them out in the order in which they come, every one of them is
 * answered by its result or by what went wrong. Starting the thread or process, and ending it, is its host's.
 */
import { LabError } from '../../errors/errors.ts'
import { toWireError } from '../../errors/wire-error.ts'
import type { Backend, Engine } from '../backend.ts'
import type { Tuning } from '../tuning.ts'
import { packOwned } from './pack-arrays.ts'
import type { RemotePort } from './remote-port.ts'
import type { BackendDescription, FromExecutor, ToExecutor } from './remote-protocol.ts'

type CallMessage = Extract<ToExecutor, { kind: 'call' }>
type CreateMessage = Extract<ToExecutor, { kind: 'create' }>

/** @param backend may be loading still: what is wrong with it is told to whoever asks for something */
export function serveBackend(port: RemotePort, backend: Promise<Backend>): void {
  backend.catch(() => undefined) // told with every call
  const executor = new Executor(port, backend)
  port.onMessage((message) => executor.take(message as ToExecutor))
  port.onEnd(() => executor.end())
}

class Executor {
  readonly #port: RemotePort
  readonly #backend: Promise<Backend>
  readonly #engines = new Map<number, Engine>()
  /** Calls that wait for the caller's turn to be over, by their number. */
  readonly #breathing = new Map<number, (goesOn: boolean) => void>()

  constructor(port: RemotePort, backend: Promise<Backend>) {
    this.#port = port
    this.#backend = backend
  }

  take(message: ToExecutor): void {
    if (message.kind === 'breathed') {
      this.#breathing.get(message.id)?.(message.goesOn)
      return
    }
    this.#carryOut(message).then(
      (answer) => {
        const { value, buffers } = packOwned(answer)
        this.#send({ kind: 'answer', id: message.id, answer: value }, buffers)
      },
      (error: unknown) => this.#send({ kind: 'error', id: message.id, error: toWireError(error) }),
    )
  }

  /** Nobody asks any more. */
  end(): void {
    for (const goOn of this.#breathing.values()) goOn(false)
    for (const engine of this.#engines.values()) engine.dispose().catch(() => undefined) // its device may be what has ended
    this.#engines.clear()
  }

  async #carryOut(message: Exclude<ToExecutor, { kind: 'breathed' }>): Promise<unknown> {
    switch (message.kind) {
      case 'call':
        return this.#call(message) // without a wait before it, so that calls begin in the order in which they come
      case 'create':
        return this.#create(message)
      case 'describe': {
        const { name, precision, device, isSoftwareDevice, driver, adapter, tracing } = await this.#backend
        return {
          name,
          precision,
          device,
          isSoftwareDevice,
          driver,
          adapter,
          isTraced: tracing !== undefined,
        } satisfies BackendDescription
      }
      case 'trace': {
        const { tracing } = await this.#backend
        if (message.spansAThread === null) return tracing?.stop() ?? []
        await tracing?.start(message.spansAThread)
        return null
      }
    }
  }

  async #create({ engine: number, network, replicas, tuning }: CreateMessage): Promise<Tuning | null> {
    const backend = await this.#backend
    const engine = await backend.createEngine(network, replicas, tuning)
    this.#engines.set(number, engine)
    return engine.tuning ?? null
  }

  #call({ id, engine: number, call, parameters, breathes }: CallMessage): Promise<unknown> {
    const engine = this.#engines.get(number)
    if (engine === undefined) throw new LabError('internal', 'A call came to an engine that is gone.', { where: call })
    if (call === 'dispose') this.#engines.delete(number)
    const carryOut = engine[call] as (...all: unknown[]) => Promise<unknown>
    return carryOut.apply(engine, breathes ? [...parameters, () => this.#breathe(id)] : [...parameters])
  }

  async #breathe(id: number): Promise<void> {
    const goesOn = new Promise<boolean>((resolve) => this.#breathing.set(id, resolve))
    this.#send({ kind: 'breathe', id })
    try {
      if (!(await goesOn)) throw new LabError('interrupted', 'The caller has given the call up.')
    } finally {
      this.#breathing.delete(id)
    }
  }

  #send(message: FromExecutor, buffers: readonly ArrayBuffer[] = []): void {
    this.#port.post(message, buffers)
  }
}
