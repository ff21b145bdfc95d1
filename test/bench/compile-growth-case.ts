/**
 * How the time of the compiler grows with a cell's text: chains of values that are each used twice, sums, and nests, of 100 to 1,600 lines
 * or terms. From text to stages and the printed forms; what a backend makes of them is compile-case.ts's.
 */
import { compileCell } from '../../shared/compiler/passes.ts'
import { describeCell } from '../../shared/compiler/print.ts'
import type { BenchCase } from './bench-case.ts'
import { alternate, summarize, type Contestant } from './measure.ts'

const SIZES = [100, 200, 400, 800, 1600]
/** The exponent of the fitted power of the size: 1 is linear, and short texts lie under it for what every cell costs. */
const LARGEST_EXPONENT = 1.2

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n')
const inChain = (count: number, value: (before: string) => string): string =>
  `a_0 = tanh(W x + U h)\n${lines(count, (i) => `a_${i + 1} = ${value(`a_${i}`)}`)}\nh' = a_${count}`

const SHAPES: Readonly<Record<string, (size: number) => string>> = {
  chains: (size) => inChain(size, (before) => `${before} * ${before}`),
  sums: (size) => `h' = W x${' + tanh(b * h)'.repeat(size)}`,
  nests: (size) => inChain(size, (before) => `tanh(((((${before} + h)))))`),
}

/** In time of the processor: on a busy machine the clock goes on for others, and the longer a compilation, the more of them. */
function contestant(text: string, size: number): Contestant {
  const compile = (): number => {
    const start = process.cpuUsage()
    describeCell(compileCell(text, 'bench'), { I: 1, H: 8 })
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  }
  return { name: String(size), time: (steps) => Promise.resolve(Array.from({ length: steps }, compile)) }
}

/** By least squares on logarithms. @param times in the order of the sizes */
export function fittedExponent(sizes: readonly number[], times: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [xs, ys] = [sizes.map(Math.log), times.map(Math.log)]
  const [meanX, meanY] = [mean(xs), mean(ys)]
  const covariance = mean(xs.map((x, i) => (x - meanX) * (ys[i]! - meanY)))
  return covariance / mean(xs.map((x) => (x - meanX) ** 2))
}

export const compileGrowthCases: readonly BenchCase[] = Object.entries(SHAPES).map(([shape, textOf]) => ({
  name: `compile-growth-${shape}`,
  group: 'scaling',
  run: async (bench) => {
    const contestants = SIZES.map((size) => contestant(textOf(size), size))
    const summaries = (await alternate(contestants, { rounds: bench.rounds, pauseMs: 0 })).map(summarize)
    const base = summaries[0]!.minMs / SIZES[0]!
    // Of the fastest: what else is done in between, such as collecting garbage, only ever adds.
    const exponent = fittedExponent(
      SIZES,
      summaries.map(({ minMs }) => minMs),
    )
    return SIZES.map((size, i) => ({
      case: `compile-growth-${shape}-${size}`,
      backend: 'compiler',
      threads: 1,
      ...summaries[i]!,
      gflops: null,
      relativeToLinear: summaries[i]!.minMs / (base * size),
      ...(i === SIZES.length - 1 && {
        target: { what: `at most size^${LARGEST_EXPONENT}`, met: exponent <= LARGEST_EXPONENT },
        note: `grows as size^${exponent.toFixed(2)}`,
      }),
    }))
  },
}))
