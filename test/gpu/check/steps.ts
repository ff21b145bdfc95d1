/** Training steps of the bench's cases, ours and the peers' on the same card: one seed and several side by side. Ours come first: peers compile for minutes. */
import { LineServer } from '../../bench/line-server.ts'
import { summarize } from '../../bench/measure.ts'
import { openStepRunner } from '../../bench/step-runner.ts'
import type { PeerCase, StepCase } from '../../bench/step-cases.ts'
import { kernelTimes } from '../../../shared/backends/trace.ts'
import path from 'node:path'
import type { Report } from './report.ts'
import type { Section } from './section.ts'

const PEERS_FOLDER = path.join(import.meta.dirname, '..', '..', 'bench', 'peers')
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

/** Each peer in a section of its own: one that is not installed, or compiles for too long, takes nothing from the others. */
export const peerSections: readonly Section[] = [
  peerSection('torch', 50, {}),
  peerSection('jax', 60, {}),
  // Loops only: what torch has as one layer is compiled already.
  peerSection('torch', 50, { PEER_COMPILED: '1' }, ({ cell }) => cell !== 'gru' && cell !== 'lstm'),
]

function peerSection(
  library: 'torch' | 'jax',
  limitSeconds: number,
  environment: Readonly<Record<string, string>>,
  isFor: (peerCase: PeerCase) => boolean = () => true,
): Section {
  const name = `${library}${environment.PEER_COMPILED === '1' ? ' with compiled loops' : ''}`
  return {
    name,
    limitSeconds,
    run: async ({ report, scale }) => {
      Object.assign(process.env, { PEER_DEVICE: process.env.PEER_DEVICE ?? 'cuda', ...environment })
      const server = await LineServer.start<
        { peer: string },
        { case: PeerCase; steps: number },
        { times: readonly number[] }
      >(name, 'python3', [path.join(PEERS_FOLDER, `${library}_peer.py`)])
      try {
        for (const { peer } of scale.cases)
          for (const replicas of scale.replicas) {
            if (peer === null || !isFor(peer)) continue
            const { times } = await server.ask({ case: { ...peer, replicas }, steps: scale.timedSteps })
            addTimes(report, server.hello.peer, { ...peer, replicas }, times)
          }
      } finally {
        server.close()
      }
    },
  }
}

function addTimes(
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
