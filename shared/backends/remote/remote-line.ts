/**
 * The caller's side of a line: calls go out with a number, each is settled by its answer, its error or the end of the line. An executor that
 * says nothing for longer than any call may take counts as hung, and the line is ended.
 */
import { LabError } from '../../errors/errors.ts'
import { fromWireError } from '../../errors/wire-error.ts'
import {
  deviceLost,
  FIRST_CALL_LIMIT_MS,
  hungDevice,
  workOf,
  type AlarmClock,
  type CallLimits,
} from '../calls/call-limits.ts'
import type { Breathe, EngineCall } from '../calls/called-engine.ts'
import { packCopies } from './pack-arrays.ts'
import type { RemotePort } from './remote-port.ts'
import type { FromExecutor, ToExecutor } from './remote-protocol.ts'

interface OpenCall {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
  readonly limitMs: number
  readonly breathe: Breathe | null
  /** What the caller's turn has thrown: the error of the call, once the executor has given it up. */
  givenUp: { readonly thrown: unknown } | null
  takeBackAlarm: () => void
}

/** A message without its number. */
type Question = ToExecutor extends infer Message
  ? Message extends { readonly kind: 'breathed' }
    ? never
    : Omit<Message, 'id'>
  : never

export class RemoteLine {
  readonly #port: RemotePort
  readonly #clock: AlarmClock
  readonly #limits: CallLimits
  /** What is computed on, for messages. */
  readonly #where: string
  readonly #open = new Map<number, OpenCall>()
  #nextId = 1
  #end: LabError | null = null

  constructor(port: RemotePort, clock: AlarmClock, limits: CallLimits, where: string) {
    this.#port = port
    this.#clock = clock
    this.#limits = limits
    this.#where = where
    port.onMessage((message) => this.#hear(message as FromExecutor))
    port.onEnd((cause) => this.#endWith(cause))
    port.holdOpen?.(false) // listening alone would keep a process from ending
  }

  get hasEnded(): boolean {
    return this.#end !== null
  }

  /** @throws LabError what the executor throws; `device-lost` when the line has ended or ends before the answer */
  ask(question: Question): Promise<unknown> {
    return this.#post(question, [], FIRST_CALL_LIMIT_MS, null)
  }

  /** A call of an engine, as `ask`. @param breathe only for calls that take one */
  async call(
    engine: number,
    call: EngineCall,
    parameters: readonly unknown[],
    breathe: Breathe | null,
  ): Promise<unknown> {
    const { value, buffers } = packCopies(parameters)
    const work = workOf(parameters)
    const begunMs = this.#clock.now()
    const question = { kind: 'call', engine, call, parameters: value, breathes: breathe !== null } as const
    const answer = await this.#post(question, buffers, this.#limits.limitMs(call, work), breathe)
    this.#limits.note(call, work, this.#clock.now() - begunMs)
    return answer
  }

  /** Ends the line and its executor. Nothing may be waited for any more. */
  close(): void {
    this.#end ??= new LabError('internal', 'The line to the executor was closed by this side.')
    this.#port.close()
  }

  #post(
    question: Question,
    buffers: readonly ArrayBuffer[],
    limitMs: number,
    breathe: Breathe | null,
  ): Promise<unknown> {
    if (this.#end !== null) return Promise.reject(this.#end)
    const id = this.#nextId++
    return new Promise<unknown>((resolve, reject) => {
      const call: OpenCall = { resolve, reject, limitMs, breathe, givenUp: null, takeBackAlarm: () => undefined }
      this.#open.set(id, call)
      this.#port.holdOpen?.(true)
      this.#setAlarm(call)
      this.#port.post({ ...question, id } satisfies ToExecutor, buffers)
    })
  }

  #setAlarm(call: OpenCall): void {
    call.takeBackAlarm()
    const { limitMs } = call
    call.takeBackAlarm = this.#clock.after(limitMs, () => {
      this.#lose(hungDevice(this.#where, limitMs))
      this.#port.close() // it may compute for ever
    })
  }

  #hear(message: FromExecutor): void {
    if (message.kind === 'ended') {
      this.#endWith(message.cause)
      return
    }
    const call = this.#open.get(message.id)
    if (call === undefined) return // its line was given up
    if (message.kind === 'breathe') {
      void this.#breathe(message.id, call)
      return
    }
    this.#take(message.id)
    if (message.kind === 'answer') call.resolve(message.answer)
    else call.reject(call.givenUp === null ? fromWireError(message.error) : call.givenUp.thrown)
  }

  async #breathe(id: number, call: OpenCall): Promise<void> {
    call.takeBackAlarm() // the caller may take its time
    try {
      await call.breathe?.()
    } catch (thrown) {
      call.givenUp = { thrown }
    }
    if (!this.#open.has(id)) return // lost meanwhile
    this.#setAlarm(call)
    this.#port.post({ kind: 'breathed', id, goesOn: call.givenUp === null } satisfies ToExecutor, [])
  }

  #take(id: number): void {
    this.#open.get(id)?.takeBackAlarm()
    this.#open.delete(id)
    if (this.#open.size === 0) this.#port.holdOpen?.(false)
  }

  #endWith(cause: string): void {
    this.#lose(deviceLost(this.#where, 'the process that computes has ended.', cause))
  }

  #lose(loss: LabError): void {
    this.#end ??= loss
    const error = this.#end
    for (const [id, { reject }] of [...this.#open]) {
      this.#take(id)
      reject(error)
    }
  }
}
