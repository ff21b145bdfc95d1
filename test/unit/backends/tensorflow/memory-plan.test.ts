/** What is planned of TensorFlow's memory beside what a process that trains takes, on Linux; every network by `npm run test:gpu`. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { MemoryPlan } from '../../../../shared/backends/memory-plan.ts'
import { LIBRARY_BYTES, planMemory } from '../../../../shared/backends/tensorflow/memory-plan.ts'
import { createCaseNetwork } from '../../../bench/networks.ts'
import { OWN_CELL, stepCase, type StepCase } from '../../../bench/step-cases.ts'
import { WHOLE_SUITE } from '../../../gpu/whole.ts'
import { describeUnless, LINUX_LACK } from '../../../needs.ts'
import { TENSORFLOW_LACK } from '../../../tensorflow.ts'
import type { ProbedMemory } from './memory-probe.ts'

/** XLA decides what it copies and what shares its place, cell by cell; an allocator keeps what is freed. */
const PLANNED_WITHIN = 1.4

const part = (cell: string, units: number, warm = true): StepCase['parts'][number] => ({ cell, units, warm })
const like = { ...stepCase('gru-2x256-T200-B32'), peer: null }
const CASES: readonly StepCase[] = [
  { ...like, name: 'LSTM', parts: [part('lstm', 128)], layers: 1, steps: 300, batch: 100 },
  { ...like, name: 'GRU', parts: [part('gru', 256)] },
  { ...like, name: 'GRU of three seeds', parts: [part('gru', 256)], replicas: 3 },
  { ...like, name: 'double nBRC', parts: [part('nbrc', 128), part('nbrc', 128, false)], steps: 100, batch: 64 },
  { ...like, name: 'own cell', parts: [part(OWN_CELL, 64)], layers: 1, steps: 600, batch: 64 },
]

const PROBE = fileURLToPath(new URL('./memory-probe.ts', import.meta.url))

async function probe(testCase: StepCase): Promise<ProbedMemory> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROBE, JSON.stringify(testCase)])
  return JSON.parse(stdout) as ProbedMemory
}

const plan = (testCase: StepCase): MemoryPlan => planMemory(createCaseNetwork(testCase), testCase, Infinity)

/** Beside the library. */
const stepBytesOf = ({ totalBytes }: MemoryPlan): number => totalBytes - LIBRARY_BYTES

describeUnless(TENSORFLOW_LACK ?? LINUX_LACK)('memory of a training step on TensorFlow', () => {
  const cases = process.env[WHOLE_SUITE] === '1' ? CASES : CASES.slice(0, 1)

  it.each(cases)('is planned as it is taken: $name', async (testCase) => {
    const { libraryBytes, stepBytes } = await probe(testCase)
    const ratios = { library: libraryBytes / LIBRARY_BYTES, step: stepBytes / stepBytesOf(plan(testCase)) }
    for (const [what, ratio] of Object.entries(ratios)) {
      expect(ratio, what).toBeGreaterThan(1 / PLANNED_WITHIN)
      expect(ratio, what).toBeLessThan(PLANNED_WITHIN)
    }
  })
})

it('memory on TensorFlow grows with steps, series and layers, and with seeds by their variables alone', () => {
  const [, gru, threeSeeds] = CASES as [StepCase, StepCase, StepCase]
  const bytes = (testCase: StepCase): number => stepBytesOf(plan(testCase))
  expect(bytes({ ...gru, steps: 2 * gru.steps })).toBeGreaterThan(1.6 * bytes(gru))
  expect(bytes({ ...gru, batch: 2 * gru.batch })).toBeGreaterThan(1.6 * bytes(gru))
  expect(bytes({ ...gru, layers: 4 })).toBeGreaterThan(1.6 * bytes(gru))
  const parameterBytes = plan(gru).items.find(({ what }) => what === 'parameters, gradients and moments')!.bytes
  expect(bytes(threeSeeds) - bytes(gru)).toBeLessThan(parameterBytes)
})
