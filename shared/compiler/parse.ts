/**
 * Pass 1: text -> syntax tree. One statement a line: `cell NAME`, `source TEXT`, `constant NAME = NUMBER`,
 * `SYMBOL: H x I` (a declaration), `init A, B: rule(args)`, `fixed A, B`, `output H, C`, equations `name = expression`, and
 * starts `h0 = h_init`. Expressions are left to line-parser.ts. Knows nothing of shapes.
 */
import type { SourceLocation } from '../errors/errors.ts'
import {
  INITIAL_RULES,
  type CellSyntax,
  type Declaration,
  type Equation,
  type InitialRuleName,
  type NamedPlace,
} from './ast.ts'
import { NOTATION_FUNCTIONS } from './functions.ts'
import { isMatrixName, LineParser } from './line-parser.ts'
import { takeStarts } from './starts.ts'
import { MAX_CELL_CHARACTERS, SOURCE_LINE, logicalLines, syntaxError, tokenizeLine } from './tokenize.ts'

const NAME_LINE = /^\s*cell\s+(?![=:])(.*)$/s
const NAME_LINE_IN_TEXT = /^[ \t]*cell[ \t]+(?![=:])([^#\r\n]*)/m

/** The name of a cell file's `cell` line, whatever else the text holds; null without one. */
export function nameInText(text: string): string | null {
  return NAME_LINE_IN_TEXT.exec(text)?.[1]!.trim() ?? null
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
