/** The notation's functions in WGSL against double precision on two software adapters: distance in units in the last place, and what is not finite. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { functionsText, WGSL_PRIMITIVES } from '../../../../shared/backends/webgpu/wgsl/functions.ts'
import {
  elementWorkgroups,
  overElements,
  replicaKernel,
} from '../../../../shared/backends/webgpu/wgsl/replica-kernel.ts'
import { PRIMITIVES, type Primitive } from '../../../../shared/compiler/primitives.ts'
import { RandomStream } from '../../../../shared/numerics/random.ts'
import { adapterLack } from '../../../gpu/adapter.ts'
import { closeTestDevices, runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { describeUnless } from '../../../needs.ts'

const NAMES = Object.keys(PRIMITIVES) as Primitive[]
const SPECIAL = [0, -0, 1, -1, 0.5, -2.5, 3e38, -3e38, 1e-30, -1e-30, 100, -100, 89.5, Infinity, -Infinity, NaN]
const RANDOM_COUNT = 8192
/** Functions of one argument are asked for these, of two for these and SECOND. */
const FIRST = Float32Array.from([...SPECIAL.flatMap((a) => SPECIAL.map(() => a)), ...samples(1)])
const SECOND = Float32Array.from([...SPECIAL.flatMap(() => SPECIAL), ...samples(2)])

/** In units in the last place, over |x| up to the limit. WGSL promises no better than 2.5 for a division. */
const BOUNDS: readonly (readonly [Primitive, number, number])[] = [
  ['exp', 80, 3],
  ['tanh', 12, 4],
  ['sigmoid', 80, 4],
  ['expm1', 80, 4],
  ['softplus', 80, 4],
  ['log', 1e6, 4],
  ['sqrt', 1e6, 3],
  ['div', 1e6, 3],
]

for (const adapter of ['swiftshader', 'lavapipe'] as const)
  describeUnless(adapterLack(adapter))(`on ${adapter}`, () => {
    let found: Float32Array

    beforeAll(async () => {
      const columns = NAMES.map((primitive, index) => {
        const { write } = WGSL_PRIMITIVES[primitive]
        return `let y_${index} = ${write('vec4f(first[e])', 'vec4f(second[e])')}; results[${index * FIRST.length}u + e] = y_${index}.x;`
      })
      const kernel = replicaKernel<'count', 'first' | 'second' | 'results'>({
        name: 'functions',
        fields: { count: 'u32' },
        buffers: {
          first: { access: 'read', element: 'f32' },
          second: { access: 'read', element: 'f32' },
          results: { access: 'read-write', element: 'f32' },
        },
        declarations: functionsText(NAMES.flatMap((primitive) => WGSL_PRIMITIVES[primitive].calls ?? [])),
        body: overElements('call.count', columns.join('\n')),
        workgroups: ({ count }) => elementWorkgroups(count),
      })
      const place = { offset: 0, stride: 0 }
      const { results } = await runReplicaKernel(
        kernel,
        { count: FIRST.length },
        {
          first: { array: FIRST, place },
          second: { array: SECOND, place },
          results: { array: new Float32Array(NAMES.length * FIRST.length), place },
        },
        [0],
        adapter,
      )
      found = results as Float32Array
    }, 180_000)
    afterAll(closeTestDevices)

    const valueOf = (primitive: Primitive, index: number): number =>
      found[NAMES.indexOf(primitive) * FIRST.length + index]!

    it.each(NAMES)('%s of zeros, infinities, NaN and the largest numbers is what it is in float64', (primitive) => {
      for (let i = 0; i < SPECIAL.length ** 2; i++) {
        const exact = Math.fround(PRIMITIVES[primitive].evaluate(FIRST[i]!, SECOND[i]!))
        const value = valueOf(primitive, i)
        // Of a sine beyond some thousands nothing is promised but its bounds, and a number under the smallest normal one may be flushed.
        if (['sin', 'cos'].includes(primitive) && Math.abs(FIRST[i]!) > 1e3 && Number.isFinite(FIRST[i]!)) continue
        const label = `${primitive}(${FIRST[i]}, ${SECOND[i]})`
        if (!Number.isFinite(exact)) expect(value, label).toBe(exact)
        else expect(Math.abs(value - exact), label).toBeLessThanOrEqual(Math.max(2 ** -126, 1e-6 * Math.abs(exact)))
      }
    })

    it.each(BOUNDS)('%s on ±%d is within %d ulp', (primitive, limit, bound) => {
      let worst = 0
      for (let i = SPECIAL.length ** 2; i < FIRST.length; i++) {
        const exact = PRIMITIVES[primitive].evaluate(FIRST[i]!, SECOND[i]!)
        if (Math.abs(FIRST[i]!) > limit || !(Math.abs(exact) >= 2 ** -126 && Math.abs(exact) <= 3.4e38)) continue
        worst = Math.max(worst, Math.abs(valueOf(primitive, i) - exact) / unitInLastPlace(exact))
      }
      expect(worst).toBeLessThanOrEqual(bound)
    })

    it.each(['sin', 'cos'] as const)('%s on ±1000 is within 1e-6', (primitive) => {
      for (let i = SPECIAL.length ** 2; i < FIRST.length; i++) {
        if (Math.abs(FIRST[i]!) > 1000) continue
        expect(Math.abs(valueOf(primitive, i) - PRIMITIVES[primitive].evaluate(FIRST[i]!))).toBeLessThan(1e-6)
      }
    })
  })

/** Numbers of all magnitudes, half of them under 20. */
function samples(seed: number): number[] {
  const random = new RandomStream(seed, 'preview')
  return Array.from({ length: RANDOM_COUNT }, (_, i) =>
    i % 2 === 0
      ? (2 * random.uniform() - 1) * 20
      : (random.uniform() < 0.5 ? -1 : 1) * 2 ** (random.uniform() * 56 - 36),
  )
}

/** Spacing of float32 at a value. */
function unitInLastPlace(value: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(value))))
  return 2 ** (exponent - 23)
}
