/**
 * The compiler as a list of passes, in order: text -> syntax (parse) -> names -> shapes (check) -> IR, simplified and with
 * products grouped (lower) -> derivative (differentiate) -> stages (stage). print.ts shows every intermediate form.
 */
import type { InitialRule, InitialRuleName } from './ast.ts'
import { checkCell, type CheckedCell } from './check.ts'
import { differentiate, type BackwardGraph } from './differentiate.ts'
import type { VectorDim } from './ir.ts'
import { lowerCell, type ForwardGraph } from './lower.ts'
import { checkNames } from './names.ts'
import { parseCell } from './parse.ts'
import { findRoles, type ParameterRole } from './roles.ts'
import { stageCell, type StagedCell } from './stage.ts'
import { findWarnings, type CellWarning } from './warnings.ts'

/** A parameter of a cell: `U_h` [H, H]; a vector has one dimension, a number none. */
export interface CellParameter {
  readonly symbol: string
  readonly dims: readonly VectorDim[]
  readonly role: ParameterRole
  /** Keeps its initial values: it has no gradient, and no optimiser moves it. */
  readonly isFrozen: boolean
}

/** A state that begins at a vector of parameters instead of zeros. */
export interface CellStart {
  /** Its index in the cell's states. */
  readonly state: number
  readonly symbol: string
  readonly isFrozen: boolean
}

/** A compiled cell: what networks are made of and backends read. */
export interface CellProgram {
  readonly name: string
  /** Where the equations come from. */
  readonly source: string
  readonly text: string
  /** As they were written, one line each. */
  readonly equations: readonly string[]
  /** Names of the states; the first ones are the output. */
  readonly states: readonly string[]
  /** How many states are the output, side by side. */
  readonly outputCount: number
  readonly starts: readonly CellStart[]
  /** In order of appearance. */
  readonly parameters: readonly CellParameter[]
  readonly constants: Readonly<Record<string, number>>
  /** One rule for every parameter: the cell's own, or Xavier for matrices that read x, orthogonal for others, zeros for vectors, one for numbers. */
  readonly initialValues: readonly InitialRule[]
  readonly forward: ForwardGraph
  readonly backward: BackwardGraph
  readonly stages: StagedCell
  /** What is allowed and seldom meant. */
  readonly warnings: readonly CellWarning[]
}

export interface CompileOptions {
  /** The cell's name when its text has no `cell` line; `where` by default. */
  readonly name?: string
  /** Whether it is the cell of a recorded run: it was trained as it stands, whatever is asked of names today. */
  readonly isRecorded?: boolean
}

/**
 * @param text a cell file
 * @param where its name, for messages
 * @throws LabError `cell-syntax`, `cell-name`, `cell-shape`
 */
export function compileCell(
  text: string,
  where: string,
  { name = where, isRecorded = false }: CompileOptions = {},
): CellProgram {
  const syntax = parseCell(text, where)
  if (!isRecorded) checkNames(syntax, where)
  const checked = checkCell(syntax, where)
  const forward = lowerCell(checked, where)
  const frozen = new Set(syntax.frozen.map((place) => place.name))
  const backward = differentiate(forward, frozen)
  const stages = stageCell(forward, backward)
  const roles = findRoles(forward)
  const begins = new Set(syntax.starts.map(({ symbol }) => symbol))
  const roleOf = (symbol: string): ParameterRole =>
    checked.scalars.has(symbol) ? 'scalar' : (roles.get(symbol) ?? (begins.has(symbol) ? 'start' : 'vector'))
  const parameters = checked.parameterOrder.map((symbol): CellParameter => ({
    symbol,
    dims: dimsOf(checked, symbol),
    role: roleOf(symbol),
    isFrozen: frozen.has(symbol),
  }))
  const ruled = new Set(syntax.initialRules.flatMap(({ symbols }) => symbols))
  const defaults = parameters
    .filter(({ symbol }) => !ruled.has(symbol))
    .map((parameter): InitialRule => ({ symbols: [parameter.symbol], rule: defaultRule(parameter, forward), args: [] }))
  return {
    name: syntax.name ?? name,
    source: syntax.source,
    text,
    equations: [...syntax.starts, ...syntax.equations].map((line) => line.text),
    states: checked.states,
    outputCount: checked.outputCount,
    starts: syntax.starts.map(({ state, symbol }) => ({
      state: checked.states.indexOf(state),
      symbol,
      isFrozen: frozen.has(symbol),
    })),
    parameters,
    constants: syntax.constants,
    initialValues: [...syntax.initialRules.map(({ symbols, rule, args }) => ({ symbols, rule, args })), ...defaults],
    forward,
    backward,
    stages,
    warnings: findWarnings(forward, checked.states),
  }
}

/** Of a parameter without an `init` line. */
function defaultRule({ symbol, dims }: CellParameter, { ir }: ForwardGraph): InitialRuleName {
  if (dims.length < 2) return dims.length === 1 ? 'zeros' : 'ones'
  const readsInputTransposed =
    dims[0] === 'I' &&
    ir.nodes.some(
      (node) =>
        node.kind === 'project' &&
        ir.nodes[node.operand]!.dim === 'I' &&
        node.matrices.some((matrix) => matrix.isTransposed && matrix.symbol === symbol),
    )
  return dims[1] === 'I' || readsInputTransposed ? 'xavier' : 'orthogonal'
}

function dimsOf({ matrices, vectors }: CheckedCell, symbol: string): readonly VectorDim[] {
  const vector = vectors.get(symbol)
  return matrices.get(symbol) ?? (vector === undefined ? [] : [vector])
}
