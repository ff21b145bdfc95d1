/** How the time of a training step grows with threads, steps, series and replicas: sizes take turns in the same rounds. */
import type { BenchCase } from './bench-case.ts'
import { alternate, summarize, trainingGflops } from './measure.ts'
import { stepCase, type StepCase } from './step-cases.ts'
import { openStepRunner, type StepRunner } from './step-runner.ts'

/** Time over what growth in proportion would take. */
const LARGEST_EXCESS = 1.1
const LEAST_SPEEDUP = 1.7

const SMALL = stepCase('gru-1x128-T300-B32')
const LARGE = stepCase('gru-2x256-T200-B32')

/** Work of a case next to another's: steps, series and replicas. */
const workOf = ({ steps, batch, replicas }: StepCase): number => steps * batch * replicas

/** @param sizes the smallest first: the base of the others */
function growthCase(name: string, sizes: readonly StepCase[]): BenchCase {
  return {
    name: `scaling-${name}`,
    group: 'scaling',
    run: async (bench) => {
      const opened = await bench.open(bench.threads)
      const runners: StepRunner[] = []
      for (const size of sizes) runners.push(await openStepRunner(opened, size))
      const summaries = (await alternate(runners, { rounds: bench.rounds, pauseMs: 0 })).map(summarize)
      for (const { engine } of runners) await engine.dispose()
      const base = summaries[0]!.stepMs / workOf(sizes[0]!)
      return sizes.map((size, i) => {
        const relativeToLinear = summaries[i]!.stepMs / (base * workOf(size))
        return {
          case: `scaling-${size.name}`,
          backend: opened.backend.name,
          threads: opened.threads,
          ...summaries[i]!,
          gflops: trainingGflops(runners[i]!.weights, workOf(size), summaries[i]!.stepMs),
          relativeToLinear,
          ...(i > 0 && {
            target: { what: `at most ${LARGEST_EXCESS} of linear`, met: relativeToLinear <= LARGEST_EXCESS },
          }),
        }
      })
    },
  }
}

function threadsCase(size: StepCase): BenchCase {
  const name = `scaling-threads-${size.name}`
  return {
    name,
    group: 'scaling',
    run: async (bench) => {
      const counts = [...new Set([1, bench.threads])]
      const runners: StepRunner[] = []
      for (const threads of counts) runners.push(await openStepRunner(await bench.open(threads), size))
      const summaries = (await alternate(runners, { rounds: bench.rounds, pauseMs: 0 })).map(summarize)
      for (const { engine } of runners) await engine.dispose()
      return counts.map((threads, i) => {
        const { stepMs } = summaries[i]!
        const speedup = summaries[0]!.stepMs / stepMs
        return {
          case: name,
          backend: 'wasm',
          threads,
          ...summaries[i]!,
          gflops: trainingGflops(runners[i]!.weights, workOf(size), stepMs),
          relativeToLinear: threads / speedup,
          ...(threads === 2 && {
            target: {
              what: `at least ${LEAST_SPEEDUP} times one thread`,
              met: speedup >= LEAST_SPEEDUP,
            },
            note: `${speedup.toFixed(2)} times one thread`,
          }),
        }
      })
    },
  }
}

const resized = (base: StepCase, change: Partial<StepCase>): StepCase => {
  const size = { ...base, ...change, peer: null }
  return { ...size, name: `gru-${size.layers}x${size.parts[0]!.units}-T${size.steps}-B${size.batch}-R${size.replicas}` }
}

export const scalingCases: readonly BenchCase[] = [
  threadsCase(LARGE),
  threadsCase(SMALL),
  growthCase(
    'steps',
    [100, 200, 400, 800].map((steps) => resized(SMALL, { steps })),
  ),
  growthCase(
    'series',
    [32, 64, 128, 256].map((batch) => resized(SMALL, { batch })),
  ),
  growthCase(
    'replicas',
    [1, 2, 4].map((replicas) => resized(SMALL, { replicas })),
  ),
]
