/** From equations to the end of a first, tiny training step: parsing, derivatives, code, and what V8 makes of it. */
import { builtInCells } from '../../shared/cells/library.ts'
import type { BenchCase } from './bench-case.ts'
import { createEngine } from './seeded-engine.ts'
import { summarize } from './measure.ts'
import { ADAM, createCaseNetwork, trainRequest } from './networks.ts'
import { OWN_CELL } from './step-cases.ts'

const TARGET_MS = 150
const SIZE = { steps: 2, batch: 4, inputs: 2, lossSteps: 1 }

interface Compiled {
  readonly name: string
  readonly parts: readonly string[]
  readonly layers: number
}

const CASES: readonly Compiled[] = [
  ...Object.keys(builtInCells).map((cell) => ({ name: cell, parts: [cell], layers: 1 })),
  { name: 'own', parts: [OWN_CELL], layers: 1 },
  { name: 'double-gru-lstm-2', parts: ['gru', 'lstm'], layers: 2 },
]

/** V8 keeps the code of modules that it has seen: every compilation has units of its own. */
let nextUnits = 64

export const compileCases: readonly BenchCase[] = CASES.map(({ name, parts, layers }) => ({
  name: `compile-${name}`,
  group: 'programs',
  run: async (bench) => {
    const { backend, threads } = await bench.open(bench.threads)
    const times: number[] = []
    for (let round = 0; round < bench.rounds; round++) {
      const units = nextUnits++
      const start = performance.now()
      const network = createCaseNetwork({
        ...SIZE,
        layers,
        parts: parts.map((cell) => ({ cell, units, warm: true })),
      })
      const engine = await createEngine(backend, network, 1)
      await engine.trainStep([trainRequest(SIZE, 0)], [ADAM])
      times.push(performance.now() - start)
      await engine.dispose()
    }
    const summary = summarize(times)
    return [
      {
        case: `compile-${name}`,
        backend: backend.name,
        threads,
        ...summary,
        gflops: null,
        target: { what: `under ${TARGET_MS} ms`, met: summary.stepMs < TARGET_MS },
        note: 'from equations to the end of a first step of 4 series of 2 steps',
      },
    ]
  },
}))
