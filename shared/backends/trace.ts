/** What threads did when, as backends tell it, and as other programs show it. */

/** A kernel's run, or a wait for other threads, on one thread. */
export interface TraceSpan {
  readonly thread: number
  /** The function's name in the engine's module, or WAIT. */
  readonly kernel: string
  /** ms on the host's clock. */
  readonly startMs: number
  readonly endMs: number
}

export const WAIT = 'wait'

/** Of a backend that can say what its threads do. */
export interface Tracing {
  /** From the next step on, every thread writes down its first `spansAThread` kernels and waits. */
  start(spansAThread: number): Promise<void>
  /** @returns the spans of thread 0, then 1, ..., each in the order of time; none without a start */
  stop(): Promise<TraceSpan[]>
}

/** The spans in Chrome's trace format, which chrome://tracing and Perfetto show: times in microseconds. */
export function chromeTrace(spans: readonly TraceSpan[]): string {
  const origin = spans.reduce((first, { startMs }) => Math.min(first, startMs), Infinity)
  const threads = [...new Set(spans.map(({ thread }) => thread))]
  return JSON.stringify({
    displayTimeUnit: 'ms',
    traceEvents: [
      ...threads.map((tid) => ({ ph: 'M', name: 'thread_name', pid: 1, tid, args: { name: `thread ${tid}` } })),
      ...spans.map(({ thread, kernel, startMs, endMs }) => ({
        ph: 'X',
        name: kernel,
        pid: 1,
        tid: thread,
        ts: (startMs - origin) * 1000,
        dur: (endMs - startMs) * 1000,
      })),
    ],
  })
}

/** ms by kernel, summed over all threads. */
export function kernelTimes(spans: readonly TraceSpan[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const { kernel, startMs, endMs } of spans) times.set(kernel, (times.get(kernel) ?? 0) + endMs - startMs)
  return times
}
