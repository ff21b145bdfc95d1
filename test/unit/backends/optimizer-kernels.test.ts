/** The optimisers' kernels leave the bits that optimizer.ts leaves, for every kind, clipped or not, on any range and thread count. */
import { describe, expect, it } from 'vitest'
import type { OptimizerSettings } from '../../../shared/backends/backend.ts'
import { applyOptimizer, gradientNorm } from '../../../shared/backends/optimizer.ts'
import { FlatParameters } from '../../../shared/backends/wasm/run/flat-parameters.ts'
import { LinearMemory, NamedBuffers } from '../../../shared/backends/wasm/run/memory.ts'
import { ModuleBuilder } from '../../../shared/backends/wasm/emit/module-builder.ts'
import { addOptimizerKernels } from '../../../shared/backends/wasm/emit/optimizer-kernels.ts'
import { addRowOperations } from '../../../shared/backends/wasm/emit/rows.ts'
import { Tape, TapePlayer, type Kernel } from '../../../shared/backends/wasm/run/tape.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'

/** Not a multiple of a vector, of a thread's share or of a block of the norm. */
const COUNT = 9973
const STEPS = 3
/** Of sums of ten thousand squares in double precision, in two orders. */
const NORM_TOLERANCE = 1e-12

const ADAM: OptimizerSettings = {
  kind: 'adam',
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  momentum: 0,
  weightDecay: 0,
  clipNorm: null,
}
const cases: [string, OptimizerSettings][] = [
  ['Adam', ADAM],
  ['Adam, clipped', { ...ADAM, clipNorm: 1 }],
  ['Adam with weight decay', { ...ADAM, weightDecay: 0.1 }],
  ['AdamW', { ...ADAM, kind: 'adamw', weightDecay: 0.1 }],
  ['SGD', { ...ADAM, kind: 'sgd', weightDecay: 0.01 }],
  ['SGD with momentum, clipped', { ...ADAM, kind: 'sgd', momentum: 0.9, clipNorm: 0.5 }],
]
const ranges = { all: [{ start: 0, end: COUNT }], some: [{ start: 3, end: 1000 }, { start: 1001, end: 9001 }] } // prettier-ignore

function compileKernels(memory: LinearMemory): { functions: Map<string, number>; exports: Kernel[] } {
  const module = new ModuleBuilder()
  addRowOperations(module)
  addOptimizerKernels(module)
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { host: { memory: memory.memory } })
  return {
    functions: new Map(module.names.map((name, index) => [name, index])),
    exports: module.names.map((name) => instance.exports[name] as Kernel),
  }
}

function bits(values: Float32Array): number[] {
  return Array.from(new Int32Array(values.slice().buffer))
}

describe.each(cases)('%s', (_, settings) => {
  it.each([
    ['all parameters, one thread', ranges.all, 1],
    ['all parameters, shares of three threads', ranges.all, 3],
    ['two ranges, shares of two threads', ranges.some, 2],
  ] as const)('%s', (__, moving, threads) => {
    const memory = new LinearMemory()
    const buffers = new NamedBuffers(memory)
    const { functions, exports } = compileKernels(memory)
    /** The shares of all threads one after the other: they touch nothing of each other's. */
    const run = (tape: Tape): void => {
      for (const address of tape.write(buffers, () => memory.integers))
        new TapePlayer(memory.integers, address).play(exports, () => undefined, null)
    }
    const flat = new FlatParameters(memory, COUNT)
    const stream = new RandomStream(1, 'initial-values')
    for (let i = 0; i < COUNT; i++) flat.parameters[i] = stream.normal()
    const parameters = flat.parameters.slice()
    const moments = { step: 0, first: new Float32Array(COUNT), second: new Float32Array(COUNT) }
    for (let step = 0; step < STEPS; step++) {
      for (let i = 0; i < COUNT; i++) flat.gradients[i] = stream.normal()
      const sums = new Tape(threads, functions)
      const readSum = flat.sumSquares(sums, buffers, moving)
      run(sums)
      const norm = Math.sqrt(readSum())
      expect(Math.abs(norm / gradientNorm(flat.gradients, moving) - 1)).toBeLessThan(NORM_TOLERANCE)
      applyOptimizer(parameters, flat.gradients, moments, settings, moving, norm)
      const move = new Tape(threads, functions)
      flat.move(move, settings, moving, norm)
      run(move)
    }
    expect(bits(flat.parameters)).toEqual(bits(parameters))
    expect(bits(flat.moments.first)).toEqual(bits(moments.first))
    expect(bits(flat.moments.second)).toEqual(bits(moments.second))
    const clear = new Tape(threads, functions)
    flat.clearGradients(clear)
    run(clear)
    expect(flat.gradients.every((gradient) => gradient === 0)).toBe(true)
  })
})
