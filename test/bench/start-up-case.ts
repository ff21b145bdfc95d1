/** A process of its own: from before it starts to the end of its first training step. */
import type { BenchCase } from './bench-case.ts'
import { runFreshProcess } from './fresh-process.ts'
import { summarize } from './measure.ts'

const CASE = 'gru-1x128-T300-B32'
const TARGET_MS = 500

export const startUpCase: BenchCase = {
  name: 'start-up',
  group: 'programs',
  run: async (bench) => {
    const { backend, threads } = await bench.open(bench.threads)
    const times: number[] = []
    for (let round = 0; round < bench.rounds; round++)
      times.push((await runFreshProcess(CASE, bench.threads)).firstStepMs)
    const summary = summarize(times)
    return [
      {
        case: 'start-up',
        backend: backend.name,
        threads,
        ...summary,
        gflops: null,
        target: { what: `under ${TARGET_MS} ms`, met: summary.stepMs < TARGET_MS },
        note: `from the start of a process to the end of its first training step of ${CASE}`,
      },
    ]
  },
}
