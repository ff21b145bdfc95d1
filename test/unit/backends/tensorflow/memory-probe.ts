/**
 * A process that trains a case on TensorFlow and tells what that takes: the case enters as its argument, bytes of this process leave, as Linux counts them;
 * those of the library, with a tiny network in it, and how many more there are at most while a step is made.
 */
import { readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { initialize } from '../../../../shared/networks/initial-values.ts'
import { ADAM, createCaseNetwork, trainRequest } from '../../../bench/networks.ts'
import { libraryBackend } from './library-backend.ts'
import type { StepCase } from '../../../bench/step-cases.ts'

export interface ProbedMemory {
  readonly libraryBytes: number
  readonly stepBytes: number
}

const backend = await libraryBackend({ isCompiled: true })

/** @returns after its programs are compiled: makes one more step */
async function openTraining(testCase: StepCase): Promise<() => Promise<unknown>> {
  const network = createCaseNetwork(testCase)
  const replicas = Array.from({ length: testCase.replicas }, (_, replica) => replica)
  const engine = await backend.createEngine(network, replicas.length)
  for (const replica of replicas) await engine.writeParameters(replica, initialize(network, replica, 0))
  const requests = replicas.map((replica) => trainRequest(testCase, replica))
  const optimizers = replicas.map(() => ADAM)
  const step = (): Promise<unknown> => engine.trainStep(requests, optimizers)
  await step()
  return step
}

async function bytesOf(field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8')
  return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)![1])
}

const testCase = JSON.parse(process.argv[2]!) as StepCase
await openTraining({ ...testCase, layers: 1, steps: 4, batch: 2, lossSteps: 1, replicas: 1 })
const libraryBytes = await bytesOf('VmRSS')
const step = await openTraining(testCase)
await writeFile('/proc/self/clear_refs', '5') // the most so far is what there is now
await step()
const told: ProbedMemory = { libraryBytes, stepBytes: (await bytesOf('VmHWM')) - libraryBytes }
process.stdout.write(JSON.stringify(told), () => process.exit())
