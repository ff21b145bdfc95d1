/** What measuring chooses from: training steps with each shape of the recurrence, and with layers one after the other and by each chunk apart. */
import { createCaseNetwork } from '../../bench/networks.ts'
import { summarize } from '../../bench/measure.ts'
import type { StepCase } from '../../bench/step-cases.ts'
import { openStepRunner } from '../../bench/step-runner.ts'
import type { Tuning } from '../../../shared/backends/tuning.ts'
import { shapesToTry } from '../../../shared/backends/webgpu/shapes.ts'
import { chunksKey } from '../../../shared/backends/webgpu/tune/choose-chunks.ts'
import { shapeKey } from '../../../shared/backends/webgpu/tune/choose-shapes.ts'
import type { WebGpuBackend } from '../../../shared/backends/webgpu/webgpu-backend.ts'
import type { Section, SectionContext } from './section.ts'

/** Each has kernels of its own to compile. */
const MOST_CASES = 2

export const choicesSection: Section = {
  name: 'choices',
  limitSeconds: 25,
  run: async (context) => {
    const { scale, openBackend } = context
    const backend = await openBackend('likeliest', { chunksToTry: () => scale.chunks })
    const cases = scale.cases.filter(({ layers }) => layers > 1).slice(0, MOST_CASES)
    for (const [index, testCase] of cases.entries()) {
      const network = createCaseNetwork(testCase)
      const parts = network.wiredLayers.flatMap((layer) => layer.parts)
      for (const chunkSteps of scale.chunks)
        for (const replicas of scale.replicas) {
          const what = chunkSteps === null ? 'layers in turn' : `layers ${chunkSteps} steps apart`
          await timeChoice(context, backend, { ...testCase, replicas }, what, { [chunksKey(network)]: chunkSteps })
        }
      if (index > 0) continue
      for (const shape of shapesToTry(backend.computeDevice.facts, parts[0]!)) {
        const tuning = Object.fromEntries(parts.map((part) => [shapeKey(part), shape]))
        await timeChoice(context, backend, testCase, JSON.stringify(shape), tuning)
      }
    }
  },
}

async function timeChoice(
  { report, scale }: SectionContext,
  backend: WebGpuBackend,
  testCase: StepCase,
  what: string,
  tuning: Tuning,
): Promise<void> {
  const chosen = {
    ...backend,
    createEngine: (...[network, replicas]: Parameters<WebGpuBackend['createEngine']>) =>
      backend.createEngine(network, replicas, tuning),
  }
  const { time, engine } = await openStepRunner({ backend: chosen, threads: 1 }, testCase)
  const summary = summarize(await time(scale.timedSteps))
  await engine.dispose()
  const { name, replicas } = testCase
  report.add(`${name.padEnd(36)} R${replicas}  ${summary.stepMs.toFixed(2).padStart(9)} ms  ${what}`, {
    ...{ case: name, replicas, choice: what, ...summary },
  })
}
