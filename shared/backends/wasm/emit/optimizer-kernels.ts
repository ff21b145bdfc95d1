/**
 * The optimiser step of optimizer.ts as kernels, with the same operations in the same order and double precision: bit for bit the
 * same parameters and moments. A kernel works on `count` consecutive floats, four at a time and the rest one by one.
 */
import type { StepScalars } from '../../optimizer.ts'
import type { FunctionBuilder, Local, ModuleBuilder, SimdOperation } from './module-builder.ts'
import { times } from './rows.ts'

export const SUM_SQUARES = 'sumSquares'
export const ADAM = 'adam'
export const SGD = 'sgd'
export const SGD_MOMENTUM = 'sgdMomentum'

/** Where a kernel finds the scalars: doubles, in this order. */
const SCALARS = [
  'clip',
  'coupledDecay',
  'kept',
  'beta1',
  'oneMinusBeta1',
  'beta2',
  'oneMinusBeta2',
  'stepSize',
  'secondScale',
  'epsilon',
  'momentum',
] as const
type Scalar = (typeof SCALARS)[number]
export const SCALAR_BYTES = 8 * SCALARS.length

/** @returns what stands at the address that the kernels are given */
export function scalarValues(scalars: StepScalars): Float64Array {
  const values = { ...scalars, oneMinusBeta1: 1 - scalars.beta1, oneMinusBeta2: 1 - scalars.beta2 }
  return Float64Array.from(SCALARS, (name) => values[name])
}

/** Pushes one value on the stack. */
type Push = () => void

/** Four floats, as two vectors of doubles each; or one float in the first lane, the others zero. */
interface Lanes {
  readonly halves: 1 | 2
  readonly load: 'v128.load' | 'v128.load32_zero'
}
const FOUR: Lanes = { halves: 2, load: 'v128.load' }
const ONE: Lanes = { halves: 1, load: 'v128.load32_zero' }

/** Writes a kernel over several arrays that advance together. */
function overArrays(f: FunctionBuilder, arrays: readonly Local[], count: Local, body: (lanes: Lanes) => void): void {
  const left = f.integerLocal()
  const advance = (bytes: number): void => {
    for (const array of arrays) f.advance(array, bytes)
  }
  f.get(count).constant(2).integer('shr_u').set(left)
  times(f, left, () => {
    body(FOUR)
    advance(16)
  })
  f.get(count).constant(3).integer('and').set(left)
  times(f, left, () => {
    body(ONE)
    advance(4)
  })
}

/** Pushes half `half` of the floats in `vector` as doubles. */
function promote(f: FunctionBuilder, vector: Local, half: number): void {
  f.get(vector)
  if (half === 1) f.get(vector).shuffleHalves()
  f.simd('f64x2.promote_low_f32x4')
}

/** The halves' doubles as floats, stored at an address. */
function storeFloats(f: FunctionBuilder, lanes: Lanes, address: Local, halves: readonly Local[]): void {
  f.get(address)
  for (const half of halves.slice(0, lanes.halves)) f.get(half).simd('f32x4.demote_f64x2_zero')
  if (lanes.halves === 2) f.shuffleLows().store(0)
  else f.storeFirst(0)
}

/** Loads scalars into locals. @returns what pushes each */
function loadScalars<Name extends Scalar>(
  f: FunctionBuilder,
  address: Local,
  names: readonly Name[],
): Readonly<Record<Name, Push>> {
  const pushes: Partial<Record<Name, Push>> = {}
  for (const name of names) {
    const local = f.vectorLocal()
    f.get(address)
      .load('v128.load64_splat', 8 * SCALARS.indexOf(name))
      .set(local)
    pushes[name] = () => void f.get(local)
  }
  return pushes as Record<Name, Push>
}

/** Adds `sumSquares(target, source, count)`: two doubles whose sum is that of the squares; and the optimisers' kernels. */
export function addOptimizerKernels(module: ModuleBuilder): void {
  module.add(SUM_SQUARES, 3, (f) => {
    const [target, source, count] = [f.parameter(0), f.parameter(1), f.parameter(2)]
    const floats = f.vectorLocal()
    const sums = [f.vectorLocal(), f.vectorLocal()]
    overArrays(f, [source], count, ({ halves, load }) => {
      f.get(source).load(load, 0).set(floats)
      sums.slice(0, halves).forEach((sum, half) => {
        f.get(sum)
        promote(f, floats, half)
        promote(f, floats, half)
        f.simd('f64x2.mul').simd('f64x2.add').set(sum)
      })
    })
    f.get(target).get(sums[0]!).get(sums[1]!).simd('f64x2.add').store(0)
  })
  addAdam(module)
  addSgd(module, SGD, false)
  addSgd(module, SGD_MOMENTUM, true)
}

