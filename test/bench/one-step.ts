/**
 * A process of its own that opens one case and takes two training steps. usage: one-step.ts CASE THREADS
 * Prints a line when the first step has ended, and {"memoryMiB"} after the second: its largest resident memory.
 */
import { readFileSync } from 'node:fs'
import { openBackend } from './engines.ts'
import { createEngine } from './seeded-engine.ts'
import { ADAM, createCaseNetwork, trainRequest } from './networks.ts'
import { stepCase } from './step-cases.ts'

const KIB_A_MIB = 1024

/** Of this program alone: where the kernel says so, without what the process that started it held. */
function largestResidentKib(): number {
  if (process.platform === 'linux') {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
    if (line) return Number(line[1])
  }
  return process.resourceUsage().maxRSS
}

const testCase = stepCase(process.argv[2]!)
const { backend } = await openBackend(Number(process.argv[3]))
const engine = await createEngine(backend, createCaseNetwork(testCase), testCase.replicas)
const requests = Array.from({ length: testCase.replicas }, (_, replica) => trainRequest(testCase, replica))
const optimizers = requests.map(() => ADAM)
await engine.trainStep(requests, optimizers)
process.stdout.write('{}\n')
await engine.trainStep(requests, optimizers)
process.stdout.write(`${JSON.stringify({ memoryMiB: largestResidentKib() / KIB_A_MIB })}\n`)
await engine.dispose()
