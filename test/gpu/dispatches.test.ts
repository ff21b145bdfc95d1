/** What a step costs on the device, counted: dispatches, read-backs and memory do not grow with seeds, steps or convergence. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Engine } from '../../shared/backends/backend.ts'
import { NetworkKernels } from '../../shared/backends/webgpu/network-kernels.ts'
import { shapesToTry } from '../../shared/backends/webgpu/shapes.ts'
import { createWebGpuBackend, type WebGpuBackend } from '../../shared/backends/webgpu/webgpu-backend.ts'
import { joinCosts, stepCosts } from '../bench/webgpu-costs.ts'
import { ADAM, batch, network, part, weights } from '../unit/backends/networks.ts'
import { openTestGpu } from './adapter.ts'

const NETWORK = network([[part("h' = tanh(W x + U h + b)", 4)]], { inputs: 2, outputs: 1 })
/** Never at rest, never where it was. */
const WALKER = network([[part("h' = h + 0.01 * (1 + sigmoid(W x + b))", 4)]], { inputs: 2, outputs: 1 })
/** Loops over time are timed in their first pieces, and cut for it; on a clock that stands still they are fast. */
const WARM_STEPS = 6

let backend: WebGpuBackend

beforeAll(async () => {
  backend = await createWebGpuBackend(await openTestGpu('swiftshader'), { now: () => 0 })
})
afterAll(() => backend.computeDevice.destroy())

async function withEngine<Result>(
  net: typeof NETWORK,
  replicas: number,
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const engine = await backend.createEngine(net, replicas)
  for (let replica = 0; replica < replicas; replica++)
    await engine.writeParameters(replica, weights(net, replica + 1, 0.5))
  try {
    return await use(engine)
  } finally {
    await engine.dispose()
  }
}

/** Of one training step, once its loops' speeds are known. */
function countStep(replicas: number, steps: number): Promise<{ dispatches: number; readBacks: number }> {
  return withEngine(NETWORK, replicas, async (engine) => {
    const request = { batch: batch(NETWORK, steps, 3, 3), truncateEvery: null, dropoutMasks: null, regulariser: null }
    const all = Array.from({ length: replicas }, () => request)
    const step = async (): Promise<void> => {
      await engine.trainStep(
        all,
        all.map(() => ADAM),
      )
    }
    for (let i = 0; i < WARM_STEPS; i++) await step()
    const { counts } = backend.computeDevice.queue
    const before = { ...counts }
    await step()
    return { dispatches: counts.dispatches - before.dispatches, readBacks: counts.readBacks - before.readBacks }
  })
}

it('a training step is one read-back, and seeds share its dispatches', async () => {
  const one = await countStep(1, 6)
  expect(one.readBacks).toBe(1)
  expect(await countStep(3, 6)).toEqual(one)
})

it('the parts of a double layer go through time in one dispatch each way', async () => {
  const half = part("h' = tanh(W x + U h + b)", 4)
  const double = network([[half, half]], { inputs: 2, outputs: 1 })
  await withEngine(double, 1, async (engine) => {
    const request = { batch: batch(double, 6, 3, 3), truncateEvery: null, dropoutMasks: null, regulariser: null }
    const spy = vi.spyOn(backend.computeDevice.queue, 'dispatch')
    for (let i = 0; i < WARM_STEPS; i++) await engine.trainStep([request], [ADAM])
    spy.mockClear() // loops were timed in pieces
    await engine.trainStep([request], [ADAM])
    const loops = spy.mock.calls.flatMap(([{ kernel }]) =>
      /^(for|back)ward of/.test(kernel.name) ? [kernel.name] : [],
    )
    spy.mockRestore()
    expect(loops).toEqual([
      expect.stringMatching(/^forward of .*part 0.* beside forward of .*part 1/),
      expect.stringMatching(/^backward of .*part 0.* beside backward of .*part 1/),
    ])
  })
})

it('twice as many steps are no more dispatches', async () => {
  const { dispatches } = await countStep(1, 6)
  expect(await countStep(1, 12)).toEqual({ dispatches, readBacks: 1 })
})

it('the kernels that cost are dispatched as often as the step on paper says', async () => {
  const kernels = new NetworkKernels(NETWORK, (one) => shapesToTry(backend.computeDevice.facts, one)[0]!)
  const paper = joinCosts(stepCosts(kernels, { steps: 6, batch: 3, replicas: 1 }))
  await withEngine(NETWORK, 1, async (engine) => {
    const request = { batch: batch(NETWORK, 6, 3, 3), truncateEvery: null, dropoutMasks: null, regulariser: null }
    const spy = vi.spyOn(backend.computeDevice.queue, 'dispatch')
    for (let i = 0; i < WARM_STEPS; i++) await engine.trainStep([request], [ADAM])
    spy.mockClear() // loops were timed in pieces
    await engine.trainStep([request], [ADAM])
    const names = spy.mock.calls.map(([{ kernel }]) => kernel.name)
    spy.mockRestore()
    const counted = (isOfKind: RegExp): number => names.filter((name) => isOfKind.test(name)).length
    expect(Object.fromEntries(paper.map(({ kernel, dispatches }) => [kernel, dispatches]))).toEqual({
      'input products': counted(/^input products/),
      forward: counted(/^forward/),
      backward: counted(/^backward/),
      'matrix gradients': counted(/^matrix gradients.*(?<!added)$/),
      move: counted(/^move/),
      norm: counted(/norms?$/),
      pack: counted(/^pack/),
    })
  })
})

it('a long convergence takes no more memory than a short one', async () => {
  const bytesAfter = (convergenceSteps: number): Promise<number | null> =>
    withEngine(WALKER, 1, async (engine) => {
      const series = batch(WALKER, 3, 3, 3)
      const request = { batch: series, truncations: series.lengths, perturbation: Float32Array.of(0.5, 1) }
      for (const stopResidual of [null, 1e-9]) await engine.converge([{ ...request, convergenceSteps, stopResidual }])
      return engine.memoryBytes()
    })
  const short = await bytesAfter(160)
  expect(await bytesAfter(480)).toBe(short)
})
