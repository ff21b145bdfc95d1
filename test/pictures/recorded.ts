/**
 * The numbers of the runs that the README's pictures show: the folder of a run enters, what its caption says leaves. They are kept beside
 * the pictures in recorded.json; captions.ts makes the README's words of them, and a test compares both with each other and with the code.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { presets } from '../../shared/experiments/presets.ts'
import { meanInterval, readVaa } from '../../shared/runs/read-vaa.ts'
import type { RunEvent, RunRecord } from '../../shared/runs/run.ts'
import { summarize } from '../../shared/statistics/summary.ts'

export const RECORDED_FILE = path.join(import.meta.dirname, 'recorded.json')
/** Steps of training whose losses tell whether the code still does what it did. */
export const COMPARED_STEPS = 20

export interface RecordedVaa {
  readonly phase: 'warm-up' | 'training'
  readonly step: number
  readonly low: number
  readonly high: number
}

export interface RecordedStrategy {
  readonly strategy: string
  /** Test MSE with the best weights, over the seeds. */
  readonly mean: number
  readonly std: number
  /** Means over the seeds of the lower and of the upper ends of VAA, one a measure, in order; the first is before everything. */
  readonly vaa: readonly RecordedVaa[]
}

export interface Recorded {
  /** The preset as it was. */
  readonly config: unknown
  readonly strategies: readonly RecordedStrategy[]
  /** [steps][seeds], of the network without warm-up. */
  readonly firstLosses: readonly (readonly number[])[]
  /** What the terminal's run took. */
  readonly runMs: number
  /** What the design said before the start that it would take, as it stood there. */
  readonly estimate: string
}

/** As it is now. */
export const quickConfig = (): unknown => presets.find(({ name }) => name === 'quick')!.config

export const readRecorded = (): Recorded => JSON.parse(readFileSync(RECORDED_FILE, 'utf8')) as Recorded

/** Writes these numbers over what was recorded before; others stay. */
export function keepNumbers(numbers: Partial<Recorded>): void {
  const known = existsSync(RECORDED_FILE) ? readRecorded() : {}
  writeFileSync(RECORDED_FILE, `${JSON.stringify({ ...known, ...numbers }, null, 2)}\n`)
}

/** @param home a lab's home with the three runs of the preset and no others */
export function readStrategies(home: string): { strategies: RecordedStrategy[]; firstLosses: number[][] } {
  const folder = path.join(home, 'runs')
  const runs = readdirSync(folder).map((id) => {
    const record = JSON.parse(readFileSync(path.join(folder, id, 'run.json'), 'utf8')) as RunRecord
    const events = readFileSync(path.join(folder, id, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent)
    return { record, events }
  })
  const order = ['none', 'warmed-up', 'double']
  runs.sort((a, b) => order.indexOf(a.record.strategy) - order.indexOf(b.record.strategy))
  return {
    strategies: runs.map(({ record, events }) => ({
      strategy: record.strategy,
      ...pick(summarize(record.result!.best)),
      vaa: vaaOf(events),
    })),
    firstLosses: firstLosses(runs[0]!.events),
  }
}

const pick = ({ mean, std }: { mean: number; std: number }): { mean: number; std: number } => ({ mean, std })

function vaaOf(events: readonly RunEvent[]): RecordedVaa[] {
  return events.flatMap((event): RecordedVaa[] => {
    const mean = event.type === 'measure' ? meanInterval((event.vaa ?? []).map(readVaa)) : null
    return event.type === 'measure' && mean !== null ? [{ phase: event.phase, step: event.step, ...mean }] : []
  })
}

/** Of the first steps of a run's training. */
export function firstLosses(events: readonly RunEvent[]): number[][] {
  return events.flatMap((event) => (event.type === 'train-step' ? [event.loss] : [])).slice(0, COMPARED_STEPS)
}
