/**
 * Pass 2: names. A name that nothing defines is a learned vector only where every reader takes it for one: as a bias (`W x + b`) or as a
 * gain (`w * h`, `g * (U h)`). Anywhere else it is a mistake, told with the name that was probably meant; a declaration says that it is
 * none. Cells of runs that are recorded were trained before this pass was made and are not asked. Leaves shapes to check.ts.
 */
import { LabError, type SourceLocation } from '../errors/errors.ts'
import { nearestNames } from '../errors/nearest-names.ts'
import { operatorChain, type BinaryOperator, type CellSyntax, type Expression } from './ast.ts'
import { NOTATION_FUNCTIONS } from './functions.ts'
import { describePlace } from './tokenize.ts'

/** How a name is written that is meant for another step's value: `h_prev`, `x_t`. */
const TIME_SUFFIX = /^(.+?)_?(?:prev|previous|old|last|tm1|t1|t|now|cur|current|new|next)$/

type NameExpression = Extract<Expression, { kind: 'name' }>

/** What an expression is to the names beside it. */
interface Reading {
  /** Depends on the input or a state. */
  readonly isSignal: boolean
  /** A signal that no function has bent: a state, the input, a product of a matrix, sums and multiples of such. */
  readonly isLinear: boolean
  /** Names that are parameters if what they are joined to makes them biases or gains. */
  readonly open: readonly NameExpression[]
  /** One open name and nothing else: what may be a gain. */
  readonly isName: boolean
}

const QUIET: Reading = { isSignal: false, isLinear: false, open: [], isName: false }
const LINEAR: Reading = { isSignal: true, isLinear: true, open: [], isName: false }

/** @throws LabError `cell-name` at the first name that is neither known nor stands where a bias or gain does */
export function checkNames(syntax: CellSyntax, where: string): void {
  const states = syntax.equations.filter(({ target }) => target.endsWith("'")).map(({ target }) => target.slice(0, -1))
  const targets = new Set(syntax.equations.map(({ target }) => target))
  const declared = new Set([...syntax.declarations, ...syntax.starts].map(({ symbol }) => symbol))
  const known = ['x', ...states, ...targets, ...Object.keys(syntax.constants), ...declared]
  const isTimed = new Set(['x', ...states])
  const defined = new Map<string, Reading>([['x', LINEAR], ...states.map((state) => [state, LINEAR] as const)])
  const usedConstants = new Set(
    syntax.initialRules.flatMap(({ args }) => args.flatMap((arg) => (typeof arg === 'number' ? [] : [arg.constant]))),
  )

  const fail = ({ name, at }: NameExpression): never => {
    const [, stem = ''] = TIME_SUFFIX.exec(name) ?? []
    const [nearest] = isTimed.has(stem) ? [stem] : nearestNames(name, known, 1)
    const declare = `\`constant ${name} = 0.1\`, \`${name}: 1\` for one learned number, \`${name}: H\` for a learned vector`
    throw nameError(where, at, `\`${name}\` is not known here.`, {
      expected:
        'the input, a state, a name that an equation or a declaration defines, or a bias or gain in its usual place',
      found: `\`${name}\``,
      remedy:
        nearest === undefined
          ? `Declare it in a line of its own: ${declare}.`
          : `Did you mean \`${nearest}\`${stem === nearest ? explainTime(nearest) : ''}? Or declare it: ${declare}.`,
    })
  }

  const readName = (expression: NameExpression): Reading => {
    const { name } = expression
    if (Object.hasOwn(syntax.constants, name)) usedConstants.add(name)
    const reading = defined.get(name)
    if (reading !== undefined) return reading
    // What is used before its equation, or primed without one, is told by the shapes' pass.
    if (targets.has(name) || declared.has(name) || Object.hasOwn(syntax.constants, name) || name.endsWith("'"))
      return QUIET
    const [, stem = ''] = TIME_SUFFIX.exec(name) ?? []
    if (isTimed.has(stem)) fail(expression)
    return { ...QUIET, open: [expression], isName: true }
  }

  const refuseOpen = ({ open }: Reading): void => {
    if (open.length > 0) fail(open[0]!)
  }

  const read = (expression: Expression): Reading => {
    switch (expression.kind) {
      case 'number':
        return QUIET
      case 'name':
        return readName(expression)
      case 'negate':
        return read(expression.operand)
      case 'power': {
        const base = read(expression.base)
        refuseOpen(base)
        return { ...base, isLinear: false }
      }
      case 'call': {
        const args = expression.args.map(read)
        args.forEach(refuseOpen)
        const isSignal = args.some((arg) => arg.isSignal)
        // Means and sums are linear in their argument.
        const isLinear =
          NOTATION_FUNCTIONS[expression.callee]!.isOverUnits === true && args.every((arg) => arg.isLinear)
        return { ...QUIET, isSignal, isLinear }
      }
      case 'matrix': {
        const operand = read(expression.operand)
        refuseOpen(operand)
        return operand.isSignal ? LINEAR : QUIET
      }
      case 'binary': {
        const { first, links } = operatorChain(expression)
        let group = new Group(null, read(first))
        for (const { operator, right } of links) {
          if (group.isOther(operator)) group = new Group(operator, group.close(fail))
          group.add(operator, read(right))
        }
        return group.close(fail)
      }
    }
  }

  for (const { target, value } of syntax.equations) {
    const reading = read(value)
    refuseOpen(reading)
    // A state is one, however its new value came about: peepholes are gains of it.
    defined.set(target, target.endsWith("'") ? LINEAR : reading)
  }
  for (const { name, at } of syntax.constantPlaces)
    if (!usedConstants.has(name))
      throw nameError(where, at, `The constant \`${name}\` is never used.`, {
        remedy: 'Use it or remove it; mind its spelling.',
      })
}

