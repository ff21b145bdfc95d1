/** The wasm primitives against double precision, over all magnitudes: distance in units in the last place of float32. */
import { describe, expect, it } from 'vitest'
import { ModuleBuilder } from '../../../shared/backends/wasm/emit/module-builder.ts'
import { detectFeatures } from '../../../shared/backends/wasm/emit/kernels.ts'
import { VectorMath } from '../../../shared/backends/wasm/emit/vector-math.ts'
import { PRIMITIVES, type Primitive } from '../../../shared/compiler/primitives.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'

const COUNT = 1 << 16
const INPUT = 1024
const OUTPUT = INPUT + 4 * COUNT

/** Applies a primitive to COUNT floats. */
function run(primitive: Primitive, values: Float32Array, relaxedMultiplyAdd: boolean): Float32Array {
  const module = new ModuleBuilder()
  module.add('apply', 3, (f) => {
    const [from, to, left] = [0, 1, 2].map((index) => f.parameter(index)) as [
      ReturnType<typeof f.parameter>,
      ReturnType<typeof f.parameter>,
      ReturnType<typeof f.parameter>,
    ]
    const value = f.vectorLocal()
    const math = new VectorMath(f, { relaxedMultiplyAdd })
    f.loop(() => {
      f.get(from).load('v128.load', 0).set(value)
      math.apply(primitive, [value], value)
      f.get(to).get(value).store(0)
      f.advance(from, 16).advance(to, 16)
      f.get(left).constant(1).integer('sub').tee(left)
    })
  })
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { host: { memory } })
  new Float32Array(memory.buffer, INPUT, COUNT).set(values)
  ;(exports.apply as (from: number, to: number, count: number) => void)(INPUT, OUTPUT, COUNT / 4)
  return new Float32Array(memory.buffer, OUTPUT, COUNT).slice()
}

/** Spacing of float32 at a value. */
function unitInLastPlace(value: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(value))))
  return 2 ** (exponent - 23)
}

/** All signs and exponents that matter, and a dense piece around zero to the edge of saturation. */
function samples(limit: number): Float32Array {
  const random = new RandomStream(1, 'preview')
  return Float32Array.from({ length: COUNT }, (_, i) =>
    i % 2 === 0
      ? (2 * random.uniform() - 1) * limit
      : (random.uniform() < 0.5 ? -1 : 1) * 2 ** (random.uniform() * 40 - 36),
  )
}

/** In units in the last place. exp, tanh and sigmoid are what cells are made of; the others are kept as near as is cheap. */
const BOUNDS: readonly (readonly [Primitive, number, number])[] = [
  ['exp', 80, 2],
  ['tanh', 12, 2],
  ['sigmoid', 80, 2],
  ['expm1', 80, 3],
  ['softplus', 80, 3],
  ['log', 1e6, 3],
]

describe.each([detectFeatures().relaxedMultiplyAdd, false])('with fused multiply-add: %s', (fused) => {
  it.each(BOUNDS)('%s on ±%d is within %d ulp', (primitive, limit, bound) => {
    const values = samples(limit)
    const input = primitive === 'log' ? values.map(Math.abs) : values
    const found = run(primitive, input, fused)
    let worst = 0
    input.forEach((x, i) => {
      const exact = PRIMITIVES[primitive].evaluate(x)
      if (Math.abs(exact) < 2 ** -126 || Math.abs(exact) > 3.4e38) return
      worst = Math.max(worst, Math.abs(found[i]! - exact) / unitInLastPlace(exact))
    })
    expect(worst).toBeLessThanOrEqual(bound)
  })

  it.each(['sin', 'cos'] as const)('%s on ±1000 is within 1e-6', (primitive) => {
    const values = samples(1000)
    const found = run(primitive, values, fused)
    const worst = values.reduce(
      (largest, x, i) => Math.max(largest, Math.abs(found[i]! - PRIMITIVES[primitive].evaluate(x))),
      0,
    )
    expect(worst).toBeLessThan(1e-6)
  })

  it('infinities, zero and NaN go through', () => {
    const special = Float32Array.from({ length: COUNT }, (_, i) => [Infinity, -Infinity, 0, NaN][i % 4]!)
    expect([...run('exp', special, fused).slice(0, 4)]).toEqual([Infinity, 0, 1, NaN])
    expect([...run('tanh', special, fused).slice(0, 4)]).toEqual([1, -1, 0, NaN])
    expect([...run('sigmoid', special, fused).slice(0, 4)]).toEqual([1, 0, 0.5, NaN])
    expect([...run('log', special, fused).slice(0, 4)]).toEqual([Infinity, NaN, -Infinity, NaN])
    expect([
      ...run(
        'sign',
        Float32Array.from({ length: COUNT }, (_, i) => [3, -2, 0, 1][i % 4]!),
        fused,
      ).slice(0, 4),
    ]).toEqual([1, -1, 0, 1])
  })
})
