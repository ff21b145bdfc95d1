/**
 * A process that computes without end and needs nothing of what it computes. First line: {"pid"}; answers each line with {"share"}, its processor
 * time over the time since it began. The end of its input is its end, so that it does not outlive whoever started it.
 */
import { createInterface } from 'node:readline'

/** Between two looks at the input: long enough to be nothing but work. */
const WORK_MS = 50
const MICROSECONDS_A_MS = 1000

const started = performance.now()
const usedBefore = process.cpuUsage()

let turn: NodeJS.Immediate
function work(): void {
  const end = performance.now() + WORK_MS
  while (performance.now() < end);
  turn = setImmediate(work)
}

const lines = createInterface({ input: process.stdin })
lines.on('line', () => {
  const { user, system } = process.cpuUsage(usedBefore)
  const share = (user + system) / MICROSECONDS_A_MS / (performance.now() - started)
  process.stdout.write(`${JSON.stringify({ share })}\n`)
})
lines.on('close', () => clearImmediate(turn))
process.stdout.write(`${JSON.stringify({ pid: process.pid })}\n`)
work()
