/** What the figures were measured on, and whether somebody else was using it. */
import { cpus, totalmem } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const GIB = 1 << 30
const SAMPLE_MS = 500

export function describeMachine(): string[] {
  const cores = cpus()
  return [
    `${cores[0]?.model ?? 'unknown processor'}, ${cores.length} logical cores, ${Math.round(totalmem() / GIB)} GiB`,
    `Node ${process.versions.node} (V8 ${process.versions.v8}) on ${process.platform} ${process.arch}`,
  ]
}

/**
 * Cores that are busy although the benchmark waits. With one busy core, libraries whose threads wait for each other at
 * every product (OpenMP) become a hundred times slower, and no ratio is fair any more.
 * @returns in 0 .. cores
 */
export async function measureBusyCores(): Promise<number> {
  const before = cpus()
  await sleep(SAMPLE_MS)
  return cpus().reduce((busyCores, { times }, core) => {
    const { idle, ...busy } = times
    const { idle: idleBefore, ...busyBefore } = before[core]!.times
    const busyMs = sum(busy) - sum(busyBefore)
    const wholeMs = busyMs + idle - idleBefore
    return busyCores + (wholeMs > 0 ? busyMs / wholeMs : 0)
  }, 0)
}

function sum(times: Readonly<Record<string, number>>): number {
  return Object.values(times).reduce((total, ms) => total + ms, 0)
}
