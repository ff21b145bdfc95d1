/** The webgpu engine within its memory: plans, replicas one after the other, and values that are computed twice, with what that does to results. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { requireRoom } from '../../shared/backends/memory-plan.ts'
import type { AdapterFacts } from '../../shared/backends/adapter.ts'
import { planMemory } from '../../shared/backends/webgpu/memory-plan.ts'
import { NetworkKernels } from '../../shared/backends/webgpu/network-kernels.ts'
import { shapesToTry } from '../../shared/backends/webgpu/shapes.ts'
import { createWebGpuBackend, type WebGpuBackend } from '../../shared/backends/webgpu/webgpu-backend.ts'
import { ADAM, batch, network, part, weights } from '../unit/backends/networks.ts'
import { isTooFar } from '../unit/backends/conformance/check.ts'
import { compareTraining } from '../unit/backends/conformance/training.ts'
import { openTestGpu } from './adapter.ts'

const FACTS: AdapterFacts = {
  name: 'imagined',
  vendor: '',
  driver: '',
  isSoftware: true,
  workgroupBytes: 16_384,
  workgroupInvocations: 256,
  storageBuffers: 8,
  bindingBytes: 2 ** 27,
  bufferBytes: 2 ** 28,
  hasSubgroups: false,
  subgroupSize: 0,
  hasTimestamps: false,
}
const NETWORK = network([[part('gru', 5), part('gru', 4, false)], [part('lstm', 5)]], { inputs: 3, outputs: 2 })
const [STEPS, SERIES, REPLICAS] = [40, 4, 3]
const REQUEST = { steps: STEPS, batch: SERIES, replicas: REPLICAS }
const AMPLE = { memoryBytes: 2 ** 32, blockBytes: 2 ** 32 }

const kernels = new NetworkKernels(NETWORK, (one) => shapesToTry(FACTS, one)[0]!)
const ample = planMemory(kernels, REQUEST, AMPLE)
const alone = planMemory(kernels, { ...REQUEST, replicas: 1 }, AMPLE)

it('where all fits, replicas run side by side and values are kept', () => {
  expect(ample).toMatchObject({ sideBySide: REPLICAS, keepsValues: true, segmentSteps: STEPS })
})

it('replicas run one after the other before a value is computed twice', () => {
  const bounds = { ...AMPLE, memoryBytes: ample.totalBytes - 1 }
  const plan = planMemory(kernels, REQUEST, bounds)
  expect(plan.sideBySide).toBeLessThan(REPLICAS)
  expect(plan.keepsValues).toBe(true)
  expect(plan.totalBytes).toBeLessThanOrEqual(bounds.memoryBytes)
})

it('a buffer that a kernel could not see is cut, though memory would do', () => {
  const plan = planMemory(kernels, { ...REQUEST, replicas: 1 }, { ...AMPLE, blockBytes: alone.items[2]!.bytes })
  expect(plan.totalBytes).toBeLessThan(alone.totalBytes)
  expect(plan.segmentSteps).toBeLessThan(STEPS)
})

it('segments are the same however many replicas there are', () => {
  const bounds = { ...AMPLE, memoryBytes: 0.7 * alone.totalBytes }
  const few = planMemory(kernels, { ...REQUEST, replicas: 1 }, bounds)
  expect(few.segmentSteps).toBeLessThan(STEPS)
  expect(planMemory(kernels, REQUEST, bounds)).toMatchObject({ segmentSteps: few.segmentSteps, sideBySide: 1 })
})

it('layers are apart where that costs neither segments nor replicas, and in turn elsewhere', () => {
  expect(planMemory(kernels, REQUEST, AMPLE, 8).chunkSteps).toBe(8)
  expect(ample.chunkSteps).toBeNull()
  const bounds = { ...AMPLE, memoryBytes: ample.totalBytes }
  expect(planMemory(kernels, REQUEST, bounds, 8)).toEqual(planMemory(kernels, REQUEST, bounds))
})

it('layers are apart within segments, too', () => {
  const bounds = { ...AMPLE, memoryBytes: Math.floor(0.9 * alone.totalBytes) }
  const plan = planMemory(kernels, { ...REQUEST, replicas: 1 }, bounds, 8)
  expect(plan.segmentSteps).toBeLessThan(STEPS)
  expect(plan.chunkSteps).toBe(8)
  expect(plan.totalBytes).toBeLessThanOrEqual(bounds.memoryBytes)
})

it('what cannot fit is refused with its sizes and a remedy', () => {
  const plan = planMemory(kernels, REQUEST, { ...AMPLE, memoryBytes: 1000 })
  expect(() => requireRoom(plan, REQUEST)).toThrow(/at most 1 MiB/)
})

let small: WebGpuBackend
let large: WebGpuBackend

beforeAll(async () => {
  const now = (): number => performance.now()
  const gpu = await openTestGpu('swiftshader')
  large = await createWebGpuBackend(gpu, { now })
  small = await createWebGpuBackend(gpu, { now, memoryBytes: Math.floor(0.8 * alone.totalBytes) })
})
afterAll(() => {
  for (const { computeDevice } of [small, large]) computeDevice.destroy()
})

/** Blocks that are free serve again, which is not planned; small buffers and whole pages are not planned either. */
const PLANNED_WITHIN = 0.2

