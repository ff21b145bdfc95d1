/**
 * A cell's equations as LaTeX, from the syntax tree, in the paper's notation: new states and everything computed on the way stand at t, old
 * states at t - 1, σ is the sigmoid, ⊙ the elementwise product.
 */
import {
  operatorChain,
  type BinaryExpression,
  type BinaryOperator,
  type CellSyntax,
  type Expression,
  type MatrixTerm,
} from './ast.ts'
import { isMatrixName } from './line-parser.ts'

/** How tightly an operator binds; what binds less needs parentheses inside what binds more. */
const BINDING: Readonly<Record<BinaryOperator, number>> = { '+': 1, '-': 1, '*': 2, '/': 2 }
const SUM = 1
const PRODUCT = 2
const PRODUCT_OF_MATRIX = 3
const ATOM = 4

const FUNCTIONS: Readonly<Record<string, string>> = {
  sigmoid: '\\sigma',
  tanh: '\\tanh',
  exp: '\\exp',
  log: '\\log',
  sin: '\\sin',
  cos: '\\cos',
  min: '\\min',
  max: '\\max',
}

/** @returns one formula a line: where states begin, then the equations in their order */
export function cellToLatex({ starts, equations }: CellSyntax): string[] {
  const states = new Set(
    equations.filter(({ target }) => target.endsWith("'")).map(({ target }) => target.slice(0, -1)),
  )
  const computed = new Set(equations.map(({ target }) => target))
  const names: NameWriter = (name) => {
    if (states.has(name)) return symbol(name, 't-1')
    if (name === 'x' || computed.has(name)) return symbol(name.replace(/'$/, ''), 't')
    return symbol(name, null)
  }
  return [
    ...starts.map((start) => `${symbol(start.state, '0')} = ${names(start.symbol)}`),
    ...equations.map(({ target, value }) => `${names(target)} = ${write(value, names).text}`),
  ]
}

type NameWriter = (name: string) => string

/** `h~` is \tilde{h}, `b_r` b_{r}, `W_r` the same upright and bold as a matrix. */
function symbol(name: string, time: string | null): string {
  const [, stem, tilde, index] = /^([A-Za-z]+\d*)(~?)(?:_(.+))?$/.exec(name) ?? [name, name, '', undefined]
  const letters = stem!.length > 1 ? `\\mathrm{${stem}}` : stem!
  const base = isMatrixName(name) ? `\\mathbf{${stem}}` : tilde ? `\\tilde{${letters}}` : letters
  const below = [index?.replaceAll('_', '\\_'), time].filter((part) => part !== undefined && part !== null).join(',')
  return below === '' ? base : `${base}_{${below}}`
}

interface Written {
  readonly text: string
  readonly binding: number
  /** Fractions above one another at the start of the text; none where it is left out. */
  readonly stackedFractions?: number
}

/** A longer chain of divisions goes on with a slash: nobody reads a higher tower, and what typesets it climbs it with its stack. */
const MOST_STACKED_FRACTIONS = 8

function write(expression: Expression, names: NameWriter): Written {
  switch (expression.kind) {
    case 'number':
      return { text: String(expression.value), binding: ATOM }
    case 'name':
      return { text: names(expression.name), binding: ATOM }
    case 'negate':
      return { text: `-${within(write(expression.operand, names), PRODUCT)}`, binding: SUM }
    case 'power':
      return {
        text: `${within(write(expression.base, names), ATOM)}^{${expression.exponent}}`,
        binding: PRODUCT_OF_MATRIX,
      }
    case 'call': {
      const args = expression.args.map((arg) => write(arg, names).text)
      const { callee } = expression
      if (callee === 'sqrt') return { text: `\\sqrt{${args[0]}}`, binding: ATOM }
      if (callee === 'abs') return { text: `\\left|${args[0]}\\right|`, binding: ATOM }
      const known = FUNCTIONS[callee] ?? `\\operatorname{${callee.replaceAll('_', '\\_')}}`
      return { text: `${known}\\left(${args.join(', ')}\\right)`, binding: ATOM }
    }
    case 'matrix':
      return {
        text: `${writeMatrices(expression.terms)}\\,${within(write(expression.operand, names), ATOM)}`,
        binding: PRODUCT_OF_MATRIX,
      }
    case 'binary': {
      const { first, links } = operatorChain(expression)
      return links.reduce((left, link) => writeLink(left, link, write(link.right, names)), write(first, names))
    }
  }
}

/** One matrix, or several in parentheses. */
function writeMatrices(terms: readonly MatrixTerm[]): string {
  const sum = terms
    .map(({ matrix, sign }, index) => {
      const before = index > 0 ? ` ${sign} ` : sign === '-' ? '-' : ''
      return `${before}${symbol(matrix.symbol, null)}${matrix.isTransposed ? '^{\\top}' : ''}`
    })
    .join('')
  return terms.length === 1 && terms[0]!.sign === '+' ? sum : `\\left(${sum}\\right)`
}

const within = ({ text, binding }: Written, least: number): string =>
  binding < least ? `\\left(${text}\\right)` : text

function writeLink(
  left: Written,
  { operator, left: leftSide, right: rightSide }: BinaryExpression,
  right: Written,
): Written {
  const { stackedFractions = 0 } = left
  const binding = BINDING[operator]
  if (operator === '/' && stackedFractions < MOST_STACKED_FRACTIONS)
    return { text: `\\frac{${left.text}}{${right.text}}`, binding: ATOM, stackedFractions: stackedFractions + 1 }
  // a - (b - c): what follows a minus, or a slash, must bind more.
  const rightLeast = operator === '-' || operator === '/' ? binding + 1 : binding
  const isScaling = operator === '*' && (leftSide.kind === 'number' || rightSide.kind === 'number')
  const sign = operator === '*' ? (isScaling ? '\\,' : ' \\odot ') : ` ${operator} `
  return { text: `${within(left, binding)}${sign}${within(right, rightLeast)}`, binding, stackedFractions }
}
