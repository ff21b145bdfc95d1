/** A tiny run in its folder that is taken from engine to engine: the engine of each stretch enters, what was told on the way leaves. */
import { readEngineOptions, type EngineOptions } from '../../../main/engine/engine-options.ts'
import { AS_BEGUN, makeRuns, prepare, preparedConfig, runOne } from '../../../main/engine/run-group.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import type { LogEntry } from '../../../shared/runs/log.ts'
import type { RunEvent, RunRecord } from '../../../shared/runs/run.ts'
import { temporaryFolder } from '../store/store-helpers.ts'

/**
 * Of the losses of one step on different engines, in a dozen steps: single precision rounds by 6e-8, sums are added in another order, and what
 * that leaves grows with every step. Measured: 1.2e-7 at most between wasm, webgpu, tensorflow and reference.
 */
const ENGINES_DIFFER = 1e-5

const SEEDS = [0, 1]
const CONFIG = parseConfig(
  {
    name: 'tiny',
    dataset: { kind: 'copy-first-input', steps: 6, counts: { train: 24, validation: 8, test: 8 } },
    layers: [{ cell: 'gru', units: 4 }],
    strategies: ['double'],
    seeds: SEEDS,
    backend: 'wasm',
    warmup: { steps: 2, batch: 4, maxConvergenceSteps: 4 },
    training: { steps: 12, batch: 4 },
    measures: { everySteps: 0 },
    checkpointEverySteps: 4,
  },
  'test',
)

/** On one thread. */
export const ENGINE_OPTIONS: EngineOptions = { ...readEngineOptions(), threads: 1 }

export interface MovedRun {
  readonly store: RunStore
  readonly id: string
  readonly events: RunEvent[]
  /** @param pauseStep the step of training after which it is paused */
  run(backend: string | null, pauseStep?: number): Promise<RunRecord | 'paused'>
}

export async function makeMovedRun(options = ENGINE_OPTIONS): Promise<MovedRun> {
  const home = await temporaryFolder()
  const store = new RunStore(home)
  const [record] = await makeRuns(store, preparedConfig(await prepare(CONFIG, home, options)))
  const { id } = record!
  const events: RunEvent[] = []
  return {
    store,
    id,
    events,
    run(backend, pauseStep = Infinity) {
      const control = {
        requested: () => (lossesOf(events).length >= pauseStep * SEEDS.length ? ('pause' as const) : null),
      }
      const listener = { started: () => undefined, event: (_: RunRecord, event: RunEvent) => void events.push(event) }
      return runOne(store, id, home, options, control, listener, { ...AS_BEGUN, backend })
    },
  }
}

const lossesOf = (events: readonly RunEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'train-step' ? event.loss : []))

export const entriesOf = async ({ store, id }: Pick<MovedRun, 'store' | 'id'>): Promise<readonly LogEntry[]> =>
  (await store.readLog(id, null)).entries

/** What is wrong with the losses of a run that moved, beside those of one that stayed; nothing where they agree. */
export function compareLosses(moved: MovedRun, stayed: MovedRun): string[] {
  const [found, expected] = [lossesOf(moved.events), lossesOf(stayed.events)]
  if (found.length !== expected.length) return [`${found.length} losses, not ${expected.length}`]
  if (found.every((loss, index) => loss === expected[index])) return ['the same bits: it has not moved']
  return found.flatMap((loss, index) => {
    const difference = Math.abs(loss / expected[index]! - 1)
    return difference < ENGINES_DIFFER ? [] : [`loss ${index}: ${loss}, not ${expected[index]}`]
  })
}

/** Which steps its record says to have run where. */
export async function stretchesOf({ store, id }: MovedRun): Promise<string[]> {
  const { engines } = await store.readRecord(id)
  return engines.map(({ backend, phase, step }) => `${backend} ${phase} ${step}`)
}
