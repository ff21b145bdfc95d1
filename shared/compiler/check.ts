/**
 * Pass 3: shapes. Finds out which names are states, temporaries, vectors and matrices, and gives every
 * parameter its dimensions by unification; what stays free is [H]. Leaves a table that lower.ts reads.
 */
import { LabError, type SourceLocation } from '../errors/errors.ts'
import { namesIn, operatorChain, type CellSyntax, type Expression, type MatrixTerm } from './ast.ts'
import { NOTATION_FUNCTIONS } from './functions.ts'
import { matrixText, type VectorDim } from './ir.ts'
import { isMatrixName } from './line-parser.ts'
import { describePlace } from './tokenize.ts'

export interface CheckedCell {
  readonly syntax: CellSyntax
  /** Names of the states without their prime: the outputs in their order, then the others in that of their equations. */
  readonly states: readonly string[]
  /** How many of the states are outputs. */
  readonly outputCount: number
  /** [H] or [I] of every vector of parameters, in order of appearance. */
  readonly vectors: ReadonlyMap<string, VectorDim>
  /** Parameters that are one number, which goes with vectors of any dimension. */
  readonly scalars: ReadonlySet<string>
  /** [out, in] of every matrix, in order of appearance. */
  readonly matrices: ReadonlyMap<string, readonly [VectorDim, VectorDim]>
  /** All parameters in order of appearance. */
  readonly parameterOrder: readonly string[]
}

/** More than any cell in the literature has by far, and fewer than the random streams that a network's parameters share. */
const MAX_PARAMETERS = 1000

/** A dimension that is known, free (a variable), or that of a plain number. */
interface DimVariable {
  known: VectorDim | null
  link: DimVariable | null
  /** How [I] came to what was free: the part of an expression that has it from `x`, and where it was joined. */
  spread: { readonly part: Expression; readonly within: Expression } | null
}
type Shape = DimVariable | 'number'

/** Links are shortened on the way, so that long rows of equal dimensions are not walked again and again. */
function resolve(variable: DimVariable): DimVariable {
  let root = variable
  while (root.link) root = root.link
  for (let at = variable; at.link;) {
    const next = at.link
    at.link = root
    at = next
  }
  return root
}

/** Longer expressions are cut in messages. */
const MOST_QUOTED_CHARACTERS = 120

/** An expression as the user would write it, in backquotes, for messages. */
function quote(expression: Expression): string {
  const text = expressionText(expression)
  return text.length > MOST_QUOTED_CHARACTERS ? `\`${text.slice(0, MOST_QUOTED_CHARACTERS)}…\`` : `\`${text}\``
}

function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value)
    case 'name':
      return expression.name
    case 'negate':
      return `-${wrap(expression.operand)}`
    case 'binary': {
      const { first, links } = operatorChain(expression)
      return links.reduce(
        (text, { operator, right }, index) => `${index === 0 ? text : `(${text})`} ${operator} ${wrap(right)}`,
        wrap(first),
      )
    }
    case 'power':
      return `${wrap(expression.base)}^${expression.exponent}`
    case 'call':
      return `${expression.callee}(${expression.args.map(expressionText).join(', ')})`
    case 'matrix':
      return `${termsText(expression.terms)} ${wrap(expression.operand)}`
  }
}

function termsText(terms: readonly MatrixTerm[]): string {
  const [first, ...others] = terms
  const start = `${first!.sign === '-' ? '-' : ''}${matrixText(first!.matrix)}`
  const text = others.reduce((sum, { matrix, sign }) => `${sum} ${sign} ${matrixText(matrix)}`, start)
  return terms.length === 1 && first!.sign === '+' ? text : `(${text})`
}

function wrap(expression: Expression): string {
  const text = expressionText(expression)
  return expression.kind === 'binary' || expression.kind === 'negate' ? `(${text})` : text
}