/** Neighbours of one operator chain that are added, or multiplied and divided. */
class Group {
  readonly #isSum: boolean | null
  readonly #parts: Reading[]
  readonly #divisors: Reading[] = []

  constructor(operator: BinaryOperator | null, first: Reading) {
    this.#isSum = operator === null ? null : isSumOperator(operator)
    this.#parts = [first]
  }

  /** Whether this operator ends the group: a sum where products stand, or the other way round. */
  isOther(operator: BinaryOperator): boolean {
    return this.#isSum !== isSumOperator(operator)
  }

  add(operator: BinaryOperator, reading: Reading): void {
    if (operator === '/') this.#divisors.push(reading)
    else this.#parts.push(reading)
  }

  close(fail: (name: NameExpression) => never): Reading {
    if (this.#isSum === null) return this.#parts[0]!
    return this.#isSum ? closeSum(this.#parts) : closeProduct(this.#parts, this.#divisors, fail)
  }
}

const isSumOperator = (operator: BinaryOperator): boolean => operator === '+' || operator === '-'

/** A name that is added to a signal is a bias. */
function closeSum(terms: readonly Reading[]): Reading {
  const signals = terms.filter(({ isSignal }) => isSignal)
  const isSignal = signals.length > 0
  return {
    isSignal,
    isLinear: isSignal && signals.every(({ isLinear }) => isLinear),
    open: isSignal ? [] : terms.flatMap(({ open }) => open),
    isName: false,
  }
}

/** A name that multiplies a linear signal is a gain; multiplied by numbers alone, it may still be a bias. */
function closeProduct(
  factors: readonly Reading[],
  divisors: readonly Reading[],
  fail: (name: NameExpression) => never,
): Reading {
  for (const { open } of divisors) if (open.length > 0) fail(open[0]!)
  const isSignal = [...factors, ...divisors].some((reading) => reading.isSignal)
  const isLinear = factors.some((factor) => factor.isLinear)
  const open = factors.flatMap((factor) => factor.open)
  for (const factor of factors)
    if (factor.open.length > 0 && (isSignal || open.length > 1) && !(isLinear && factor.isName)) fail(factor.open[0]!)
  return { isSignal, isLinear, open: isLinear ? [] : open, isName: false }
}

const explainTime = (name: string): string =>
  name === 'x' ? ', the input of the step' : ', which is the state before the step'

function nameError(
  where: string,
  at: SourceLocation,
  message: string,
  detail: { expected?: string; found?: string; remedy?: string },
): LabError {
  return new LabError('cell-name', message, { ...detail, where: describePlace(where, at), location: at })
}
