/**
 * One logical line of a cell file, read token by token: tokens enter, names, numbers and expressions leave, each with its place. A matrix (a name
 * that starts with a capital), its transpose `W^T` or a sum `(W - V)` applies to what follows it; `*` is elementwise. Which statements there
 * are is left to parse.ts.
 */
import { nearestNames } from '../errors/nearest-names.ts'
import type { Expression, MatrixTerm } from './ast.ts'
import { NOTATION_FUNCTIONS } from './functions.ts'
import { matrixText, type MatrixUse } from './ir.ts'
import { syntaxError, type Token } from './tokenize.ts'

/** Deeper nesting than this is refused, so that no pass can exhaust the stack. */
const MAX_DEPTH = 100
const MAX_POWER = 16

const TRANSPOSE = 'transpose'

/** The `T` of `W^T`. */
const isTransposeMark = ({ kind, text }: Token): boolean => kind === 'name' && text === 'T'

/** Whether a name stands for a matrix: capitals are matrices, lower case vectors. */
export function isMatrixName(name: string): boolean {
  const first = [...name][0]!
  return first !== first.toLowerCase()
}

export class LineParser {
  #position = 0
  #depth = 0
  readonly #tokens: readonly Token[]
  readonly #where: string

  constructor(tokens: readonly Token[], where: string) {
    this.#tokens = tokens
    this.#where = where
  }

  get next(): Token {
    return this.#tokens[this.#position]!
  }

  peek(offset: number): Token | undefined {
    return this.#tokens[this.#position + offset]
  }

  take(): Token {
    return this.#tokens[this.#position++]!
  }

  takes(sign: string): boolean {
    if (this.next.kind !== 'sign' || this.next.text !== sign) return false
    this.#position++
    return true
  }

