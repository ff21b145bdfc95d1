/**
 * Pass 1: text -> syntax tree. One statement a line: `cell NAME`, `source TEXT`, `constant NAME = NUMBER`,
 * `SYMBOL: H x I` (a declaration), `init A, B: rule(args)`, `fixed A, B`, `output H, C`, equations `name = expression`, and
 * starts `h0 = h_init`. A matrix (a name that starts with a capital), its transpose `W^T` or a sum `(W - V)` applies to what follows it; `*` is
 * elementwise. Knows nothing of shapes.
 */
import type { SourceLocation } from '../protocol/errors.ts'
import { nearestNames } from '../protocol/nearest-names.ts'
import {
  INITIAL_RULES,
  type CellSyntax,
  type Declaration,
  type Equation,
  type Expression,
  type InitialRuleName,
  type MatrixTerm,
  type NamedPlace,
} from './ast.ts'
import { NOTATION_FUNCTIONS } from './functions.ts'
import { matrixText, type MatrixUse } from './ir.ts'
import { takeStarts } from './starts.ts'
import { MAX_CELL_CHARACTERS, SOURCE_LINE, logicalLines, syntaxError, tokenizeLine, type Token } from './tokenize.ts'

/** Deeper nesting than this is refused, so that no pass can exhaust the stack. */
const MAX_DEPTH = 100
const MAX_POWER = 16

