/**
 * The pointwise primitives on four floats at once, written inline. exp, expm1, tanh and sigmoid stay within 2 ulp of the
 * exact value over all floats (test/unit/backends/vector-math.test.ts measures it); a NaN goes through.
 * exp and expm1: Cody-Waite reduction x = n log 2 + r, |r| <= log(2) / 2, and a polynomial of e^r - 1 (minimax, degree 7).
 */
import type { Primitive } from '../../../compiler/primitives.ts'
import type { FunctionBuilder, Local, SimdOperation } from './module-builder.ts'
import { multiplyAdd, type VectorFeatures } from './products.ts'

const WHOLE_NUMBERS = 1.5 * 2 ** 23
/** (e^r - 1 - r) / r^2 for |r| <= log(2) / 2, lowest power first: the relative error of e^r - 1 is under 1.2e-9 (minimax, found by Remez' algorithm). */
const EXPM1 = [
  0.5000000020453618, 0.16666664106094764, 0.04166639647894734, 0.00833385368266613, 0.001393952690992904,
  0.00019617587623450855,
] as const
/** Temporaries of `#reduce`. */
const [SQUARE, HIGH, HIGHEST, SHIFTED] = [8, 9, 10, 11] as const

/** Writes primitives into one function; the temporaries it makes are shared by all of them. */
export class VectorMath {
  readonly #f: FunctionBuilder
  readonly #features: VectorFeatures
  readonly #scratch: Local[] = []

  constructor(f: FunctionBuilder, features: VectorFeatures) {
    this.#f = f
    this.#features = features
  }

  /** result = primitive(args). `result` may be one of the arguments. */
  apply(primitive: Primitive, args: readonly Local[], result: Local): void {
    const [a, b] = args as [Local, Local]
    switch (primitive) {
      case 'add':
      case 'sub':
      case 'mul':
      case 'div':
        return this.#binary(`f32x4.${primitive}`, a, b, result)
      case 'min':
      case 'max':
        return this.#binary(`f32x4.${primitive}`, a, b, result)
      case 'neg':
      case 'abs':
      case 'sqrt':
        this.#f.get(a).simd(`f32x4.${primitive}`).set(result)
        return
      case 'greater':
        this.#f.get(a).get(b).simd('f32x4.gt').floats(1).simd('v128.and').set(result)
        return
      case 'sign':
        // 1 with the sign of a where a is not 0; a itself (0, -0) elsewhere.
        this.#f
          .get(a)
          .integers(-0x80000000)
          .simd('v128.and')
          .floats(1)
          .simd('v128.or')
          .get(a)
          .floats(0)
          .simd('f32x4.ne')
          .simd('v128.and')
          .set(result)
        return
      case 'surrogate':
        this.#f.get(a).set(result)
        return
      case 'exp':
        return this.#exp(a, result)
      case 'expm1':
        return this.#expm1(a, result)
      case 'sigmoid':
        return this.#sigmoid(a, result)
      case 'tanh':
        return this.#tanh(a, result)
      case 'log':
        return this.#log(a, result)
      case 'softplus':
        return this.#softplus(a, result)
      case 'sin':
        return this.#sine(a, 0, result)
      case 'cos':
        return this.#sine(a, 1, result)
    }
  }

  #local(index: number): Local {
    return (this.#scratch[index] ??= this.#f.vectorLocal())
  }

