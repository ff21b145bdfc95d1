/**
 * The functions of the notation on four rows at once, as WGSL text. WGSL leaves to the device what becomes of NaN and infinities, and devices
 * differ: some make tanh(100) a NaN, max(NaN, 0) a 0, and take `v != v` for false. So these are our own: elementary operations and tests of bits,
 * with the polynomials of wasm/vector-math.ts; a NaN goes through, and an infinity becomes what it does in the other engines. Subnormal
 * numbers may be flushed to zero.
 */
import type { Primitive } from '../../../compiler/primitives.ts'

/** What a function's text needs of the others. */
interface WgslFunction {
  readonly needs: readonly WgslFunctionName[]
  readonly code: string
}

export type WgslFunctionName =
  | 'infinity'
  | 'is_nan'
  | 'not_a_number'
  | 'is_finite'
  | 'power_of_two'
  | 'reduce_exponent'
  | 'exponential'
  | 'expm1'
  | 'sigmoid'
  | 'hyperbolic_tangent'
  | 'twice_artanh'
  | 'logarithm'
  | 'softplus'
  | 'sine'
  | 'root'
  | 'quotient'
  | 'minimum'
  | 'maximum'
  | 'greater'
  | 'sign_of'

/** (e^r - 1 - r) / r^2 for |r| <= log(2) / 2 (minimax), lowest power first: those of wasm/vector-math.ts. */
const EXPM1 = [
  0.5000000020453618, 0.16666664106094764, 0.04166639647894734, 0.00833385368266613, 0.001393952690992904,
  0.00019617587623450855,
].map((coefficient) => `vec4f(${coefficient}f)`)

