/**
 * A team of threads that play tapes (tape.ts) together. The leader is the thread that owns the engines; the members are workers that
 * the host starts (a Node worker thread, a browser's worker), each with `joinTeam`. Jobs start and end through Atomics on a small
 * shared array; messages only bring new engines.
 */
import { LabError } from '../../../errors/errors.ts'
import type { TraceSpan } from '../../trace.ts'
import { TapePlayer, type Kernel, type TapeTracer } from './tape.ts'
import { awaitChange, TeamBarrier, type TeamClock } from './team-barrier.ts'
import { ThreadSpeeds } from './thread-speeds.ts'
import { TraceBuffer } from './trace.ts'

/** Words of the shared array. */
const EVENTS = 0 // counts jobs, messages and the end: what idle members sleep on
const JOB = 1 // counts jobs
const MAIL = 2 // counts messages sent to every member
const ENGINE = 3 // of the current job
const FAILED = 4 // 1 when a thread's call has thrown
const CLOSED = 5
const TAPES = 6 // addresses, one a thread

export const MAX_THREADS = 256

/** What members are told, counted by MAIL. */
type Mail =
  | {
      readonly kind: 'install'
      readonly engine: number
      readonly module: WebAssembly.Module
      readonly memory: WebAssembly.Memory
    }
  | { readonly kind: 'remove'; readonly engine: number }
  /** null ends a trace. */
  | { readonly kind: 'trace'; readonly buffer: SharedArrayBuffer | null }

/** The first message to a member. */
interface Invitation {
  readonly kind: 'invitation'
  readonly control: SharedArrayBuffer
  readonly barrier: SharedArrayBuffer
  readonly thread: number
  readonly threads: number
}

/** A member's answer to `install`, or why it could not. */
type Answer =
  { readonly kind: 'installed'; readonly engine: number } | { readonly kind: 'failed'; readonly message: string }

/** What the host gives the leader for each worker it has started, and the worker for its way back. */
export interface ThreadPort {
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Whether the leader is waiting for a message: the host must not end before it has come. Nothing else may keep it from ending. */
  holdOpen?(waiting: boolean): void
}

/** One engine as a thread sees it. */
interface InstalledEngine {
  readonly functions: readonly Kernel[]
  readonly names: readonly string[]
  readonly memory: WebAssembly.Memory
  integers: Int32Array
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): InstalledEngine {
  const { exports } = new WebAssembly.Instance(module, { host: { memory } })
  // The module exports every function, in the order of their indices.
  return {
    functions: Object.values(exports) as Kernel[],
    names: Object.keys(exports),
    memory,
    integers: new Int32Array(memory.buffer),
  }
}

/** What a thread of a team plays with. */
interface TeamPlace {
  readonly control: Int32Array
  readonly barrier: TeamBarrier
  readonly thread: number
  readonly threads: number
}

/** Plays a thread's list of the current job. @returns what a call has thrown, or null; the barriers are passed all the same */
function play(
  engine: InstalledEngine,
  { control, barrier, thread, threads }: TeamPlace,
  tracer: TapeTracer | null,
): { readonly thrown: unknown } | null {
  if (engine.integers.byteLength !== engine.memory.buffer.byteLength)
    engine.integers = new Int32Array(engine.memory.buffer) // the memory has grown
  const player = new TapePlayer(engine.integers, control[TAPES + thread]!)
  const wait = (): void => barrier.pass(thread)
  let failure: { thrown: unknown } | null = null
  try {
    player.play(engine.functions, wait, tracer)
  } catch (thrown) {
    failure = { thrown }
    Atomics.store(control, FAILED, 1)
    player.passBarriers(wait)
  }
  if (threads > 1) {
    tracer?.beginWait()
    wait()
    tracer?.endWait()
  }
  return failure
}

/** The leader's side. With one thread there are no members, and everything happens on the leader. */
export class ThreadTeam {
  readonly threads: number
  readonly speeds: ThreadSpeeds
  readonly #control = new Int32Array(new SharedArrayBuffer((TAPES + MAX_THREADS) * 4))
  readonly #engines = new Map<number, InstalledEngine>()
  readonly #waiting = new Map<number, { answers: number; resolve: () => void; reject: (error: LabError) => void }>()
  readonly #barrier: TeamBarrier
  readonly #now: TeamClock
  #members: readonly ThreadPort[] = []
  #nextEngine = 1
  #trace: TraceBuffer | null = null
  /** Engines that have gone while a trace was being written. */
  readonly #tracedNames = new Map<number, readonly string[]>()