  fail(message: string, expected: string, remedy?: string, token = this.next): never {
    throw syntaxError(this.#where, token.at, message, {
      expected,
      found: token.kind === 'end' ? token.text : `\`${token.text}\``,
      remedy,
    })
  }

  expectSign(sign: string, message: string, remedy?: string): void {
    if (!this.takes(sign)) this.fail(message, `\`${sign}\``, remedy)
  }

  expectName(message: string, expected: string): Token {
    if (this.next.kind !== 'name') this.fail(message, expected)
    return this.take()
  }

  expectEnd(message: string): void {
    if (this.next.kind === 'end') return
    const remedy =
      this.next.text === ')'
        ? 'Remove it or open a parenthesis before.'
        : 'Write `*` for an elementwise product; only a matrix applies to what follows it.'
    this.fail(message, 'an operator or the end of the line', remedy)
  }

  number(message: string): number {
    const negative = this.takes('-')
    if (this.next.kind !== 'number') this.fail(message, 'a number')
    const value = Number(this.take().text)
    return negative ? -value : value
  }

  expression(): Expression {
    if (++this.#depth > MAX_DEPTH)
      this.fail(
        'The expression is nested too deeply.',
        `at most ${MAX_DEPTH} levels`,
        'Name a part of it in an equation of its own.',
      )
    let left = this.#term()
    while (this.next.kind === 'sign' && (this.next.text === '+' || this.next.text === '-')) {
      const { text, at } = this.take()
      left = { kind: 'binary', operator: text as '+' | '-', left, right: this.#term(), at }
    }
    this.#depth--
    return left
  }

  #term(): Expression {
    let left = this.#unary()
    while (this.next.kind === 'sign' && (this.next.text === '*' || this.next.text === '/')) {
      const { text, at } = this.take()
      left = { kind: 'binary', operator: text as '*' | '/', left, right: this.#unary(), at }
    }
    return left
  }

  #unary(): Expression {
    const at = this.next.at
    if (!this.takes('-')) return this.#power()
    if (++this.#depth > MAX_DEPTH)
      this.fail(
        'The expression is nested too deeply.',
        `at most ${MAX_DEPTH} levels`,
        'Name a part of it in an equation of its own.',
      )
    const operand = this.#unary()
    this.#depth--
    return { kind: 'negate', operand, at }
  }

  #power(): Expression {
    const base = this.#application()
    const at = this.next.at
    if (!this.takes('^')) return base
    if (isTransposeMark(this.next))
      this.fail('Only a matrix is transposed.', 'a number', 'A name that starts with a capital is a matrix.')
    const token = this.next
    const exponent = this.number('A power has a whole number as its exponent.')
    if (!Number.isInteger(exponent) || Math.abs(exponent) > MAX_POWER)
      this.fail(
        'A power has a whole number as its exponent.',
        `an integer from -${MAX_POWER} to ${MAX_POWER}`,
        'Use exp and log for other powers.',
        token,
      )
    return { kind: 'power', base, exponent, at }
  }

  #application(): Expression {
    const { at } = this.next
    const terms = this.#matrices()
    if (terms === null) return this.#atom()
    const follows = this.next
    if (follows.kind === 'end' || (follows.kind === 'sign' && follows.text !== '('))
      this.fail(
        terms.length === 1
          ? `The matrix \`${matrixText(terms[0]!.matrix)}\` is applied to nothing.`
          : 'The sum of matrices is applied to nothing.',
        'a vector after it, as in `U_h h` or `U_h (f * h)`',
        'A name that starts with a capital is a matrix; start a vector with a lower-case letter.',
      )
    if (++this.#depth > MAX_DEPTH)
      this.fail(
        'The expression is nested too deeply.',
        `at most ${MAX_DEPTH} levels`,
        'Name a part of it in an equation of its own.',
      )
    const operand = this.#application()
    this.#depth--
    return { kind: 'matrix', terms, operand, at }
  }

  /** `W`, `W^T`, `transpose(W)`, or a sum of such in parentheses; null where something else stands. */
  #matrices(): MatrixTerm[] | null {
    if (this.next.text !== '(') {
      const single = this.#matrixAt(0)
      if (single === null) return null
      const { at } = this.next
      this.#position += single.tokens
      return [{ matrix: single.matrix, sign: '+', at }]
    }
    const terms: MatrixTerm[] = []
    // Read ahead first: what begins like a sum of matrices may be one of vectors.
    for (let offset = 1; ;) {
      const signToken = this.peek(offset)
      const hasSign = signToken?.text === '-' || (signToken?.text === '+' && terms.length > 0)
      if (terms.length > 0 && !hasSign) {
        if (signToken?.text !== ')') return null
        this.#position += offset + 1
        return terms
      }
      if (hasSign) offset++
      const term = this.#matrixAt(offset)
      if (term === null) return null
      terms.push({ matrix: term.matrix, sign: signToken?.text === '-' ? '-' : '+', at: this.peek(offset)!.at })
      offset += term.tokens
    }
  }

  /** The matrix that stands so many tokens ahead, and how many tokens it takes. */
  #matrixAt(offset: number): { readonly matrix: MatrixUse; readonly tokens: number } | null {
    const token = this.peek(offset)
    if (token?.kind !== 'name') return null
    const [second, third, fourth] = [1, 2, 3].map((further) => this.peek(offset + further))
    if (isMatrixName(token.text)) {
      const isTransposed = second?.text === '^' && third !== undefined && isTransposeMark(third)
      return { matrix: { symbol: token.text, isTransposed }, tokens: isTransposed ? 3 : 1 }
    }
    if (token.text !== TRANSPOSE || second?.text !== '(') return null
    if (third?.kind !== 'name' || !isMatrixName(third.text) || fourth?.text !== ')')
      this.fail('Only a matrix is transposed.', '`transpose(W)`, as in `transpose(W) h`', undefined, third)
    return { matrix: { symbol: third.text, isTransposed: true }, tokens: 4 }
  }

  #atom(): Expression {
    const token = this.next
    if (token.kind === 'number') {
      this.take()
      return { kind: 'number', value: Number(token.text), at: token.at }
    }
    if (this.takes('(')) {
      const inner = this.expression()
      this.expectSign(')', 'The parenthesis is not closed.', 'Close it, or remove the one that opens.')
      return inner
    }
    if (token.kind !== 'name') this.fail('An operand is missing.', 'a name, a number, a function or `(`')
    this.take()
    if (this.next.kind === 'sign' && this.next.text === '(') return this.#call(token)
    if (Object.hasOwn(NOTATION_FUNCTIONS, token.text))
      this.fail(`The function \`${token.text}\` has no argument.`, '`(`', `Write \`${token.text}(...)\`.`)
    return { kind: 'name', name: token.text, at: token.at }
  }

  #call(name: Token): Expression {
    const known = Object.hasOwn(NOTATION_FUNCTIONS, name.text) ? NOTATION_FUNCTIONS[name.text] : undefined
    if (!known) {
      const [nearest] = nearestNames(name.text, Object.keys(NOTATION_FUNCTIONS), 1)
      throw syntaxError(this.#where, name.at, 'There is no function of this name.', {
        expected: `one of ${Object.keys(NOTATION_FUNCTIONS).join(', ')}`,
        found: `\`${name.text}\``,
        remedy: `${nearest === undefined ? '' : `Did you mean \`${nearest}\`? `}For a product write \`*\` before the parenthesis.`,
      })
    }
    this.take()
    const args: Expression[] = []
    if (!this.takes(')')) {
      do args.push(this.expression())
      while (this.takes(','))
      this.expectSign(
        ')',
        'The parenthesis of the arguments is not closed.',
        'Close it, or separate arguments by commas.',
      )
    }
    const [fewest, most] = known.arity
    if (args.length < fewest || args.length > most)
      throw syntaxError(this.#where, name.at, `\`${name.text}\` has the wrong number of arguments.`, {
        expected: fewest === most ? `${fewest}` : `${fewest} to ${most}`,
        found: `${args.length}`,
      })
    for (const index of known.numericArguments) {
      const arg = args[index]
      if (arg && literalValue(arg) === null)
        throw syntaxError(this.#where, arg.at, `Argument ${index + 1} of \`${name.text}\` is a plain number.`, {
          expected: 'a number',
          found: 'an expression',
        })
    }
    return { kind: 'call', callee: name.text, args, at: name.at }
  }
}

function literalValue(expression: Expression): number | null {
  if (expression.kind === 'number') return expression.value
  if (expression.kind === 'negate') {
    const value = literalValue(expression.operand)
    return value === null ? null : -value
  }
  return null
}