const FUNCTIONS: Readonly<Record<WgslFunctionName, WgslFunction>> = {
  // A constant expression may not be infinite or NaN: these are made as the kernel runs.
  infinity: { needs: [], code: `fn infinity() -> vec4f { var bits = 0x7f800000u; return vec4f(bitcast<f32>(bits)); }` },
  not_a_number: {
    needs: [],
    code: `fn not_a_number() -> vec4f { var bits = 0x7fc00000u; return vec4f(bitcast<f32>(bits)); }`,
  },
  is_nan: {
    needs: [],
    code: `fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u); }`,
  },
  is_finite: {
    needs: [],
    code: `fn is_finite(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) < vec4u(0x7f800000u); }`,
  },
  power_of_two: {
    needs: [],
    code: `// For whole n in [-126, 128]; infinity for 128.
fn power_of_two(n: vec4f) -> vec4f { return bitcast<vec4f>((vec4i(n) + vec4i(127)) << vec4u(23u)); }`,
  },
  reduce_exponent: {
    needs: [],
    code: `// x = n log 2 + r with |r| <= log(2) / 2; log 2 is 355 / 512 and a little: the first difference is exact. Written as multiples of one n, the two
// would be put together again by some compilers, and all digits lost.
struct Reduced { n: vec4f, expm1: vec4f }
fn reduce_exponent(x: vec4f) -> Reduced {
  let n = floor(fma(x, vec4f(1.44269504f), vec4f(0.5f)));
  let r = fma(512.0f * x - 355.0f * n, vec4f(0.001953125f), 2.1219444e-4f * n);
  let low = fma(${EXPM1[1]}, r, ${EXPM1[0]});
  let middle = fma(${EXPM1[3]}, r, ${EXPM1[2]});
  let high = fma(${EXPM1[5]}, r, ${EXPM1[4]});
  let square = r * r;
  return Reduced(n, fma(fma(fma(high, square, middle), square, low), square, r));
}`,
  },
  exponential: {
    needs: ['is_nan', 'power_of_two', 'reduce_exponent'],
    code: `// 2^n in two halves, so that it passes through what is nearly zero or infinite.
fn exponential(x: vec4f) -> vec4f {
  let reduced = reduce_exponent(clamp(x, vec4f(-104.0f), vec4f(89.0f)));
  let half = floor(reduced.n * 0.5f);
  return select((reduced.expm1 + 1.0f) * power_of_two(half) * power_of_two(reduced.n - half), x, is_nan(x));
}`,
  },
  expm1: {
    needs: ['is_nan', 'power_of_two', 'reduce_exponent', 'exponential'],
    code: `fn expm1(x: vec4f) -> vec4f {
  let reduced = reduce_exponent(clamp(x, vec4f(-87.0f), vec4f(88.0f)));
  let scale = power_of_two(reduced.n);
  return select(select(fma(reduced.expm1, scale, scale - 1.0f), exponential(x), x > vec4f(88.0f)), x, is_nan(x));
}`,
  },
  sigmoid: {
    needs: ['is_nan', 'power_of_two', 'reduce_exponent'],
    code: `fn sigmoid(x: vec4f) -> vec4f {
  let reduced = reduce_exponent(clamp(-x, vec4f(-87.0f), vec4f(88.5f)));
  let scale = power_of_two(reduced.n);
  return select(1.0f / (1.0f + (reduced.expm1 + 1.0f) * scale), x, is_nan(x));
}`,
  },
  hyperbolic_tangent: {
    needs: ['is_nan', 'power_of_two', 'reduce_exponent'],
    code: `// With t = e^(2|x|) - 1, t / (t + 2) with the sign of x. It rounds to 1 from 9.02 on.
fn hyperbolic_tangent(x: vec4f) -> vec4f {
  let reduced = reduce_exponent(2.0f * min(abs(x), vec4f(10.0f)));
  let scale = power_of_two(reduced.n);
  let t = fma(reduced.expm1, scale, scale - 1.0f);
  let sign = bitcast<vec4u>(x) & vec4u(0x80000000u);
  return select(bitcast<vec4f>(bitcast<vec4u>(t / (t + 2.0f)) | sign), x, is_nan(x));
}`,
  },
  twice_artanh: {
    needs: [],
    code: `// By its series, for s in [-0.1716, 1/3].
fn twice_artanh(s: vec4f) -> vec4f {
  let square = s * s;
  var sum = vec4f(${1 / 19}f);
  ${[17, 15, 13, 11, 9, 7, 5, 3].map((odd) => `sum = fma(sum, square, vec4f(${1 / odd}f));`).join(' ')}
  return 2.0f * fma(sum * square, s, s);
}`,
  },
  logarithm: {
    needs: ['is_nan', 'infinity', 'not_a_number', 'twice_artanh'],
    code: `// x = m 2^e with m in [0.707, 1.414): e log 2 + 2 artanh((m - 1) / (m + 1)).
fn logarithm(x: vec4f) -> vec4f {
  let bits = bitcast<vec4i>(x);
  let exponent = (bits - vec4i(0x3f3504f3)) >> vec4u(23u);
  let m = bitcast<vec4f>(bits - (exponent << vec4u(23u)));
  let e = vec4f(exponent);
  let finite = fma(e, vec4f(0.693359375f), fma(e, vec4f(-2.1219444e-4f), twice_artanh((m - 1.0f) / (m + 1.0f))));
  // What is smaller than the smallest normal number may be a zero to the device.
  let magnitude = bitcast<vec4u>(x) & vec4u(0x7fffffffu);
  let isZero = magnitude < vec4u(0x00800000u);
  let isNegative = (bitcast<vec4u>(x) >= vec4u(0x80000000u)) & !isZero;
  let positive = select(select(finite, infinity(), magnitude == vec4u(0x7f800000u)), -infinity(), isZero);
  return select(select(positive, not_a_number(), isNegative), x, is_nan(x));
}`,
  },
  softplus: {
    needs: ['is_nan', 'exponential', 'maximum', 'twice_artanh'],
    code: `// max(x, 0) + log1p(e^-|x|), the latter as 2 artanh(u / (2 + u)).
fn softplus(x: vec4f) -> vec4f {
  let u = exponential(-abs(x));
  return maximum(x, vec4f()) + twice_artanh(u / (2.0f + u));
}`,
  },
  sine: {
    needs: ['is_finite', 'not_a_number'],
    code: `// sin for quarter 0, cos for 1: reduced by pi / 2, which is 201 / 128 and a little, as in reduce_exponent; good to |x| of some thousands.
fn sine(x: vec4f, quarter: i32) -> vec4f {
  let n = floor(fma(x, vec4f(0.63661977f), vec4f(0.5f)));
  let r = fma(128.0f * x - 201.0f * n, vec4f(0.0078125f), -4.8382679e-4f * n);
  let square = r * r;
  let odd = fma(fma(fma(vec4f(${1 / 362880}f), square, vec4f(${-1 / 5040}f)), square, vec4f(${1 / 120}f)), square, vec4f(${-1 / 6}f));
  let even = fma(fma(fma(fma(vec4f(${-1 / 3628800}f), square, vec4f(${1 / 40320}f)), square, vec4f(${-1 / 720}f)), square, vec4f(${1 / 24}f)), square, vec4f(-0.5f));
  let k = vec4i(n) + vec4i(quarter);
  let value = select(fma(odd * square, r, r), fma(even, square, vec4f(1.0f)), (k & vec4i(1)) == vec4i(1));
  let signed = select(value, -value, (k & vec4i(2)) == vec4i(2));
  return select(not_a_number(), signed, is_finite(x));
}`,
  },
  root: {
    needs: ['is_nan', 'infinity', 'not_a_number'],
    code: `fn root(x: vec4f) -> vec4f {
  let magnitude = bitcast<vec4u>(x) & vec4u(0x7fffffffu);
  let isNegative = (bitcast<vec4u>(x) >= vec4u(0x80000000u)) & (magnitude != vec4u());
  let positive = select(sqrt(abs(x)), infinity(), magnitude == vec4u(0x7f800000u));
  return select(select(select(positive, not_a_number(), isNegative), x, magnitude == vec4u()), x, is_nan(x));
}`,
  },
  quotient: {
    needs: ['is_nan', 'infinity', 'not_a_number'],
    code: `fn quotient(a: vec4f, b: vec4f) -> vec4f {
  let sizeA = bitcast<vec4u>(a) & vec4u(0x7fffffffu);
  let sizeB = bitcast<vec4u>(b) & vec4u(0x7fffffffu);
  let sign = (bitcast<vec4u>(a) ^ bitcast<vec4u>(b)) & vec4u(0x80000000u);
  let infinite = vec4u(0x7f800000u);
  let isInfinite = (sizeA == infinite) | (sizeB == vec4u());
  let isZero = (sizeA == vec4u()) | (sizeB == infinite);
  let plain = select(bitcast<vec4u>(a / b), sign, isZero);
  let limited = select(plain, sign | infinite, isInfinite);
  let isUndefined = (isInfinite & isZero) | (sizeA > infinite) | (sizeB > infinite);
  return select(bitcast<vec4f>(limited), not_a_number(), isUndefined);
}`,
  },
  minimum: {
    needs: ['is_nan'],
    code: `fn minimum(a: vec4f, b: vec4f) -> vec4f { return select(select(min(a, b), a, is_nan(a)), b, is_nan(b)); }`,
  },
  maximum: {
    needs: ['is_nan'],
    code: `fn maximum(a: vec4f, b: vec4f) -> vec4f { return select(select(max(a, b), a, is_nan(a)), b, is_nan(b)); }`,
  },
  greater: {
    needs: ['is_nan'],
    code: `fn greater(a: vec4f, b: vec4f) -> vec4f { return select(vec4f(), vec4f(1.0f), (a > b) & !(is_nan(a) | is_nan(b))); }`,
  },
  sign_of: {
    needs: ['is_nan'],
    code: `fn sign_of(x: vec4f) -> vec4f {
  let one = bitcast<vec4f>((bitcast<vec4u>(x) & vec4u(0x80000000u)) | vec4u(0x3f800000u));
  return select(one, x, is_nan(x) | (x == vec4f()));
}`,
  },
}

