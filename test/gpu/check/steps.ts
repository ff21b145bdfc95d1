/** Our training steps of the bench's cases, one seed and several side by side, and how a step's time divides among kernels. */
import { summarize } from '../../bench/measure.ts'
import { openStepRunner } from '../../bench/step-runner.ts'
import type { StepCase } from '../../bench/step-cases.ts'
import { kernelTimes } from '../../../shared/backends/trace.ts'
import type { Report } from './report.ts'
import type { Section } from './section.ts'

const PROFILED_STEPS = 5
/** More than any case's steps have. */
const SPANS = 100_000

export const stepsSection: Section = {
  name: 'training steps',
  limitSeconds: 70,
  run: async ({ report, scale, openBackend }) => {
    const opened = { backend: await openBackend('fastest'), threads: 1 }
    for (const testCase of scale.cases)
      for (const replicas of scale.replicas) {
        const { time, engine } = await openStepRunner(opened, { ...testCase, replicas })
        addTimes(report, 'webgpu', { ...testCase, replicas }, await time(scale.timedSteps))
        const { tuning } = engine
        if (tuning) report.add(`  with ${JSON.stringify(tuning)}`, { case: testCase.name, replicas, tuning })
        await engine.dispose()
      }
  },
}

/** How a step's time divides among kernels. */
export const profileSection: Section = {
  name: 'profile by kernel',
  limitSeconds: 20,
  run: async ({ report, scale, openBackend }) => {
    const backend = await openBackend('fastest')
    const testCase = scale.cases[0]!
    for (const replicas of scale.replicas) {
      const { time, engine } = await openStepRunner({ backend, threads: 1 }, { ...testCase, replicas })
      const before = { ...backend.computeDevice.queue.counts }
      await backend.tracing!.start(SPANS)
      await time(PROFILED_STEPS)
      const spans = await backend.tracing!.stop()
      const { counts } = backend.computeDevice.queue
      await engine.dispose()
      const dispatches = (counts.dispatches - before.dispatches) / PROFILED_STEPS
      const submissions = (counts.submissions - before.submissions) / PROFILED_STEPS
      report.add(`${testCase.name} R${replicas}: ${dispatches} dispatches, ${submissions} submissions a step`, {
        ...{ case: testCase.name, replicas, dispatches, submissions },
      })
      const times = [...kernelTimes(spans)].sort(([, a], [, b]) => b - a)
      for (const [kernel, ms] of times) {
        const count = spans.filter((span) => span.kernel === kernel).length / PROFILED_STEPS
        report.add(`  ${(ms / PROFILED_STEPS).toFixed(3).padStart(9)} ms  ${count} x ${kernel}`, {
          ...{ case: testCase.name, replicas, kernel, count, ms: ms / PROFILED_STEPS },
        })
      }
    }
  },
}

/** Several times of one case become one result. */
export function addTimes(
  report: Report,
  engine: string,
  { name, replicas }: Pick<StepCase, 'name' | 'replicas'>,
  times: readonly number[],
): void {
  const summary = summarize(times)
  report.add(`${name.padEnd(36)} R${replicas}  ${summary.stepMs.toFixed(2).padStart(9)} ms  ${engine}`, {
    ...{ case: name, replicas, engine, ...summary },
  })
}