const shapeText = (shape: Shape): string => (shape === 'number' ? 'a number' : `[${resolve(shape).known ?? 'H'}]`)

/** @throws LabError `cell-shape` */
export function checkCell(syntax: CellSyntax, where: string): CheckedCell {
  const fail = (
    at: SourceLocation,
    message: string,
    detail: { expected?: string; found?: string; remedy?: string },
  ): never => {
    throw new LabError('cell-shape', message, { ...detail, where: describePlace(where, at), location: at })
  }
  const free = (): DimVariable => ({ known: null, link: null, spread: null })
  const fixed = (known: VectorDim): DimVariable => ({ known, link: null, spread: null })
  const states = syntax.equations.filter(({ target }) => target.endsWith("'")).map(({ target }) => target.slice(0, -1))
  const stateNames = new Set(states)
  if (states.length === 0)
    fail(syntax.equations[0]!.at, 'The cell has no state.', {
      expected: 'an equation whose name is primed',
      found: 'none',
      remedy: "Write the new state as `h' = ...`.",
    })
  const defined = new Map<string, Shape>()
  const vectors = new Map<string, DimVariable>()
  const scalars = new Set<string>()
  const matrices = new Map<string, readonly [DimVariable, DimVariable]>()
  const parameterOrder = new Set<string>()
  const use = (symbol: string, at: SourceLocation): void => {
    if (parameterOrder.add(symbol).size > MAX_PARAMETERS)
      fail(at, 'The cell has too many parameters.', {
        expected: `at most ${MAX_PARAMETERS} matrices and vectors`,
        found: `\`${symbol}\` as one more`,
        remedy: 'Join vectors that are used alike.',
      })
  }
  const temporaries = new Set(syntax.equations.map(({ target }) => target))

  for (const { symbol, dims, at } of syntax.declarations) {
    if (vectors.has(symbol) || matrices.has(symbol) || scalars.has(symbol))
      fail(at, `\`${symbol}\` is declared twice.`, { remedy: 'Keep one of the declarations.' })
    if (symbol === 'x' || stateNames.has(symbol) || temporaries.has(symbol))
      fail(at, `\`${symbol}\` is not a parameter.`, {
        expected: 'a parameter',
        found: symbol === 'x' ? 'the input' : 'a name that an equation defines',
        remedy: 'Remove the declaration.',
      })
    if (Object.hasOwn(syntax.constants, symbol))
      fail(at, `\`${symbol}\` is a constant.`, { remedy: 'Keep its declaration, or its value as a constant.' })
    if (dims.length === 2) matrices.set(symbol, [fixed(dims[0]!), fixed(dims[1]!)])
    else if (dims.length === 1) vectors.set(symbol, fixed(dims[0]!))
    else scalars.add(symbol)
  }
  const declaredSymbols = new Set([...vectors.keys(), ...matrices.keys(), ...scalars])

  /** What is wrong where [I] and [H] meet is seldom where they meet, but where `x` came among the units. */
  const failWhereInputSpread = (...shapes: readonly DimVariable[]): void => {
    const spread = shapes.map((shape) => resolve(shape).spread).find((found) => found !== null)
    if (!spread) return
    fail(spread.part.at, `${quote(spread.within)} joins different dimensions.`, {
      expected: '[H]',
      found: `${quote(spread.part)} [I]`,
      remedy: `Bring it to [H] by a matrix, as in \`W ${wrap(spread.part)}\`.`,
    })
  }

  /** Makes two shapes one; false if they are different dimensions. */
  const unify = (a: DimVariable, b: DimVariable): boolean => {
    const first = resolve(a)
    const second = resolve(b)
    if (first === second) return true
    if (first.known !== null && second.known !== null) return first.known === second.known
    if (first.known === null) first.link = second
    else second.link = first
    return true
  }

  const infer = (expression: Expression): Shape => {
    switch (expression.kind) {
      case 'number':
        return 'number'
      case 'name':
        return inferName(expression)
      case 'negate':
        return infer(expression.operand)
      case 'power':
        return infer(expression.base)
      case 'binary': {
        const { first, links } = operatorChain(expression)
        return links.reduce(
          (shape, link) => combine(link, [{ arg: link.left, shape }, inferred(link.right)]),
          infer(first),
        )
      }
      case 'call':
        return NOTATION_FUNCTIONS[expression.callee]!.isOverUnits
          ? inferOverUnits(expression)
          : combine(expression, expression.args.map(inferred))
      case 'matrix': {
        const operand = infer(expression.operand)
        if (operand === 'number')
          return fail(
            expression.at,
            `The matrix \`${matrixText(expression.terms[0]!.matrix)}\` is applied to a number.`,
            {
              expected: 'a vector',
              found: quote(expression.operand),
              remedy: 'A name that starts with a capital is a matrix; start a vector with a lower-case letter.',
            },
          )
        const [first, ...others] = expression.terms.map((term) => applyMatrix(expression, term, operand))
        for (const [index, result] of others.entries())
          if (!unify(first!, result)) {
            const { matrix, at } = expression.terms[index + 1]!
            fail(at, `${quote(expression)} adds products of different dimensions.`, {
              expected: shapeText(first!),
              found: `\`${matrixText(matrix)}\` that yields ${shapeText(result)}`,
              remedy: 'Use matrices of the same dimensions; a matrix beside its own transpose is H x H.',
            })
          }
        return first!
      }
    }
  }

  /** `mean(v)` and `sum(v)`. */
  const inferOverUnits = ({ callee, args, at }: Extract<Expression, { kind: 'call' }>): Shape => {
    if (infer(args[0]!) === 'number')
      fail(at, `\`${callee}\` goes over the units of a vector.`, {
        expected: 'a vector',
        found: `${quote(args[0]!)}, one number`,
        remedy: `Leave \`${callee}\` out.`,
      })
    return 'number'
  }

  /** The dimension that the product of one matrix yields. */
  const applyMatrix = (
    expression: Extract<Expression, { kind: 'matrix' }>,
    { matrix, at }: MatrixTerm,
    operand: DimVariable,
  ): DimVariable => {
    const { symbol, isTransposed } = matrix
    let dims = matrices.get(symbol)
    if (!dims) matrices.set(symbol, (dims = [free(), free()]))
    use(symbol, at)
    const [yields, reads] = isTransposed ? [dims[1], dims[0]] : dims
    if (!unify(reads, operand)) {
      failWhereInputSpread(reads, operand)
      fail(at, `${quote(expression)}: the matrix reads ${shapeText(reads)}.`, {
        expected: `${shapeText(reads)} after \`${matrixText(matrix)}\``,
        found: `${quote(expression.operand)} ${shapeText(operand)}`,
        remedy: 'Use another matrix here, or declare its dimensions.',
      })
    }
    return yields
  }

  const inferName = ({ name, at }: Extract<Expression, { kind: 'name' }>): Shape => {
    if (name === 'x') return fixed('I')
    const shape = defined.get(name)
    if (shape !== undefined) return shape
    if (stateNames.has(name)) return fixed('H')
    if (Object.hasOwn(syntax.constants, name)) return 'number'
    if (scalars.has(name)) {
      use(name, at)
      return 'number'
    }
    if (temporaries.has(name))
      return fail(at, `\`${name}\` is used before it is defined.`, {
        expected: 'an equation for it above this line',
        found: 'it below',
        remedy: name.endsWith("'")
          ? `Write \`${name.slice(0, -1)}\` for the state before the step, or move the equation.`
          : 'Move its equation up.',
      })
    if (name.endsWith("'"))
      return fail(at, `\`${name}\` is not defined.`, {
        expected: `an equation \`${name} = ...\``,
        found: 'none',
        remedy: 'Define the new state, or remove the prime.',
      })
    if (isMatrixName(name))
      return fail(at, `The matrix \`${name}\` stands alone.`, {
        expected: 'a vector after it',
        found: 'nothing',
        remedy: 'Write what it applies to after it.',
      })
    let dim = vectors.get(name)
    if (!dim) vectors.set(name, (dim = free()))
    use(name, at)
    return dim
  }

  const inferred = (arg: Expression): { arg: Expression; shape: Shape } => ({ arg, shape: infer(arg) })

  /** As `unify`, for the sides of an operator; remembers where a free side became [I]. */
  const join = (
    a: DimVariable,
    b: DimVariable,
    { expression, left, right }: { expression: Expression; left: Expression; right: Expression },
  ): boolean => {
    const [first, second] = [resolve(a), resolve(b)]
    if (first.known === null && second.known === 'I') second.spread ??= { part: right, within: expression }
    if (second.known === null && first.known === 'I') first.spread ??= { part: left, within: expression }
    return unify(a, b)
  }

  const combine = (expression: Expression, args: readonly { arg: Expression; shape: Shape }[]): Shape => {
    let shape: Shape = 'number'
    let shapedBy: Expression | null = null
    for (const { arg, shape: next } of args) {
      if (next === 'number') continue
      if (shape === 'number') {
        shape = next
        shapedBy = arg
      } else if (!join(shape, next, { expression, left: shapedBy!, right: arg })) {
        // Blame the side that is a parameter: its declaration is what can be changed.
        const blamed = shapedBy!.kind === 'name' && vectors.has(shapedBy!.name) ? shapedBy! : arg
        const [needed, found] = blamed === arg ? [shape, next] : [next, shape]
        const isParameter = blamed.kind === 'name' && vectors.has(blamed.name)
        if (!isParameter) failWhereInputSpread(shape, next)
        fail(blamed.at, `${quote(expression)} joins different dimensions.`, {
          expected: shapeText(needed),
          found: `${quote(blamed)} ${shapeText(found)}`,
          remedy: isParameter
            ? `Declare \`${blamed.name}: ${resolve(needed).known ?? 'H'}\`.`
            : `Bring it to ${shapeText(needed)} by a matrix, as in \`W (${expressionText(blamed)})\`.`,
        })
      }
    }
    return shape
  }

  for (const { target, value, at } of syntax.equations) {
    if (target === 'x') fail(at, '`x` is the input and cannot be defined.', { remedy: 'Choose another name.' })
    if (defined.has(target)) fail(at, `\`${target}\` is defined twice.`, { remedy: 'Rename one of them.' })
    if (!target.endsWith("'") && stateNames.has(target))
      fail(at, `\`${target}\` is a state before the step and cannot be defined.`, {
        remedy: `Write \`${target}' = ...\` for its new value, or choose another name.`,
      })
    if (declaredSymbols.has(target) || vectors.has(target))
      fail(at, `\`${target}\` is already used as a parameter above.`, {
        remedy: 'Move this equation up, or rename one of them.',
      })
    if (Object.hasOwn(syntax.constants, target))
      fail(at, `\`${target}\` is a constant.`, { remedy: 'Rename one of them.' })
    const shape = infer(value)
    if (target.endsWith("'")) {
      if (shape === 'number')
        fail(at, `The state \`${target.slice(0, -1)}\` would be a plain number.`, {
          expected: '[H]',
          found: quote(value),
        })
      else if (!unify(shape, fixed('H'))) {
        failWhereInputSpread(shape)
        fail(at, `The state \`${target.slice(0, -1)}\` has the wrong dimension.`, {
          expected: '[H]',
          found: `${quote(value)} ${shapeText(shape)}`,
          remedy: 'Bring it to [H] by a matrix, as in `W x`.',
        })
      }
    }
    defined.set(target, shape)
  }
  const begun = new Set<string>()
  for (const { state, symbol, at } of syntax.starts) {
    if (begun.has(state)) fail(at, `\`${state}0\` is defined twice.`, { remedy: 'Keep one of the two.' })
    begun.add(state)
    const isParameter =
      symbol !== 'x' &&
      !stateNames.has(symbol) &&
      !temporaries.has(symbol) &&
      !scalars.has(symbol) &&
      !Object.hasOwn(syntax.constants, symbol)
    const dim = vectors.get(symbol) ?? free()
    if (isParameter) {
      vectors.set(symbol, dim)
      use(symbol, at)
    }
    if (!isParameter || !unify(dim, fixed('H')))
      fail(at, `\`${state}0\` is where the state \`${state}\` begins: at a learned vector.`, {
        expected: 'a parameter [H]',
        found: `\`${symbol}\``,
        remedy: `Choose a name of its own, as in \`${state}0 = ${state}_init\`.`,
      })
  }
  for (const { symbol, at } of syntax.declarations)
    if (!parameterOrder.has(symbol))
      fail(at, `\`${symbol}\` is declared but never used.`, { remedy: 'Use it or remove the declaration.' })
  const used = new Set(syntax.equations.flatMap(({ value }) => [...namesIn(value)]))
  for (const { name, at } of syntax.frozen)
    if (!parameterOrder.has(name))
      fail(at, `\`${name}\` is not a parameter of this cell.`, {
        expected: `one of ${[...parameterOrder].join(', ')}`,
        found: `\`${name}\``,
        remedy: '`fixed` keeps parameters at their initial values; what equations define moves by itself.',
      })
  for (const { target, at } of syntax.equations)
    if (!target.endsWith("'") && !used.has(target))
      fail(at, `\`${target}\` is defined but never used.`, { remedy: 'Use it or remove the equation.' })
  for (const { symbols, at } of syntax.initialRules)
    for (const symbol of symbols)
      if (!parameterOrder.has(symbol))
        fail(at, `\`${symbol}\` is not a parameter of this cell.`, {
          expected: `one of ${[...parameterOrder].join(', ')}`,
          found: `\`${symbol}\``,
        })
  const ruled = new Set<string>()
  for (const { symbols, at } of syntax.initialRules)
    for (const symbol of symbols) {
      if (ruled.has(symbol))
        fail(at, `\`${symbol}\` has two rules for its initial values.`, { remedy: 'Keep one of them.' })
      ruled.add(symbol)
    }
  for (const { symbols, rule, at } of syntax.initialRules)
    for (const symbol of symbols)
      if (!isMatrixName(symbol) && ['xavier', 'orthogonal', 'identity'].includes(rule))
        fail(at, `The rule \`${rule}\` is for matrices.`, {
          expected: 'a matrix',
          found: `the ${scalars.has(symbol) ? 'number' : 'vector'} \`${symbol}\``,
          remedy: 'Use zeros, ones, uniform, normal or constant.',
        })

  const outputs = new Set<string>()
  for (const { name, at } of syntax.outputs) {
    if (!stateNames.has(name))
      fail(at, `The output \`${name}\` is not a state.`, {
        expected: `one of ${states.join(', ')}`,
        found: `\`${name}\``,
      })
    if (outputs.has(name)) fail(at, `\`${name}\` is an output already.`, { remedy: 'Name each output once.' })
    outputs.add(name)
  }
  if (outputs.size === 0) outputs.add(stateNames.has('h') ? 'h' : states[0]!)
  const known = (variable: DimVariable): VectorDim => resolve(variable).known ?? 'H'
  return {
    syntax,
    states: [...outputs, ...states.filter((state) => !outputs.has(state))],
    outputCount: outputs.size,
    vectors: new Map([...vectors].map(([symbol, dim]) => [symbol, known(dim)])),
    scalars,
    matrices: new Map([...matrices].map(([symbol, dims]) => [symbol, [known(dims[0]), known(dims[1])] as const])),
    parameterOrder: [...parameterOrder],
  }
}
