/**
 * The compiler as a list of passes, in order: text -> syntax (parse) -> names and shapes (check) -> IR, simplified and with
 * products grouped (lower) -> derivative (differentiate) -> stages (stage). print.ts shows every intermediate form.
 */
import type { InitialRule } from './ast.ts'
import { checkCell } from './check.ts'
import { differentiate, type BackwardGraph } from './differentiate.ts'
import type { VectorDim } from './ir.ts'
import { lowerCell, type ForwardGraph } from './lower.ts'
import { parseCell } from './parse.ts'
import { stageCell, type StagedCell } from './stage.ts'

/** A parameter of a cell: `U_h` [H, H]; a vector has one dimension. */
export interface CellParameter {
  readonly symbol: string
  readonly dims: readonly VectorDim[]
}

/** A compiled cell: what networks are made of and backends read. */
export interface CellProgram {
  readonly name: string
  /** Where the equations come from. */
  readonly source: string
  readonly text: string
  /** Names of the states; the first is the output. */
  readonly states: readonly string[]
  /** In order of appearance. */
  readonly parameters: readonly CellParameter[]
  readonly constants: Readonly<Record<string, number>>
  /** One rule for every parameter: the cell's own, or Xavier for matrices that read x, orthogonal for others, zeros for vectors. */
  readonly initialValues: readonly InitialRule[]
  readonly forward: ForwardGraph
  readonly backward: BackwardGraph
  readonly stages: StagedCell
}

/**
 * @param text a cell file
 * @param where its name, for messages and, when the text has no `cell` line, for the cell
 * @throws LabError `cell-syntax`, `cell-shape`
 */
export function compileCell(text: string, where: string): CellProgram {
  const syntax = parseCell(text, where)
  const checked = checkCell(syntax, where)
  const forward = lowerCell(checked, where)
  const backward = differentiate(forward)
  const stages = stageCell(forward, backward)
  const parameters = checked.parameterOrder.map((symbol): CellParameter => ({
    symbol,
    dims: checked.matrices.get(symbol) ?? [checked.vectors.get(symbol)!],
  }))
  const ruled = new Set(syntax.initialRules.flatMap(({ symbols }) => symbols))
  const defaults = parameters
    .filter(({ symbol }) => !ruled.has(symbol))
    .map(({ symbol, dims }): InitialRule => ({
      symbols: [symbol],
      rule: dims.length === 1 ? 'zeros' : dims[1] === 'I' ? 'xavier' : 'orthogonal',
      args: [],
    }))
  return {
    name: syntax.name ?? where,
    source: syntax.source,
    text,
    states: checked.states,
    parameters,
    constants: syntax.constants,
    initialValues: [...syntax.initialRules.map(({ symbols, rule, args }) => ({ symbols, rule, args })), ...defaults],
    forward,
    backward,
    stages,
  }
}