  #binary(operation: SimdOperation, a: Local, b: Local, result: Local): void {
    this.#f.get(a).get(b).simd(operation).set(result)
  }

  /** accumulator = accumulator * x + coefficient */
  #horner(accumulator: Local, x: Local, coefficient: number): void {
    const f = this.#f
    if (this.#features.relaxedMultiplyAdd)
      f.get(accumulator).get(x).floats(coefficient).simd('f32x4.relaxed_madd').set(accumulator)
    else f.get(accumulator).get(x).simd('f32x4.mul').floats(coefficient).simd('f32x4.add').set(accumulator)
  }

  /** r = x - n * factor, where the factor has so few digits or n is so small that only the last rounding counts. */
  #subtractProduct(x: Local, n: Local, factor: number, r: Local): void {
    const f = this.#f
    if (this.#features.relaxedMultiplyAdd) f.get(n).floats(factor).get(x).simd('f32x4.relaxed_nmadd').set(r)
    else f.get(x).get(n).floats(factor).simd('f32x4.mul').simd('f32x4.sub').set(r)
  }

  /** result = x - a * b */
  #subtractFrom(x: Local, a: Local, b: Local, result: Local): void {
    const f = this.#f
    if (this.#features.relaxedMultiplyAdd) f.get(a).get(b).get(x).simd('f32x4.relaxed_nmadd').set(result)
    else f.get(x).get(a).get(b).simd('f32x4.mul').simd('f32x4.sub').set(result)
  }

  /**
   * From x, clamped by pmin and pmax (V8 makes one instruction of each, but nine of min or max, which tell 0 from -0): n = round(x / log 2) as
   * floats, r = x - n log 2, p = e^r - 1. Leaves n + WHOLE_NUMBERS for `#powerOfReduced`.
   * @param sign -1: all this for -x, and r and p with their signs changed, which saves a negation
   */
  #reduce(x: Local, n: Local, r: Local, p: Local, sign: 1 | -1 = 1): void {
    const f = this.#f
    const [square, high, highest, shifted] = [SQUARE, HIGH, HIGHEST, SHIFTED].map((index) => this.#local(index)) as [
      Local,
      Local,
      Local,
      Local,
    ]
    f.floats(WHOLE_NUMBERS).set(high)
    f.get(x)
      .floats(sign * Math.LOG2E)
      .simd('f32x4.mul')
      .get(high)
      .simd('f32x4.add')
      .set(shifted)
    f.get(shifted).get(high).simd('f32x4.sub').set(n)
    // log 2 in two parts; the first has few enough digits that n times it is exact.
    this.#subtractProduct(x, n, sign * 0.693359375, r)
    this.#subtractProduct(r, n, sign * -2.1219444e-4, r)
    // r + r^2 (c0 + c1 r + r^2 (c2 + c3 r + r^2 (c4 + c5 r))): three chains side by side, as each operation waits for the one before (Estrin).
    const [c0, c1, c2, c3, c4, c5] = EXPM1
    f.get(r).get(r).simd('f32x4.mul').set(square)
    f.floats(sign * c1).set(p)
    this.#horner(p, r, c0)
    f.floats(sign * c3).set(high)
    this.#horner(high, r, c2)
    f.floats(sign * c5).set(highest)
    this.#horner(highest, r, c4)
    multiplyAdd(f, highest, square, high, this.#features)
    multiplyAdd(f, high, square, p, this.#features)
    if (sign === -1) return this.#subtractFrom(r, p, square, p)
    f.get(r).set(high)
    multiplyAdd(f, p, square, high, this.#features)
    f.get(high).set(p)
  }

  /**
   * To the nearest whole number, for |x| < 2^22: added to 1.5 * 2^23, a number's fraction is rounded away. Unlike the
   * instruction for it, additions are joined to 256-bit operations by V8.
   */
  #round(x: Local): void {
    this.#f.get(x).floats(WHOLE_NUMBERS).simd('f32x4.add').floats(WHOLE_NUMBERS).simd('f32x4.sub').set(x)
  }

  /** 2^n for whole n in [-127, 128], 0 for -127 and infinity for 128: the last bits of n + 1.5 * 2^23 are those of n. */
  #powerOfTwo(n: Local, result: Local): void {
    this.#f
      .get(n)
      .floats(WHOLE_NUMBERS)
      .simd('f32x4.add')
      .integers(127)
      .simd('i32x4.add')
      .constant(23)
      .simd('i32x4.shl')
      .set(result)
  }

  /** 2^n for the n of the last `#reduce`, in [-127, 128]. */
  #powerOfReduced(result: Local): void {
    const shifted = this.#local(SHIFTED)
    this.#f.get(shifted).integers(127).simd('i32x4.add').constant(23).simd('i32x4.shl').set(result)
  }

  #clamp(x: Local, low: number, high: number, result: Local): void {
    this.#f.get(x).floats(low).simd('f32x4.pmax').floats(high).simd('f32x4.pmin').set(result)
  }

  #exp(a: Local, result: Local): void {
    const [x, n, r, p, scale, half] = [0, 1, 2, 3, 4, 5].map((index) => this.#local(index)) as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ]
    const f = this.#f
    // Beyond these the result is 0 or infinity; 2^n is made in two halves so that it passes through both.
    this.#clamp(a, -104, 89, x)
    this.#reduce(x, n, r, p)
    f.get(n).floats(0.5).simd('f32x4.mul').set(half)
    this.#round(half)
    f.get(n).get(half).simd('f32x4.sub').set(n)
    this.#powerOfTwo(n, scale)
    this.#powerOfTwo(half, r)
    f.get(p).floats(1).simd('f32x4.add').get(scale).simd('f32x4.mul').get(r).simd('f32x4.mul').set(result)
  }

  /** e^x - 1 for x already in [-88, 88]: 2^n p + (2^n - 1), which keeps all digits near 0. */
  #expm1Clamped(x: Local, result: Local): void {
    const [n, r, p, scale] = [1, 2, 3, 4].map((index) => this.#local(index)) as [Local, Local, Local, Local]
    this.#reduce(x, n, r, p)
    this.#powerOfReduced(scale)
    this.#f.get(scale).floats(1).simd('f32x4.sub').set(n)
    multiplyAdd(this.#f, p, scale, n, this.#features)
    this.#f.get(n).set(result)
  }

  #expm1(a: Local, result: Local): void {
    const x = this.#local(0)
    const keep = this.#local(5)
    this.#f.get(a).set(keep)
    this.#clamp(a, -88, 88, x)
    this.#expm1Clamped(x, result)
    // Above 88 the answer is exp's, which knows infinity.
    const large = this.#local(6)
    this.#f.get(result).set(large)
    const big = this.#local(7)
    this.#f.get(keep).set(big)
    this.#exp(big, result)
    this.#f.get(result).get(large).get(big).floats(88).simd('f32x4.gt').simd('v128.bitselect').set(result)
  }

  /** 1 / (1 + e^-x). From e^88.4 on 2^n is infinite and the result 0. */
  #sigmoid(a: Local, result: Local): void {
    const [x, n, r, p, one] = [0, 1, 2, 3, 4].map((index) => this.#local(index)) as [Local, Local, Local, Local, Local]
    const f = this.#f
    this.#clamp(a, -89, 88, x)
    this.#reduce(x, n, r, p, -1)
    this.#powerOfReduced(r)
    f.floats(1).set(one)
    // e^-x = 2^n (1 - p)
    f.get(one).get(p).simd('f32x4.sub').set(p)
    f.get(one).set(n)
    multiplyAdd(f, p, r, n, this.#features)
    f.get(one).get(n).simd('f32x4.div').set(result)
  }

  /** With t = e^(2|x|) - 1: t / (t + 2), with the sign of x. */
  #tanh(a: Local, result: Local): void {
    const [x, sign] = [this.#local(0), this.#local(5)]
    const f = this.#f
    f.get(a).integers(-0x80000000).simd('v128.and').set(sign)
    // |x|; tanh rounds to 1 from 9.02 on.
    f.get(a).get(sign).simd('v128.xor').floats(10).simd('f32x4.pmin').set(x)
    f.get(x).get(x).simd('f32x4.add').set(x)
    this.#expm1Clamped(x, x)
    f.get(x).get(x).floats(2).simd('f32x4.add').simd('f32x4.div').get(sign).simd('v128.or').set(result)
  }

  /** 2 atanh(s) by its series, s in [-0.1716, 1/3]. */
  #twiceArtanh(s: Local, result: Local): void {
    const [square, sum] = [this.#local(3), this.#local(4)]
    const f = this.#f
    f.get(s).get(s).simd('f32x4.mul').set(square)
    f.floats(1 / 19).set(sum)
    for (const coefficient of [1 / 17, 1 / 15, 1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3])
      this.#horner(sum, square, coefficient)
    f.get(sum)
      .get(square)
      .simd('f32x4.mul')
      .get(s)
      .simd('f32x4.mul')
      .get(s)
      .simd('f32x4.add')
      .floats(2)
      .simd('f32x4.mul')
      .set(result)
  }

  /** x = m 2^e with m in [0.707, 1.414): e log 2 + 2 atanh((m - 1) / (m + 1)). */
  #log(a: Local, result: Local): void {
    const [x, exponent, mantissa, keep] = [0, 1, 2, 5].map((index) => this.#local(index)) as [
      Local,
      Local,
      Local,
      Local,
    ]
    const f = this.#f
    f.get(a).set(keep)
    // Subnormal numbers are scaled up by 2^25 first.
    const isSmall = this.#local(6)
    f.get(keep).floats(1.17549435e-38).simd('f32x4.lt').set(isSmall)
    f.get(keep).floats(33554432).simd('f32x4.mul').get(keep).get(isSmall).simd('v128.bitselect').set(x)
    f.get(x).integers(0x3f3504f3).simd('i32x4.sub').constant(23).simd('i32x4.shr_s').set(exponent)
    f.get(x).get(exponent).constant(23).simd('i32x4.shl').simd('i32x4.sub').set(mantissa)
    f.get(exponent)
      .simd('f32x4.convert_i32x4_s')
      .get(isSmall)
      .floats(25)
      .simd('v128.and')
      .simd('f32x4.sub')
      .set(exponent)
    f.get(mantissa)
      .floats(1)
      .simd('f32x4.sub')
      .get(mantissa)
      .floats(1)
      .simd('f32x4.add')
      .simd('f32x4.div')
      .set(mantissa)
    this.#twiceArtanh(mantissa, mantissa)
    f.get(mantissa).get(exponent).floats(-2.1219444e-4).simd('f32x4.mul').simd('f32x4.add')
    f.get(exponent).floats(0.693359375).simd('f32x4.mul').simd('f32x4.add').set(x)
    // log 0 = -inf, log of a negative number and of NaN = NaN, log inf = inf.
    f.floats(-Infinity).get(x).get(keep).floats(0).simd('f32x4.eq').simd('v128.bitselect').set(x)
    f.get(x)
      .floats(NaN)
      .get(keep)
      .floats(0)
      .simd('f32x4.lt')
      .get(keep)
      .get(keep)
      .simd('f32x4.ne')
      .simd('v128.or')
      .simd('v128.not')
      .simd('v128.bitselect')
      .set(x)
    f.get(keep).get(x).get(keep).floats(Infinity).simd('f32x4.eq').simd('v128.bitselect').set(result)
  }

  /** max(x, 0) + log1p(e^-|x|), the latter as 2 atanh(u / (2 + u)). */
  #softplus(a: Local, result: Local): void {
    const [keep, u] = [this.#local(6), this.#local(7)]
    const f = this.#f
    f.get(a).set(keep)
    f.get(a).simd('f32x4.abs').simd('f32x4.neg').set(u)
    this.#exp(u, u)
    f.get(u).get(u).floats(2).simd('f32x4.add').simd('f32x4.div').set(u)
    this.#twiceArtanh(u, u)
    f.get(keep).floats(0).simd('f32x4.max').get(u).simd('f32x4.add').set(result)
  }

  /** sin (quarter 0) or cos (quarter 1): reduction by pi / 2 in three parts, good to |x| of some thousands. */
  #sine(a: Local, quarter: 0 | 1, result: Local): void {
    const [n, r, square, sine, cosine, k] = [0, 1, 2, 3, 4, 5].map((index) => this.#local(index)) as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ]
    const f = this.#f
    f.get(a)
      .floats(2 / Math.PI)
      .simd('f32x4.mul')
      .simd('f32x4.nearest')
      .set(n)
    f.get(a).set(r)
    // Cephes' splitting of pi / 4, doubled: the first parts have few digits, so that n times them is exact.
    for (const part of [1.5703125, 4.8375129699707031e-4, 7.54978995489188e-8])
      f.get(r).get(n).floats(part).simd('f32x4.mul').simd('f32x4.sub').set(r)
    f.get(n).simd('i32x4.trunc_sat_f32x4_s').integers(quarter).simd('i32x4.add').set(k)
    f.get(r).get(r).simd('f32x4.mul').set(square)
    f.floats(1 / 362880).set(sine)
    for (const coefficient of [-1 / 5040, 1 / 120, -1 / 6]) this.#horner(sine, square, coefficient)
    f.get(sine).get(square).simd('f32x4.mul').get(r).simd('f32x4.mul').get(r).simd('f32x4.add').set(sine)
    f.floats(-1 / 3628800).set(cosine)
    for (const coefficient of [1 / 40320, -1 / 720, 1 / 24, -1 / 2, 1]) this.#horner(cosine, square, coefficient)
    // Odd quarters take the cosine; quarters 2 and 3 change the sign.
    f.get(cosine).get(sine).get(k).integers(1).simd('v128.and').integers(1).simd('i32x4.eq').simd('v128.bitselect')
    f.get(k).integers(2).simd('v128.and').constant(30).simd('i32x4.shl').simd('v128.xor').set(result)
  }
}
