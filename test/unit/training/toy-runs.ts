/** Runs of the toy: to their ends, with interruptions on the way, and what they leave. */
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import type { RunEvent } from '../../../shared/runs/run.ts'
import { trainRun } from '../../../shared/training/train-run.ts'
import {
  memoryRun,
  memoryWriter,
  toyBackend,
  toyDataset,
  toyNetwork,
  type MemoryRun,
  type ToyBehaviour,
} from './toy.ts'

const CLOCK = { now: () => 0 }

interface Interruption {
  /** The first call pauses when asked for the n-th time. */
  readonly pauseAt?: number
  /** Dies with the n-th event of a call, as a killed process would, each time with one more. */
  readonly dieAt?: number
}

class Killed extends Error {}

/** Runs to the end, again and again after each interruption. */
export async function runToEnd(
  run: MemoryRun,
  behaviour: ToyBehaviour = {},
  interruption: Interruption = {},
): Promise<number> {
  const { config } = run.record
  let dieAt = interruption.dieAt ?? Infinity
  for (let callCount = 1; ; callCount++) {
    let asked = 0
    let seen = 0
    try {
      const result = await trainRun({
        record: run.record,
        network: toyNetwork(),
        datasets: config.seeds.map(toyDataset),
        backend: toyBackend(behaviour),
        writer: memoryWriter(run),
        clock: CLOCK,
        control: { requested: () => (callCount === 1 && ++asked === interruption.pauseAt ? 'pause' : null) },
        onEvent: () => {
          if (++seen === dieAt) throw new Killed()
        },
      })
      if (result !== 'paused') return callCount
    } catch (error) {
      if (!(error instanceof Killed)) throw error
      dieAt++
    }
  }
}

export async function finished(
  config: ExperimentConfig,
  behaviour: ToyBehaviour = {},
  interruption: Interruption = {},
): Promise<MemoryRun> {
  const run = memoryRun(config)
  await runToEnd(run, behaviour, interruption)
  return run
}

export const bitsOf = (run: MemoryRun, seed: number): string[] =>
  [...run.weights!]
    .filter(([name]) => name.startsWith(`seed${seed}/`))
    .map(([name, { data }]) => `${name} ${Buffer.from(new Uint8Array(data.buffer)).toString('hex')}`)

export const ofType = <Type extends RunEvent['type']>(
  run: MemoryRun,
  type: Type,
): Extract<RunEvent, { type: Type }>[] =>
  run.events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type)
