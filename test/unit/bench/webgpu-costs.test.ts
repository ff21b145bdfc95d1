/** The training step on paper: its arithmetic is that of the network, and a device's limits bound it as they should. */
import { expect, it } from 'vitest'
import { NetworkKernels } from '../../../shared/backends/webgpu/network-kernels.ts'
import { joinCosts, leastMs, stepCosts } from '../../bench/webgpu-costs.ts'
import { network, part } from '../backends/networks.ts'

const [STEPS, BATCH, UNITS] = [20, 8, 16]
const ROWS = STEPS * BATCH
const GATES = 3 * UNITS
const SHAPE = { rows: 4, invocations: 16, slices: 1, subgroups: false, keptVectors: 0, memoryBytes: 16_384 }
const NETWORK = network([[part('gru', UNITS)], [part('gru', UNITS)]], { inputs: 1, outputs: 1 })
const KERNELS = new NetworkKernels(NETWORK, () => SHAPE)
const SIZE = { steps: STEPS, batch: BATCH, replicas: 1 }
const LIMITS = { flopsPerSecond: 1e9, bytesPerSecond: 1e9, cacheBytesPerSecond: 1e9, workgroupBytesPerSecond: 1e9 }

it('the products of a step are two, six or four operations a weight and row: there, and back where an adjoint goes on', () => {
  const products = joinCosts(stepCosts(KERNELS, SIZE)).filter(({ kernel }) => kernel !== 'move' && kernel !== 'norm')
  const recurrent = 2 * 6 * ROWS * GATES * UNITS
  const inputs = 4 * ROWS * GATES * 1 + 6 * ROWS * GATES * UNITS
  expect(products.reduce((sum, { flops }) => sum + flops, 0)).toBe(recurrent + inputs)
})

it('seeds multiply the work and not the dispatches', () => {
  const one = stepCosts(KERNELS, SIZE)
  stepCosts(KERNELS, { ...SIZE, replicas: 8 }).forEach((eight, index) =>
    expect(eight).toMatchObject({
      flops: 8 * one[index]!.flops,
      bytes: 8 * one[index]!.bytes,
      dispatches: one[index]!.dispatches,
    }),
  )
})

it('a loop is bound by what one workgroup draws from the cache, where its weights are streamed', () => {
  const forward = joinCosts(stepCosts(KERNELS, SIZE)).find(({ kernel }) => kernel === 'forward')!
  expect(forward.streamedBytes).toBe(2 * 4 * GATES * UNITS * STEPS * 2)
  const fast = { ...LIMITS, flopsPerSecond: 1e18, bytesPerSecond: 1e18, cacheBytesPerSecond: 1e18 }
  expect(leastMs(forward, fast, 2)).toBeCloseTo((1000 * forward.streamedBytes) / 2 / 1e9, 9)
  expect(leastMs(forward, { ...LIMITS, flopsPerSecond: 1 }, 2)).toBe(1000 * forward.flops)
})