const NAME_LINE = /^\s*cell\s+(?![=:])(.*)$/s
const NAME_LINE_IN_TEXT = /^[ \t]*cell[ \t]+(?![=:])([^#\r\n]*)/m

/** The name of a cell file's `cell` line, whatever else the text holds; null without one. */
export function nameInText(text: string): string | null {
  return NAME_LINE_IN_TEXT.exec(text)?.[1]!.trim() ?? null
}
const TRANSPOSE = 'transpose'

/** The `T` of `W^T`. */
const isTransposeMark = ({ kind, text }: Token): boolean => kind === 'name' && text === 'T'

/** Whether a name stands for a matrix: capitals are matrices, lower case vectors. */
export function isMatrixName(name: string): boolean {
  const first = [...name][0]!
  return first !== first.toLowerCase()
}

class LineParser {
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

/**
 * @param text a cell file
 * @param where its name, for messages
 * @throws LabError `cell-syntax` with line, column, expected, found and remedy
 */
export function parseCell(text: string, where: string): CellSyntax {
  const start: SourceLocation = { line: 1, column: 1 }
  if (text.length > MAX_CELL_CHARACTERS)
    throw syntaxError(where, start, 'The file is too long for a cell.', {
      expected: `at most ${MAX_CELL_CHARACTERS} characters`,
      found: `${text.length}`,
    })
  const equations: Equation[] = []
  const declarations: Declaration[] = []
  const initialRules: CellSyntax['initialRules'][number][] = []
  const constants: Record<string, number> = {}
  const constantPlaces: NamedPlace[] = []
  const frozen: NamedPlace[] = []
  let name: string | null = null
  let source = ''
  const outputs: NamedPlace[] = []
  for (const line of logicalLines(text)) {
    const sourceLine = SOURCE_LINE.exec(line.text)
    if (sourceLine) {
      source = sourceLine[1]!.trim()
      continue
    }
    const nameLine = NAME_LINE.exec(line.text)
    if (nameLine) {
      name = nameLine[1]!.trim()
      if (!/^[a-z][a-z0-9-]{0,39}$/.test(name))
        throw syntaxError(where, { line: line.line, column: 1 }, 'This cannot be the name of a cell.', {
          expected: 'lower-case letters, digits and hyphens, at most 40',
          found: `\`${name}\``,
        })
      continue
    }
    const parser = new LineParser(tokenizeLine(line.text, line.line, where), where)
    const first = parser.next
    const second = parser.peek(1)
    const isWord = second?.kind === 'name'
    if ((first.text === 'constant' || first.text === 'const') && isWord) {
      const place = parseConstant(parser, constants)
      constantPlaces.push(place)
    } else if (first.text === 'fixed' && isWord) frozen.push(...parseFrozen(parser))
    else if (first.text === 'output' && isWord) {
      if (outputs.length > 0)
        parser.fail('The output is named already.', 'one line for all outputs', 'Write `output h, c`.')
      outputs.push(...parseOutputs(parser))
    } else if (first.text === 'init' && isWord) initialRules.push(parseInitialRule(parser, constants))
    else if (first.kind === 'name' && second?.text === ':') declarations.push(parseDeclaration(parser))
    else equations.push(parseEquation(parser, line.text))
  }
  if (equations.length === 0)
    throw syntaxError(where, start, 'The cell has no equation.', {
      expected: "at least one equation with a primed name, such as `h' = tanh(W x + U h + b)`",
      found: 'none',
    })
  return {
    name,
    source,
    ...takeStarts(equations, where),
    declarations,
    initialRules,
    constants,
    constantPlaces,
    frozen,
    outputs,
  }
}

function parseConstant(parser: LineParser, constants: Record<string, number>): NamedPlace {
  parser.take()
  const symbol = parser.take()
  if (symbol.text === 'x' || symbol.text.endsWith("'") || Object.hasOwn(NOTATION_FUNCTIONS, symbol.text))
    parser.fail('This cannot be the name of a constant.', 'another name', undefined, symbol)
  if (Object.hasOwn(constants, symbol.text))
    parser.fail('This constant has a value already.', 'one value', 'Keep one of them.', symbol)
  parser.expectSign('=', 'A constant is given its value with `=`.')
  constants[symbol.text] = parser.number('The value of a constant is a number.')
  parser.expectEnd('A constant is one number.')
  return { name: symbol.text, at: symbol.at }
}

function parseFrozen(parser: LineParser): NamedPlace[] {
  parser.take()
  const places: NamedPlace[] = []
  do {
    const symbol = parser.expectName('`fixed` names parameters.', 'a parameter, as in `fixed W, U`')
    places.push({ name: symbol.text, at: symbol.at })
  } while (parser.takes(','))
  parser.expectEnd('`fixed` names parameters, with commas between them.')
  return places
}

function parseOutputs(parser: LineParser): NamedPlace[] {
  parser.take()
  const places: NamedPlace[] = []
  do {
    const state = parser.expectName('`output` names states.', 'a state, as in `output h, c`')
    places.push({ name: state.text.replace(/'$/, ''), at: state.at })
  } while (parser.takes(','))
  parser.expectEnd('`output` names states, with commas between them.')
  return places
}

function parseEquation(parser: LineParser, text: string): Equation {
  const target = parser.expectName(
    'A line starts with the name that it defines.',
    "a name, as in `f = ...` or `h' = ...`",
  )
  if (Object.hasOwn(NOTATION_FUNCTIONS, target.text))
    parser.fail('A function cannot be defined.', 'another name', undefined, target)
  if (isMatrixName(target.text))
    parser.fail(
      'A name that starts with a capital is a matrix and cannot be defined.',
      'a lower-case name',
      undefined,
      target,
    )
  parser.expectSign('=', 'An equation has `=` after its name.', 'Only one name stands on the left.')
  const value = parser.expression()
  parser.expectEnd('The expression ends here, but the line goes on.')
  return { target: target.text, value, text: text.trim().replace(/\s*\n\s*/g, ' '), at: target.at }
}

function parseDeclaration(parser: LineParser): Declaration {
  const symbol = parser.take()
  parser.take()
  const dims: ('I' | 'H')[] = []
  const dim = (): void => {
    const token = parser.next
    if (token.text !== 'I' && token.text !== 'H')
      parser.fail(
        'A declaration names dimensions.',
        '`H` (hidden units) or `I` (inputs)',
        'A vector is declared as `w: H`, a matrix as `U: H x I` (out x in), one learned number as `g: 1`.',
      )
    parser.take()
    dims.push(token.text as 'I' | 'H')
  }
  if (parser.next.text === '1') parser.take()
  else {
    dim()
    if (parser.next.text === 'x') {
      parser.take()
      dim()
    }
  }
  parser.expectEnd('A declaration names one or two dimensions.')
  if (isMatrixName(symbol.text) !== (dims.length === 2))
    parser.fail(
      `\`${symbol.text}\` is a ${isMatrixName(symbol.text) ? 'matrix' : 'vector'}.`,
      isMatrixName(symbol.text) ? 'two dimensions, as in `U: H x I`' : 'one dimension, as in `w: H`',
      undefined,
      symbol,
    )
  return { symbol: symbol.text, dims, at: symbol.at }
}

function parseInitialRule(
  parser: LineParser,
  constants: Readonly<Record<string, number>>,
): CellSyntax['initialRules'][number] {
  const at = parser.take().at
  const symbols: string[] = []
  do symbols.push(parser.expectName('`init` names parameters.', 'a parameter').text)
  while (parser.takes(','))
  parser.expectSign(':', '`init` names parameters, a colon and a rule.', 'For example `init U_h: orthogonal`.')
  const rule = parser.expectName('A rule is missing.', `one of ${INITIAL_RULES.join(', ')}`)
  if (!(INITIAL_RULES as readonly string[]).includes(rule.text))
    parser.fail('There is no rule of this name.', `one of ${INITIAL_RULES.join(', ')}`, undefined, rule)
  const args: (number | { constant: string })[] = []
  if (parser.takes('(')) {
    do {
      if (parser.next.kind === 'name') {
        const token = parser.take()
        if (!Object.hasOwn(constants, token.text))
          parser.fail(
            'There is no constant of this name.',
            `a number or a constant (${Object.keys(constants).join(', ') || 'none is defined'})`,
            `Define it before: \`constant ${token.text} = 600\`.`,
            token,
          )
        args.push({ constant: token.text })
      } else args.push(parser.number('A rule takes numbers or constants.'))
    } while (parser.takes(','))
    parser.expectSign(')', 'The parenthesis of the rule is not closed.')
  }
  parser.expectEnd('A rule ends the line.')
  const name = rule.text as InitialRuleName
  const [fewest, most] = {
    xavier: [0, 0],
    orthogonal: [0, 0],
    identity: [0, 0],
    zeros: [0, 0],
    ones: [0, 0],
    uniform: [0, 2],
    normal: [0, 1],
    constant: [1, 1],
    chrono: [1, 1],
  }[name] as [number, number]
  if (args.length < fewest || args.length > most)
    parser.fail(
      `The rule \`${name}\` has the wrong number of arguments.`,
      fewest === most ? `${fewest}` : `${fewest} to ${most}`,
      undefined,
      rule,
    )
  if (name === 'chrono' && symbols.length > 2)
    parser.fail(
      '`chrono` fills a forget bias, and the input bias with it.',
      'one name or two, as in `init b_f, b_i: chrono(600)`',
      undefined,
      rule,
    )
  return { symbols, rule: name, args, at }
}
