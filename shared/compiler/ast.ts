/** The syntax tree of a cell file: what parse.ts makes of the text and check.ts reads. Every node knows where it stands. */
import type { SourceLocation } from '../errors/errors.ts'
import type { MatrixUse } from './ir.ts'

/** The binary operators of the notation; `*` is the elementwise product. */
export type BinaryOperator = '+' | '-' | '*' | '/'

export type Expression =
  | { readonly kind: 'number'; readonly value: number; readonly at: SourceLocation }
  | { readonly kind: 'name'; readonly name: string; readonly at: SourceLocation }
  | { readonly kind: 'negate'; readonly operand: Expression; readonly at: SourceLocation }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
      readonly at: SourceLocation
    }
  | { readonly kind: 'power'; readonly base: Expression; readonly exponent: number; readonly at: SourceLocation }
  | {
      readonly kind: 'call'
      readonly callee: string
      readonly args: readonly Expression[]
      readonly at: SourceLocation
    }
  /** What stands before a vector: one matrix, or a sum of several as in `(W - W^T) h`. */
  | {
      readonly kind: 'matrix'
      readonly terms: readonly MatrixTerm[]
      readonly operand: Expression
      readonly at: SourceLocation
    }

/** A matrix in a product, as it is or transposed. */
export interface MatrixTerm {
  readonly matrix: MatrixUse
  readonly sign: '+' | '-'
  readonly at: SourceLocation
}

export type BinaryExpression = Extract<Expression, { kind: 'binary' }>

/** A chain such as `a - b + c`: its first operand, and the operators with what follows each. */
export interface OperatorChain {
  readonly first: Expression
  /** The tree's own nodes, from the first operator of the text to the last: each is the value of the chain up to its right side. */
  readonly links: readonly BinaryExpression[]
}

/**
 * The left spine of a binary expression. Only parentheses, matrices and signs nest deeper, and the parser bounds those; a chain may be as
 * long as the text, so every pass walks it in a loop instead of a call for each operand.
 */
export function operatorChain(expression: BinaryExpression): OperatorChain {
  const links: BinaryExpression[] = []
  let at: Expression = expression
  while (at.kind === 'binary') {
    links.push(at)
    at = at.left
  }
  return { first: at, links: links.reverse() }
}

/** The names of vectors and numbers in an expression, as often as they stand there. */
export function* namesIn(expression: Expression): Generator<string, void, void> {
  switch (expression.kind) {
    case 'number':
      return
    case 'name':
      yield expression.name
      return
    case 'negate':
    case 'matrix':
      return yield* namesIn(expression.operand)
    case 'power':
      return yield* namesIn(expression.base)
    case 'call':
      for (const arg of expression.args) yield* namesIn(arg)
      return
    case 'binary': {
      const { first, links } = operatorChain(expression)
      yield* namesIn(first)
      for (const { right } of links) yield* namesIn(right)
    }
  }
}

/** `target = value`; a primed target is the new value of a state. */
export interface Equation {
  readonly target: string
  readonly value: Expression
  /** As it was written, in one line, without comments. */
  readonly text: string
  readonly at: SourceLocation
}

/** `h0 = h_init`: the state begins at this vector of parameters. */
export interface Start {
  readonly state: string
  readonly symbol: string
  /** As it was written. */
  readonly text: string
  readonly at: SourceLocation
}

/** `w_c: H`, `U: H x I`, or `g: 1`, a number that is learned and has no dimension. */
export interface Declaration {
  readonly symbol: string
  readonly dims: readonly ('I' | 'H')[]
  readonly at: SourceLocation
}

export const INITIAL_RULES = [
  'xavier',
  'orthogonal',
  'uniform',
  'normal',
  'zeros',
  'ones',
  'identity',
  'constant',
  'chrono',
] as const
export type InitialRuleName = (typeof INITIAL_RULES)[number]

/** `init b_f, b_i: chrono(T_max)`; without an input gate `init b_f: chrono(T_max)`. */
export interface InitialRule {
  readonly symbols: readonly string[]
  readonly rule: InitialRuleName
  readonly args: readonly (number | { readonly constant: string })[]
}

/** A name where a statement tells something of it. */
export interface NamedPlace {
  readonly name: string
  readonly at: SourceLocation
}

export interface CellSyntax {
  readonly name: string | null
  readonly source: string
  /** Of a step. */
  readonly equations: readonly Equation[]
  readonly starts: readonly Start[]
  readonly declarations: readonly Declaration[]
  readonly initialRules: readonly (InitialRule & { readonly at: SourceLocation })[]
  readonly constants: Readonly<Record<string, number>>
  readonly constantPlaces: readonly NamedPlace[]
  /** Parameters that keep their initial values. */
  readonly frozen: readonly NamedPlace[]
  /** States whose values are the cell's output, side by side; none where the text does not say. */
  readonly outputs: readonly NamedPlace[]
}
