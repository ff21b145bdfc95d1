/**
 * Designs as the lab asks for them: questions go to threads of their own, which are ended and started anew where one takes too long or dies
 * over a design. What is asked while it is typed is answered with that where its mistakes stand.
 */
import type { CheckedPayload } from '../../../shared/protocol/commands.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { CheckedCell, ResolvedConfig } from '../../../shared/protocol/design-views.ts'
import type { CheckedSweep } from '../../../shared/protocol/sweep-views.ts'
import { toWireError, type WireError } from '../../../shared/errors/wire-error.ts'
import { AskedPool } from '../../engine/asked-pool.ts'
import type { EngineOptions } from '../../engine/engine-options.ts'
import type { DesignQuestions, DesignTask } from './design-protocol.ts'

/** How long a thread may work at a question, by what there is to read. */
export interface DesignLimits {
  /** Texts. */
  readonly textMs: number
  /** Texts of every point of a sweep. */
  readonly pointsMs: number
  /** Files of series and checkpoints, which may be large. */
  readonly filesMs: number
  /** The same for every point of a sweep, before it is started. */
  readonly sweepMs: number
}

const LIMITS: DesignLimits = { textMs: 10_000, pointsMs: 30_000, filesMs: 120_000, sweepMs: 600_000 }
/** The second answers while the first is at something long. */
const MOST_THREADS = 2

export class DesignDesk {
  readonly #threads: AskedPool<DesignQuestions>

  /** @param home where relative paths of own series start, and its runs */
  constructor(home: string, engine: EngineOptions, limits = LIMITS) {
    const task: DesignTask = { home, engine }
    this.#threads = new AskedPool({
      name: 'design-thread',
      task,
      where: 'the reading of the design',
      remedy:
        'Try again with a smaller design. If it has a large file, save it as NPZ, which takes less time and memory.',
      mostThreads: MOST_THREADS,
      mostIdle: 1,
      limitMs: (question, ask) => limitOf(limits, question, ask),
      shortMs: limits.textMs,
    })
  }

  /** Begins to load a thread, which the first question needs. */
  start(): void {
    this.#threads.start()
  }

  /** @throws LabError of what is wrong with the design; `worker` when it took too long or its thread has died over it */
  ask<Question extends keyof DesignQuestions>(
    question: Question,
    ask: DesignQuestions[Question]['ask'],
  ): Promise<DesignQuestions[Question]['answer']> {
    return this.#threads.ask(question, ask)
  }

  resolve(payload: CheckedPayload<'config.resolve'>): Promise<ResolvedConfig> {
    return this.ask('resolve', payload).catch((error: unknown) => ({
      ok: false,
      errors: [{ ...wireOfThread(error), field: '' }],
    }))
  }

  checkCell(payload: CheckedPayload<'cell.check'>): Promise<CheckedCell> {
    return this.ask('check-cell', payload).catch((error: unknown) => ({
      ok: false,
      diagnostics: [wireOfThread(error)],
    }))
  }

  checkSweep(definition: unknown): Promise<CheckedSweep> {
    return this.ask('check-sweep', definition).catch((error: unknown) => ({ ok: false, error: wireOfThread(error) }))
  }

  close(): Promise<void> {
    return this.#threads.close()
  }

  /** Ends the threads as a crash would; for tests of what follows. */
  kill(): Promise<void> {
    return this.#threads.kill()
  }
}

/** What happened to the thread belongs to the design. @throws anything else */
function wireOfThread(error: unknown): WireError {
  if (error instanceof LabError && error.code === 'worker') return toWireError(error)
  throw error
}

function limitOf(limits: DesignLimits, question: keyof DesignQuestions, ask: unknown): number {
  switch (question) {
    case 'check-cell':
    case 'read':
    case 'own-presets':
      return limits.textMs
    case 'resolve':
      return readsFiles((ask as CheckedPayload<'config.resolve'>).config) ? limits.filesMs : limits.textMs
    case 'prepare':
      return readsFiles(ask) ? limits.filesMs : limits.textMs
    case 'preview':
      return readsFiles(ask) ? limits.filesMs : limits.textMs
    case 'check-sweep':
      return limits.pointsMs
    case 'data-file':
    case 'locate-data':
    case 'fork':
      return limits.filesMs
    case 'prepare-sweep':
    case 'open-sweep':
      return limits.sweepMs
  }
}

/** @param json of anything with a dataset that a window has sent */
function readsFiles(json: unknown): boolean {
  const { dataset } = (json ?? {}) as { dataset?: { kind?: unknown } | null }
  return dataset?.kind === 'file' || dataset?.kind === 'mnist'
}
