/** How long a whole measurement of VAA takes: n series, M steps, states that never come to rest. */
import { summarize } from '../../bench/measure.ts'
import { openVaaRun } from '../../bench/vaa-run.ts'
import type { Section } from './section.ts'

const ROUNDS = 3

export const vaaSection: Section = {
  name: 'VAA',
  limitSeconds: 30,
  run: async ({ report, scale, openBackend }) => {
    const { vaa, convergenceSteps } = scale
    const { engine, run } = await openVaaRun(await openBackend('fastest'), vaa, { isRestless: true, convergenceSteps })
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now()
      await run()
      times.push(performance.now() - start)
    }
    await engine.dispose()
    const { stepMs, minMs } = summarize(times)
    report.add(`VAA n = ${vaa.batch}, M = ${convergenceSteps}: ${stepMs.toFixed(0)} ms`, {
      ...{ series: vaa.batch, convergenceSteps, ms: stepMs, minMs },
    })
  },
}