/** `adam(parameters, gradients, first, second, count, scalars)` */
function addAdam(module: ModuleBuilder): void {
  module.add(ADAM, 6, (f) => {
    const [parameters, gradients, first, second, count, scalars] = [0, 1, 2, 3, 4, 5].map((i) => f.parameter(i)) as [
      Local, Local, Local, Local, Local, Local,
    ] // prettier-ignore
    const s = loadScalars(f, scalars, SCALARS)
    const [p, g, m, v] = [f.vectorLocal(), f.vectorLocal(), f.vectorLocal(), f.vectorLocal()]
    const [gradient, parameter] = [f.vectorLocal(), f.vectorLocal()]
    const pair = (): [Local, Local] => [f.vectorLocal(), f.vectorLocal()]
    const [newParameter, newFirst, newSecond] = [pair(), pair(), pair()]
    const op = (operation: SimdOperation): FunctionBuilder => f.simd(operation)
    overArrays(f, [parameters, gradients, first, second], count, (lanes) => {
      f.get(parameters).load(lanes.load, 0).set(p).get(gradients).load(lanes.load, 0).set(g)
      f.get(first).load(lanes.load, 0).set(m).get(second).load(lanes.load, 0).set(v)
      for (let half = 0; half < lanes.halves; half++) {
        promote(f, p, half)
        f.set(parameter)
        clippedGradient(f, s, g, half, parameter)
        f.set(gradient)
        // m = beta1 m + (1 - beta1) gradient
        s.beta1()
        promote(f, m, half)
        op('f64x2.mul')
        s.oneMinusBeta1()
        f.get(gradient)
        op('f64x2.mul')
        op('f64x2.add').set(newFirst[half]!)
        // v = beta2 v + (1 - beta2) gradient gradient
        s.beta2()
        promote(f, v, half)
        op('f64x2.mul')
        s.oneMinusBeta2()
        f.get(gradient)
        op('f64x2.mul').get(gradient)
        op('f64x2.mul')
        op('f64x2.add').set(newSecond[half]!)
        // p = kept p - stepSize m / (sqrt(v) secondScale + epsilon)
        f.get(parameter)
        s.kept()
        op('f64x2.mul')
        s.stepSize()
        f.get(newFirst[half]!)
        op('f64x2.mul').get(newSecond[half]!)
        op('f64x2.sqrt')
        s.secondScale()
        op('f64x2.mul')
        s.epsilon()
        op('f64x2.add')
        op('f64x2.div')
        op('f64x2.sub').set(newParameter[half]!)
      }
      storeFloats(f, lanes, parameters, newParameter)
      storeFloats(f, lanes, first, newFirst)
      storeFloats(f, lanes, second, newSecond)
    })
  })
}

/** `sgd(parameters, gradients, count, scalars)`, or with momentum `(parameters, gradients, first, count, scalars)` */
function addSgd(module: ModuleBuilder, name: string, hasMomentum: boolean): void {
  module.add(name, hasMomentum ? 5 : 4, (f) => {
    const [parameters, gradients, ...rest] = Array.from({ length: hasMomentum ? 5 : 4 }, (_, i) => f.parameter(i))
    const [count, scalars] = rest.slice(-2)
    const first = hasMomentum ? rest[0]! : null
    const s = loadScalars(f, scalars!, ['clip', 'coupledDecay', 'stepSize', 'momentum'])
    const [p, g, m, parameter] = [f.vectorLocal(), f.vectorLocal(), f.vectorLocal(), f.vectorLocal()]
    const velocity = [f.vectorLocal(), f.vectorLocal()]
    const newParameter = [f.vectorLocal(), f.vectorLocal()]
    overArrays(f, [parameters!, gradients!, ...(first ? [first] : [])], count!, (lanes) => {
      f.get(parameters!).load(lanes.load, 0).set(p).get(gradients!).load(lanes.load, 0).set(g)
      if (first) f.get(first).load(lanes.load, 0).set(m)
      for (let half = 0; half < lanes.halves; half++) {
        promote(f, p, half)
        f.set(parameter)
        if (first) {
          s.momentum()
          promote(f, m, half)
          f.simd('f64x2.mul')
        }
        clippedGradient(f, s, g, half, parameter)
        if (first) f.simd('f64x2.add')
        f.set(velocity[half]!)
        f.get(parameter)
        s.stepSize()
        f.get(velocity[half]!).simd('f64x2.mul').simd('f64x2.sub').set(newParameter[half]!)
      }
      storeFloats(f, lanes, parameters!, newParameter)
      if (first) storeFloats(f, lanes, first, velocity)
    })
  })
}

/** Pushes gradient clip + coupledDecay parameter. */
function clippedGradient(
  f: FunctionBuilder,
  s: Readonly<Record<'clip' | 'coupledDecay', Push>>,
  gradients: Local,
  half: number,
  parameter: Local,
): void {
  promote(f, gradients, half)
  s.clip()
  f.simd('f64x2.mul')
  s.coupledDecay()
  f.get(parameter).simd('f64x2.mul').simd('f64x2.add')
}
