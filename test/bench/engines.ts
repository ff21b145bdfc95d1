/** The engine under test: the one place that knows how it is opened, and what it may tell about itself. */
import { availableParallelism } from 'node:os'
import type { Backend } from '../../shared/backends/backend.ts'
import { kernelTimes, type TraceSpan } from '../../shared/backends/trace.ts'
import { loadBackend } from '../../main/engine/load-backend.ts'

export interface OpenedBackend {
  readonly backend: Backend
  readonly threads: number
}

export const ALL_THREADS = availableParallelism()

export async function openBackend(threads: number): Promise<OpenedBackend> {
  return { backend: await loadBackend('auto', { threads }), threads }
}

/** Names of the report for kernels of the engine's module. */
const KERNEL_GROUPS: readonly (readonly [RegExp, string])[] = [
  [/forward/i, 'forward sweeps'],
  [/backward/i, 'backward sweeps'],
  [/^multiply$/, 'input products'],
  [/^addOuter$/, 'weight gradients'],
  [/^(adam|sgd|sgdMomentum|sumSquares|copyTransposed)$/, 'optimiser and packing'],
  [/^wait$/, 'waiting'],
]

function kernelGroup(kernel: string): string {
  return KERNEL_GROUPS.find(([pattern]) => pattern.test(kernel))?.[1] ?? 'rows'
}

/** More than any case's steps have. */
const SPANS_A_THREAD = 200_000

/**
 * ms a step by kernel, averaged over the threads: their sum and what the leader does between jobs (`between jobs`) is the step's time.
 * Undefined from a backend that cannot tell.
 * @param run takes that many steps
 */
export async function profileSteps(
  { backend, threads }: OpenedBackend,
  steps: number,
  run: () => Promise<unknown>,
): Promise<{ readonly kernelMs: Readonly<Record<string, number>>; readonly spans: readonly TraceSpan[] } | undefined> {
  const { tracing } = backend
  if (!tracing) return undefined
  const start = performance.now()
  await tracing.start(SPANS_A_THREAD)
  await run()
  const stepMs = (performance.now() - start) / steps
  const spans = await tracing.stop()
  const named = spans.map((span) => ({ ...span, kernel: kernelGroup(span.kernel) }))
  const times = [...kernelTimes(named)].map(([group, ms]): [string, number] => [group, ms / steps / threads])
  const known = times.reduce((sum, [, ms]) => sum + ms, 0)
  times.push(['between jobs', stepMs - known])
  return { kernelMs: Object.fromEntries(times.sort(([, a], [, b]) => b - a)), spans }
}
