/**
 * The pointwise primitives: value, adjoint rule and cost, as one table. Every backend implements exactly these.
 * `relu`, `clip` and the like are made of them in functions.ts.
 */

export type Primitive =
  | 'neg'
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'min'
  | 'max'
  | 'greater'
  | 'sign'
  | 'abs'
  | 'sqrt'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'sigmoid'
  | 'tanh'
  | 'softplus'
  | 'sin'
  | 'cos'
  | 'surrogate'

/** What adjoint rules are written with: the builder of ir.ts, whose nodes are numbers. */
export interface NodeWriter<Node> {
  literal(value: number): Node
  apply(primitive: Primitive, args: readonly Node[]): Node
}

interface PrimitiveRule {
  readonly arity: 1 | 2
  /** Worth computing again in the backward pass rather than storing. */
  readonly cheap: boolean
  readonly evaluate: (...args: number[]) => number
  /** Adjoints of the arguments, given that of the value; null where there is none. */
  readonly adjoint: <Node>(ir: NodeWriter<Node>, d: Node, y: Node, args: readonly Node[]) => readonly (Node | null)[]
}

const one = <Node>(ir: NodeWriter<Node>): Node => ir.literal(1)

export const PRIMITIVES: Readonly<Record<Primitive, PrimitiveRule>> = {
  neg: { arity: 1, cheap: true, evaluate: (a) => -a!, adjoint: (ir, d) => [ir.apply('neg', [d])] },
  add: { arity: 2, cheap: true, evaluate: (a, b) => a! + b!, adjoint: (_, d) => [d, d] },
  sub: { arity: 2, cheap: true, evaluate: (a, b) => a! - b!, adjoint: (ir, d) => [d, ir.apply('neg', [d])] },
  mul: {
    arity: 2,
    cheap: true,
    evaluate: (a, b) => a! * b!,
    adjoint: (ir, d, _, [a, b]) => [ir.apply('mul', [d, b!]), ir.apply('mul', [d, a!])],
  },
  div: {
    arity: 2,
    cheap: false,
    evaluate: (a, b) => a! / b!,
    adjoint: (ir, d, y, [, b]) => {
      const da = ir.apply('div', [d, b!])
      return [da, ir.apply('neg', [ir.apply('mul', [da, y])])]
    },
  },
  // At a tie the second argument of max has the adjoint, the first of min: relu'(0) = 0 and leaky_relu'(0) = slope, as in PyTorch.
  min: {
    arity: 2,
    cheap: true,
    evaluate: (a, b) => Math.min(a!, b!),
    adjoint: (ir, d, _, [a, b]) => {
      const second = ir.apply('greater', [a!, b!])
      return [ir.apply('mul', [d, ir.apply('sub', [one(ir), second])]), ir.apply('mul', [d, second])]
    },
  },
  max: {
    arity: 2,
    cheap: true,
    evaluate: (a, b) => Math.max(a!, b!),
    adjoint: (ir, d, _, [a, b]) => {
      const first = ir.apply('greater', [a!, b!])
      return [ir.apply('mul', [d, first]), ir.apply('mul', [d, ir.apply('sub', [one(ir), first])])]
    },
  },
  greater: { arity: 2, cheap: true, evaluate: (a, b) => (a! > b! ? 1 : 0), adjoint: () => [null, null] },
  sign: { arity: 1, cheap: true, evaluate: (a) => Math.sign(a!), adjoint: () => [null] },
  abs: {
    arity: 1,
    cheap: true,
    evaluate: (a) => Math.abs(a!),
    adjoint: (ir, d, _, [a]) => [ir.apply('mul', [d, ir.apply('sign', [a!])])],
  },
  sqrt: {
    arity: 1,
    cheap: false,
    evaluate: (a) => Math.sqrt(a!),
    adjoint: (ir, d, y) => [ir.apply('div', [ir.apply('mul', [ir.literal(0.5), d]), y])],
  },
  exp: { arity: 1, cheap: false, evaluate: (a) => Math.exp(a!), adjoint: (ir, d, y) => [ir.apply('mul', [d, y])] },
  expm1: {
    arity: 1,
    cheap: false,
    evaluate: (a) => Math.expm1(a!),
    adjoint: (ir, d, y) => [ir.apply('mul', [d, ir.apply('add', [y, one(ir)])])],
  },
  log: {
    arity: 1,
    cheap: false,
    evaluate: (a) => Math.log(a!),
    adjoint: (ir, d, _, [a]) => [ir.apply('div', [d, a!])],
  },
  sigmoid: {
    arity: 1,
    cheap: false,
    evaluate: (a) => 1 / (1 + Math.exp(-a!)),
    adjoint: (ir, d, y) => [ir.apply('mul', [d, ir.apply('mul', [y, ir.apply('sub', [one(ir), y])])])],
  },
  tanh: {
    arity: 1,
    cheap: false,
    evaluate: (a) => Math.tanh(a!),
    adjoint: (ir, d, y) => [ir.apply('mul', [d, ir.apply('sub', [one(ir), ir.apply('mul', [y, y])])])],
  },
  softplus: {
    arity: 1,
    cheap: false,
    evaluate: (a) => Math.max(a!, 0) + Math.log1p(Math.exp(-Math.abs(a!))),
    adjoint: (ir, d, _, [a]) => [ir.apply('mul', [d, ir.apply('sigmoid', [a!])])],
  },
  sin: {
    arity: 1,
    cheap: false,
    evaluate: (a) => Math.sin(a!),
    adjoint: (ir, d, _, [a]) => [ir.apply('mul', [d, ir.apply('cos', [a!])])],
  },
  surrogate: { arity: 2, cheap: true, evaluate: (a) => a!, adjoint: (_, d) => [null, d] },
  cos: {
    arity: 1,
    cheap: false,
    evaluate: (a) => Math.cos(a!),
    adjoint: (ir, d, _, [a]) => [ir.apply('neg', [ir.apply('mul', [d, ir.apply('sin', [a!])])])],
  },
}