/** A primitive as an expression of its arguments' expressions, and the function that it calls. */
interface WgslPrimitive {
  readonly calls: WgslFunctionName | null
  readonly write: (a: string, b: string) => string
}

const operator = (sign: string): WgslPrimitive => ({ calls: null, write: (a, b) => `(${a} ${sign} ${b})` })
const call = (name: WgslFunctionName): WgslPrimitive => ({ calls: name, write: (a) => `${name}(${a})` })
const call2 = (name: WgslFunctionName): WgslPrimitive => ({ calls: name, write: (a, b) => `${name}(${a}, ${b})` })

export const WGSL_PRIMITIVES: Readonly<Record<Primitive, WgslPrimitive>> = {
  neg: { calls: null, write: (a) => `(-${a})` },
  add: operator('+'),
  sub: operator('-'),
  mul: operator('*'),
  div: call2('quotient'),
  min: call2('minimum'),
  max: call2('maximum'),
  greater: call2('greater'),
  sign: call('sign_of'),
  abs: { calls: null, write: (a) => `abs(${a})` },
  sqrt: call('root'),
  exp: call('exponential'),
  expm1: call('expm1'),
  log: call('logarithm'),
  sigmoid: call('sigmoid'),
  tanh: call('hyperbolic_tangent'),
  softplus: call('softplus'),
  sin: { calls: 'sine', write: (a) => `sine(${a}, 0)` },
  cos: { calls: 'sine', write: (a) => `sine(${a}, 1)` },
  // The value is the first argument's; the second one matters to the derivative alone.
  surrogate: { calls: null, write: (a) => a },
}

/** The text of these functions and of all that they call, each once, callees first. */
export function functionsText(names: Iterable<WgslFunctionName>): string {
  const written = new Set<WgslFunctionName>()
  const add = (name: WgslFunctionName): void => {
    if (written.has(name)) return
    FUNCTIONS[name].needs.forEach(add)
    written.add(name)
  }
  for (const name of names) add(name)
  return [...written].map((name) => FUNCTIONS[name].code).join('\n')
}
