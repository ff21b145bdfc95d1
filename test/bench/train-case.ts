/** A case of training: our steps, the bare tile's and the peers', round by round; then memory and kernels. */
import type { BenchCase } from './bench-case.ts'
import { profileSteps } from './engines.ts'
import { runFreshProcess } from './fresh-process.ts'
import { alternate, summarize, trainingGflops } from './measure.ts'
import type { BenchResult, PeerResult } from './result.ts'
import type { StepCase } from './step-cases.ts'
import { openStepRunner } from './step-runner.ts'

/** Threads of XLA and OpenMP spin for a while when their work is done. */
const PEER_PAUSE_MS = 200
const PROFILED_STEPS = 5

export function trainCase(testCase: StepCase): BenchCase {
  return {
    name: testCase.name,
    group: 'training',
    run: async (bench) => {
      const opened = await bench.open(bench.threads)
      const runner = await openStepRunner(opened, testCase)
      const { peer } = testCase
      const peers = peer === null ? [] : bench.peers.map((library) => library.contestant(peer))
      for (const contestant of peers) await contestant.time(1) // compiles before anything is timed
      bench.tilePeak.takeBestGflops()
      const [ours, , ...theirs] = await alternate([runner, bench.tilePeak.contestant, ...peers], {
        rounds: bench.rounds,
        pauseMs: peers.length > 0 ? PEER_PAUSE_MS : 0,
      })
      const peakGflops = opened.threads * bench.tilePeak.takeBestGflops()
      const seriesSteps = testCase.steps * testCase.batch * testCase.replicas
      const gflopsAt = (stepMs: number): number => trainingGflops(runner.weights, seriesSteps, stepMs)
      const peerResults = theirs.map((times, index): PeerResult => {
        const summary = summarize(times)
        return { peer: peers[index]!.name, ...summary, gflops: gflopsAt(summary.stepMs) }
      })
      const summary = summarize(ours!)
      const profile = await profileSteps(opened, PROFILED_STEPS, () => runner.time(PROFILED_STEPS))
      if (profile) bench.traces.push(...profile.spans)
      await runner.engine.dispose()
      const { memoryMiB } = await runFreshProcess(testCase.name, bench.threads)
      const result: BenchResult = {
        case: testCase.name,
        backend: opened.backend.name,
        threads: opened.threads,
        ...summary,
        gflops: gflopsAt(summary.stepMs),
        peakShare: gflopsAt(summary.stepMs) / peakGflops,
        ...(peerResults.length > 0 && {
          peers: peerResults,
          ratio: Math.min(...peerResults.map(({ stepMs }) => stepMs)) / summary.stepMs,
        }),
        memoryMiB,
        ...(profile && { kernelMs: profile.kernelMs }),
      }
      return [result]
    },
  }
}
