/** The norm and the move of parameters beside optimizer.ts in double precision, and what a gradient that is not finite does: nothing. */
import { afterAll, describe, expect, it } from 'vitest'
import type { OptimizerSettings } from '../../../../shared/backends/backend.ts'
import { applyOptimizer, gradientNorm } from '../../../../shared/backends/optimizer.ts'
import { blockNorms, normBlocks, totalNorm } from '../../../../shared/backends/webgpu/wgsl/gradient-norm.ts'
import {
  moveParameters,
  moveSettings,
  SETTINGS_FLOATS,
} from '../../../../shared/backends/webgpu/wgsl/move-parameters.ts'
import { closeTestDevices, runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { drawn, largestDifference, nobodys, of, REPLICAS, shared, written, type ReplicaArray } from './arrays.ts'

/** Of a sum of some thousand squares, relative. */
const NORM_TOLERANCE = 1e-6
/** Of a parameter under 1 that moves by a tenth at most. */
const MOVE_TOLERANCE = 1e-6
const COUNT = 4100
/** The first hundred rest. */
const RANGES = [{ start: 100, end: COUNT }]
const MOVING = shared(Array.from({ length: COUNT }, (_, e) => (e < 100 ? 0 : 1)))

const SETTINGS: OptimizerSettings = {
  ...{ kind: 'adam', learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  ...{ momentum: 0, weightDecay: 0, clipNorm: null },
}

afterAll(closeTestDevices)

async function normOf(gradients: ReplicaArray): Promise<ReplicaArray<Float32Array<ArrayBuffer>>> {
  const words = 2 * normBlocks(COUNT)
  const blocks = { array: new Uint32Array(3 * words), place: { offset: 0, stride: words } }
  const first = await runReplicaKernel(blockNorms(), { count: COUNT }, { gradients, moving: MOVING, blocks }, REPLICAS)
  const norm = { array: new Float32Array(3), place: { offset: 0, stride: 1 } }
  const second = await runReplicaKernel(
    totalNorm(),
    { count: COUNT },
    { blocks: written(blocks, first.blocks), norm },
    REPLICAS,
  )
  return written(norm, second.norm)
}

describe('the norm', () => {
  it.each([1, 1e25, 1e-25])('of gradients near %d neither overflows nor vanishes', async (scale) => {
    const gradients = drawn(COUNT)
    gradients.array.forEach((value, e, all) => (all[e] = value * scale))
    for (const replica of REPLICAS) of(gradients, replica).fill(NaN, 0, 100) // they rest
    const norm = await normOf(gradients)
    for (const replica of REPLICAS)
      expect(Math.abs(norm.array[replica]! / gradientNorm(of(gradients, replica), RANGES) - 1)).toBeLessThan(
        NORM_TOLERANCE,
      )
    expect(norm.array[1]).toBe(0)
  })

  it.each([NaN, Infinity, -Infinity])('of gradients with one %d is not finite, and zero of zeros', async (wrong) => {
    const gradients = drawn(COUNT)
    of(gradients, 0)[4099] = wrong
    of(gradients, 2).fill(0)
    const { array } = await normOf(gradients)
    expect(array[0]).toBe(Math.abs(wrong))
    expect(array[2]).toBe(0)
  })
})

describe('a move', () => {
  const move = async (
    settings: OptimizerSettings,
    step: number,
    norm: ReplicaArray<Float32Array<ArrayBuffer>>,
  ): Promise<Record<'before' | 'after', Record<'parameters' | 'first' | 'second' | 'gradients', ReplicaArray>>> => {
    const before = {
      parameters: drawn(COUNT),
      gradients: drawn(COUNT + 1),
      first: drawn(COUNT + 2),
      second: drawn(COUNT + 3),
    }
    before.second.array.forEach((value, e, all) => (all[e] = Math.abs(value)))
    const values = new Float32Array(3 * SETTINGS_FLOATS)
    for (const replica of REPLICAS) values.set(moveSettings(settings, step), replica * SETTINGS_FLOATS)
    const run = await runReplicaKernel(
      moveParameters(settings.kind === 'sgd' ? 'sgd' : 'adam'),
      { count: COUNT },
      {
        ...before,
        ...{ moving: MOVING, norm, settings: { array: values, place: { offset: 0, stride: SETTINGS_FLOATS } } },
      },
      REPLICAS,
    )
    const after = {
      ...before,
      parameters: written(before.parameters, run.parameters),
      first: written(before.first, run.first),
      ...(settings.kind !== 'sgd' && { second: written(before.second, run.second) }),
    }
    return { before, after }
  }

  it.each([
    ['Adam, clipped, with decay', { weightDecay: 0.1, clipNorm: 0.5 }],
    ['AdamW', { kind: 'adamw', weightDecay: 0.1 }],
    ['SGD with momentum and decay', { kind: 'sgd', momentum: 0.9, weightDecay: 0.1 }],
    ['SGD, clipped', { kind: 'sgd', clipNorm: 0.5 }],
  ] as const)('by %s is that of double precision, and what rests keeps its bits', async (_, own) => {
    const settings = { ...SETTINGS, ...own }
    const norm = { array: Float32Array.of(30, 0, 0.25), place: { offset: 0, stride: 1 } }
    const { before, after } = await move(settings, 3, norm)
    for (const replica of REPLICAS) {
      const values = (name: keyof typeof before): Float64Array =>
        Float64Array.from(of(before[name], replica).subarray(0, COUNT))
      const parameters = values('parameters')
      const moments = { step: 2, first: values('first'), second: values('second') }
      applyOptimizer(parameters, values('gradients'), moments, settings, RANGES, norm.array[replica]!)
      for (const [name, expected] of Object.entries({ parameters, first: moments.first, second: moments.second }))
        expect(
          largestDifference(of(after[name as keyof typeof after], replica).subarray(0, COUNT), expected),
        ).toBeLessThan(MOVE_TOLERANCE)
      expect(of(after.parameters, replica).subarray(0, 100)).toEqual(of(before.parameters, replica).subarray(0, 100))
    }
    expect(nobodys(after.parameters)).toEqual(nobodys(before.parameters))
  })

  it.each([NaN, Infinity])('by a norm of %d moves nothing of that replica, moments neither', async (wrong) => {
    const norm = { array: Float32Array.of(wrong, 0, 1), place: { offset: 0, stride: 1 } }
    const { before, after } = await move({ ...SETTINGS, clipNorm: 1 }, 1, norm)
    for (const name of ['parameters', 'first', 'second'] as const) {
      expect(of(after[name], 0)).toEqual(of(before[name], 0))
      expect(of(after[name], 2)).not.toEqual(of(before[name], 2))
    }
  })
})