it.each([
  {
    name: 'three seeds of an MGU',
    wide: network([[part('mgu', 32)]], { inputs: 3, outputs: 2 }),
    size: { steps: 40, batch: 8, replicas: 3 },
  },
  {
    name: 'a wide LSTM',
    wide: network([[part('lstm', 64)]], { inputs: 2, outputs: 1 }),
    size: { steps: 20, batch: 16, replicas: 1 },
  },
])('a training step takes what is planned by a description of the adapter: $name', async ({ wide, size }) => {
  const backend = await createWebGpuBackend(await openTestGpu('swiftshader'), { now: () => performance.now() })
  const { facts, bounds } = structuredClone(backend.adapter!)
  const planned = planMemory(new NetworkKernels(wide, (one) => shapesToTry(facts, one)[0]!), size, bounds).totalBytes
  const engine = await backend.createEngine(wide, size.replicas)
  const series = batch(wide, size.steps, size.batch, 3)
  const requests = Array.from({ length: size.replicas }, () => ({
    batch: series,
    truncateEvery: null,
    dropoutMasks: null,
    regulariser: null,
  }))
  await engine.trainStep(
    requests,
    requests.map(() => ADAM),
  )
  const taken = (await engine.memoryBytes())!
  backend.computeDevice.destroy()
  expect(Math.abs(taken / planned - 1)).toBeLessThan(PLANNED_WITHIN)
})

it('values that are computed twice, segment by segment, have the gradients of the oracle', async () => {
  const request = { batch: batch(NETWORK, STEPS, SERIES, 3), truncateEvery: 7, dropoutMasks: null, regulariser: null }
  const plan = planMemory(kernels, { ...REQUEST, replicas: 1 }, small.computeDevice.bounds)
  expect(plan.segmentSteps).toBeLessThan(STEPS)
  const differences = await compareTraining(small, NETWORK, request)
  expect(differences.length).toBeGreaterThan(0)
  expect(differences.filter(isTooFar)).toEqual([])
})

it('a dispatch for several replicas has the bits of one for each', async () => {
  const bits = async (replicas: number): Promise<unknown> => {
    const engine = await large.createEngine(NETWORK, replicas)
    for (let replica = 0; replica < replicas; replica++) await engine.writeParameters(replica, weights(NETWORK, 1, 0.5))
    const request = { batch: batch(NETWORK, 6, 3, 3), truncateEvery: null, dropoutMasks: null, regulariser: null }
    const all = Array.from({ length: replicas }, () => request)
    await engine.trainStep(
      all,
      all.map(() => ADAM),
    )
    const moved = await engine.readParameters(replicas - 1)
    await engine.dispose()
    return moved
  }
  expect(await bits(3)).toEqual(await bits(1))
})
