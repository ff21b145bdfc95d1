/**
 * Measures designs, one at a time since each takes every core: a configuration enters, the times of its strategies leave. A measurement that
 * nobody waits for any more is ended at once with its thread.
 */
import type { Worker } from 'node:worker_threads'
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import { LabError } from '../../../shared/protocol/errors.ts'
import { fromWireError, toWireError } from '../../../shared/protocol/wire-error.ts'
import { startThread } from '../start-thread.ts'
import type { EstimateTask, FromEstimateThread, StrategyEstimate } from './estimate-thread.ts'

interface Measurement {
  readonly id: string
  isCancelled: boolean
  worker: Worker | null
}

export class Estimator {
  readonly #baseFolder: string
  readonly #waiting = new Set<Measurement>()
  #line: Promise<unknown> = Promise.resolve()

  constructor(baseFolder: string) {
    this.#baseFolder = baseFolder
  }

  /**
   * @param id by which it can be cancelled
   * @throws LabError `interrupted` when it was; `worker` when its thread has died; of what is wrong with the design
   */
  measure(id: string, config: ExperimentConfig): Promise<readonly StrategyEstimate[]> {
    const measurement: Measurement = { id, isCancelled: false, worker: null }
    this.#waiting.add(measurement)
    const turn = this.#line.then(() => this.#run(measurement, { config, baseFolder: this.#baseFolder }))
    this.#line = turn.catch(() => undefined) // whoever asked hears of it
    return turn.finally(() => this.#waiting.delete(measurement))
  }

  /** @param id null: all of them. */
  cancel(id: string | null): void {
    for (const measurement of this.#waiting) {
      if (id !== null && measurement.id !== id) continue
      measurement.isCancelled = true
      void measurement.worker?.terminate()
    }
  }

  async close(): Promise<void> {
    this.cancel(null)
    await this.#line
  }

  #run(measurement: Measurement, task: EstimateTask): Promise<readonly StrategyEstimate[]> {
    if (measurement.isCancelled) return Promise.reject(cancelled(measurement.id))
    const worker = startThread('estimate-thread', task)
    measurement.worker = worker
    return new Promise((resolve, reject) => {
      let answer: FromEstimateThread | null = null
      let failure: unknown = null
      worker.on('message', (message: FromEstimateThread) => (answer = message))
      worker.on('error', (error) => (failure = error))
      // After the thread's end: the next measurement has the cores to itself.
      worker.on('exit', (code) => {
        if (measurement.isCancelled) reject(cancelled(measurement.id))
        else if (answer?.kind === 'done') resolve(answer.strategies)
        else if (answer?.kind === 'failed') reject(fromWireError(answer.error))
        else reject(deadThread(failure, code))
      })
    })
  }
}

function cancelled(id: string): LabError {
  return new LabError('interrupted', 'this measurement was cancelled.', {
    where: id,
    remedy: 'Ask for it again.',
  })
}

function deadThread(failure: unknown, code: number): LabError {
  return new LabError('worker', 'the thread that measures the design has ended before it was done.', {
    found: failure === null ? `exit code ${code}` : toWireError(failure).message,
    remedy: 'Ask for it again; the design itself is as it was.',
    cause: failure,
  })
}
