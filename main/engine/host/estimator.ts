/**
 * Measures designs, one at a time since each takes every core: a configuration enters, the times of its strategies leave. A measurement that
 * nobody waits for any more is ended at once with its thread.
 */
import { AskedPool } from '../asked-pool.ts'
import type { EngineOptions } from '../engine-options.ts'
import { Cancels } from './cancels.ts'
import type { EstimateQuestions, EstimateTask, StrategyEstimate } from './estimate-protocol.ts'

/** A few steps of every strategy; on a design for which that is not enough, the estimate would be days. */
const LIMIT_MS = 300_000

export class Estimator {
  readonly #threads: AskedPool<EstimateQuestions>
  readonly #measurements = new Cancels()

  /** @param baseFolder where relative paths of own series start */
  constructor(baseFolder: string, engine: EngineOptions) {
    const task: EstimateTask = { baseFolder, engine }
    this.#threads = new AskedPool({
      name: 'estimate-thread',
      task,
      where: 'the measurement of the design',
      remedy: 'Ask for it again; the design itself is as it was.',
      mostThreads: 1,
      mostIdle: 0, // the next measurement has the cores and the memory to itself
      limitMs: () => LIMIT_MS,
    })
  }

  /**
   * @param id by which it can be cancelled
   * @param json any that a configuration file may hold
   * @throws LabError `interrupted` when it was; `worker` when its thread has died; of what is wrong with the design
   */
  measure(id: string, json: unknown): Promise<readonly StrategyEstimate[]> {
    return this.#measurements.run(id, (signal) => this.#threads.ask('measure', json, signal))
  }

  /** @param id null: all of them. */
  cancel(id: string | null): void {
    this.#measurements.cancel(id)
  }

  async close(): Promise<void> {
    this.cancel(null)
    await this.#threads.close()
  }
}
