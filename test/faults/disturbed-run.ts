/** A run that is trained while something happens to its lab, and what of it must be the same bits as of one that was left alone. */
import { createHash } from 'node:crypto'
import { metricsLines, weightBytes } from '../unit/cli/lab.ts'

/** Lines of what was measured that say nothing of the time that it took. */
const TIMELESS = /^\{"type":"(?:measure|spreads|validation|test)"/

export interface RunBits {
  readonly measured: readonly string[]
  /** Their digest. */
  readonly weights: string
}

/** Of a finished run. */
export function bitsOf(home: string, runId: string): RunBits {
  return {
    measured: metricsLines(home, runId).filter((line) => TIMELESS.test(line)),
    weights: createHash('sha256').update(weightBytes(home, runId)).digest('hex'),
  }
}

/** One that trains for some seconds. */
export const disturbedConfig = (steps: number) => ({
  name: 'disturbed',
  dataset: { kind: 'copy-first-input', steps: 12, counts: { train: 200, validation: 20, test: 20 } },
  layers: [{ cell: 'gru', units: 8 }],
  strategies: ['none'],
  seeds: [0, 1],
  training: { steps, batch: 8, validateEverySteps: 200 },
  measures: { everySteps: 500, vaa: { series: 4, convergenceSteps: 20 }, vaaStar: { series: 4, convergenceSteps: 10 } },
})