  /**
   * @param threads 1 .. MAX_THREADS, the leader included
   * @param start is called for each member
   * @param now the clock of work and traces; members are given the same by `joinTeam`
   * @param speeds learns from every job
   */
  constructor(threads: number, start: (thread: number) => ThreadPort, now: TeamClock, speeds?: ThreadSpeeds) {
    if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS)
      throw new LabError('backend', 'The number of threads is out of range.', {
        expected: `a whole number from 1 to ${MAX_THREADS}`,
        found: String(threads),
      })
    this.threads = threads
    this.speeds = speeds ?? new ThreadSpeeds(threads)
    this.#barrier = new TeamBarrier(threads, now)
    this.#now = now
    this.#members = Array.from({ length: threads - 1 }, (_, i) => start(i + 1))
    this.#members.forEach((member, i) => {
      member.onMessage((message) => this.#take(message as Answer))
      const control = this.#control.buffer
      const barrier = this.#barrier.buffer
      member.post({ kind: 'invitation', control, barrier, thread: i + 1, threads } satisfies Invitation)
    })
  }

  /** Brings an engine's module and memory to every thread. @returns the engine's number */
  async install(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<number> {
    const engine = this.#nextEngine++
    this.#engines.set(engine, instantiate(module, memory))
    if (this.#members.length === 0) return engine
    this.#holdOpen(true)
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.set(engine, { answers: 0, resolve, reject })
        this.#mail({ kind: 'install', engine, module, memory })
      })
    } finally {
      if (this.#waiting.size === 0) this.#holdOpen(false)
    }
    return engine
  }

  remove(engine: number): void {
    const installed = this.#engines.get(engine)
    if (this.#trace && installed) this.#tracedNames.set(engine, installed.names)
    this.#engines.delete(engine)
    this.#mail({ kind: 'remove', engine })
  }

  /**
   * Plays a job's tapes and returns when all threads have.
   * @param tapes addresses, one a thread
   * @param rows of the job's sequences that each thread has
   */
  run(engine: number, tapes: readonly number[], rows: readonly number[]): void {
    const control = this.#control
    const installed = this.#engines.get(engine)
    if (!installed) throw new LabError('internal', 'A job was started on an engine that is gone.')
    control.set(tapes, TAPES)
    control[ENGINE] = engine
    control[FAILED] = 0
    if (this.threads > 1) {
      this.#barrier.beginJob()
      Atomics.add(control, JOB, 1)
      this.#wake()
    }
    const tracer = this.#trace?.writer(0, engine, this.#now) ?? null
    const place = { control, barrier: this.#barrier, thread: 0, threads: this.threads }
    const failure = play(installed, place, tracer)
    if (failure || Atomics.load(control, FAILED) !== 0)
      throw new LabError('backend', 'The wasm engine stopped in the middle of a step.', {
        where: failure ? 'thread 0' : 'a worker thread',
        remedy: 'Please report this; `--backend reference` computes the same, slowly.',
        cause: failure?.thrown,
      })
    if (this.threads > 1) this.speeds.learn(rows, this.#barrier.busyMs())
  }

  /** From the next job on, every thread writes down its first `spansAThread` kernels and waits. */
  startTrace(spansAThread: number): void {
    this.#trace = TraceBuffer.create(this.threads, spansAThread)
    this.#mail({ kind: 'trace', buffer: this.#trace.buffer })
  }

  /** Ends the trace. @returns the spans of thread 0, then 1, ..., each in the order of time; none without a trace */
  stopTrace(): TraceSpan[] {
    const trace = this.#trace
    this.#trace = null
    if (trace === null) return []
    this.#mail({ kind: 'trace', buffer: null })
    const spans = trace.spans(
      (engine, index) =>
        (this.#engines.get(engine)?.names ?? this.#tracedNames.get(engine))?.[index] ?? `function ${index}`,
    )
    this.#tracedNames.clear()
    return spans
  }

  /** Lets the members go; the team does nothing more. */
  close(): void {
    Atomics.store(this.#control, CLOSED, 1)
    this.#wake()
  }

  #holdOpen(waiting: boolean): void {
    for (const member of this.#members) member.holdOpen?.(waiting)
  }

  #mail(mail: Mail): void {
    Atomics.add(this.#control, MAIL, 1)
    this.#wake()
    for (const member of this.#members) member.post(mail)
  }

  #wake(): void {
    Atomics.add(this.#control, EVENTS, 1)
    Atomics.notify(this.#control, EVENTS)
  }

  #take(answer: Answer): void {
    if (answer.kind === 'failed') {
      const error = new LabError('backend', 'A worker thread could not start the engine.', { found: answer.message })
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
      return
    }
    const waiting = this.#waiting.get(answer.engine)
    if (waiting && ++waiting.answers === this.#members.length) {
      this.#waiting.delete(answer.engine)
      waiting.resolve()
    }
  }
}

/**
 * A member's life: call it once in a fresh worker. It answers messages while there are any, and plays jobs between them.
 * @param now the clock of work and traces
 */
export function joinTeam(port: ThreadPort, now: TeamClock): void {
  let trace: SharedArrayBuffer | null = null
  const engines = new Map<number, InstalledEngine>()
  let place: TeamPlace | null = null
  let readMail = 0
  let lastJob = 0
  const playJobs = (own: TeamPlace): void => {
    const { control, thread, threads } = own
    for (;;) {
      const events = Atomics.load(control, EVENTS)
      if (Atomics.load(control, CLOSED) !== 0 || Atomics.load(control, MAIL) !== readMail) return
      const job = Atomics.load(control, JOB)
      if (job === lastJob) awaitChange(control, EVENTS, events)
      else {
        lastJob = job
        const engine = control[ENGINE]!
        const tracer = trace && new TraceBuffer(threads, trace).writer(thread, engine, now)
        play(engines.get(engine)!, own, tracer)
      }
    }
  }
  port.onMessage((message) => {
    const mail = message as Mail | Invitation
    try {
      if (mail.kind === 'invitation') {
        const { control, barrier, thread, threads } = mail
        place = { control: new Int32Array(control), barrier: new TeamBarrier(threads, now, barrier), thread, threads }
      } else {
        readMail++
        if (mail.kind === 'remove') engines.delete(mail.engine)
        else if (mail.kind === 'trace') trace = mail.buffer
        else {
          engines.set(mail.engine, instantiate(mail.module, mail.memory))
          port.post({ kind: 'installed', engine: mail.engine } satisfies Answer)
        }
      }
    } catch (error) {
      port.post({ kind: 'failed', message: String(error) } satisfies Answer)
    }
    if (place) playJobs(place)
  })
}
