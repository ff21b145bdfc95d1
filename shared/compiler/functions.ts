/**
 * The functions of the notation, and what each is in terms of the IR's few primitives. A new function is one line here
 * when primitives suffice.
 */
import type { IrBuilder, NodeId } from './ir.ts'

interface NotationFunction {
  /** Fewest and most arguments. */
  readonly arity: readonly [number, number]
  /** Arguments that must be plain numbers (a slope, a bound), counted from 0. */
  readonly numericArguments: readonly number[]
  /** Yields one number for all units of its vector, which goes with vectors of any dimension. */
  readonly isOverUnits?: true
  readonly build: (ir: IrBuilder, args: readonly NodeId[]) => NodeId
}

const unary = (build: (ir: IrBuilder, x: NodeId) => NodeId): NotationFunction => ({
  arity: [1, 1],
  numericArguments: [],
  build: (ir, args) => build(ir, args[0]!),
})
/** The first argument's value with the second one's derivative: what is flat nearly everywhere learns by a surrogate. */
const surrogate = (ir: IrBuilder, value: NodeId, path: NodeId): NodeId => ir.apply('surrogate', [value, path])

const DEFAULT_STEP_SLOPE = 10

/** 1 where x > 0, else 0. Backwards the fast sigmoid's derivative 1 / (1 + slope |x|)^2: SuperSpike, Zenke and Ganguli 2018, arXiv:1705.11146. */
const step: NotationFunction = {
  arity: [1, 2],
  numericArguments: [1],
  build: (ir, [x, slope]) => {
    const scaled = ir.apply('mul', [slope ?? ir.literal(DEFAULT_STEP_SLOPE), ir.apply('abs', [x!])])
    const fastSigmoid = ir.apply('div', [x!, ir.apply('add', [ir.literal(1), scaled])])
    return surrogate(ir, ir.apply('greater', [x!, ir.literal(0)]), fastSigmoid)
  },
}

const binary = (build: (ir: IrBuilder, a: NodeId, b: NodeId) => NodeId): NotationFunction => ({
  arity: [2, 2],
  numericArguments: [],
  build: (ir, args) => build(ir, args[0]!, args[1]!),
})

export const NOTATION_FUNCTIONS: Readonly<Record<string, NotationFunction>> = {
  sigmoid: unary((ir, x) => ir.apply('sigmoid', [x])),
  tanh: unary((ir, x) => ir.apply('tanh', [x])),
  exp: unary((ir, x) => ir.apply('exp', [x])),
  log: unary((ir, x) => ir.apply('log', [x])),
  sqrt: unary((ir, x) => ir.apply('sqrt', [x])),
  abs: unary((ir, x) => ir.apply('abs', [x])),
  sin: unary((ir, x) => ir.apply('sin', [x])),
  cos: unary((ir, x) => ir.apply('cos', [x])),
  softplus: unary((ir, x) => ir.apply('softplus', [x])),
  relu: unary((ir, x) => ir.apply('max', [x, ir.literal(0)])),
  softsign: unary((ir, x) => ir.apply('div', [x, ir.apply('add', [ir.literal(1), ir.apply('abs', [x])])])),
  leaky_relu: {
    arity: [1, 2],
    numericArguments: [1],
    build: (ir, [x, slope]) =>
      ir.apply('add', [
        ir.apply('max', [x!, ir.literal(0)]),
        ir.apply('mul', [slope ?? ir.literal(0.01), ir.apply('min', [x!, ir.literal(0)])]),
      ]),
  },
  elu: {
    arity: [1, 2],
    numericArguments: [1],
    build: (ir, [x, alpha]) =>
      ir.apply('add', [
        ir.apply('max', [x!, ir.literal(0)]),
        ir.apply('mul', [alpha ?? ir.literal(1), ir.apply('expm1', [ir.apply('min', [x!, ir.literal(0)])])]),
      ]),
  },
  // Straight-through within -1 .. 1: the derivative of clip(x, -1, 1), Hubara et al. 2016, arXiv:1602.02830.
  sign: unary((ir, x) => {
    const clipped = ir.apply('min', [ir.apply('max', [x, ir.literal(-1)]), ir.literal(1)])
    return surrogate(ir, ir.apply('sign', [x]), clipped)
  }),
  step,
  heaviside: step,
  sum: { ...unary((ir, x) => ir.sum(x)), isOverUnits: true },
  mean: { ...unary((ir, x) => ir.mean(x)), isOverUnits: true },
  min: binary((ir, a, b) => ir.apply('min', [a, b])),
  max: binary((ir, a, b) => ir.apply('max', [a, b])),
  clip: {
    arity: [3, 3],
    numericArguments: [1, 2],
    build: (ir, [x, low, high]) => ir.apply('min', [ir.apply('max', [x!, low!]), high!]),
  },
}
