/**
 * The compiler as a list of passes, in order: text -> AST (parse) -> checked shapes (check) -> IR (lower, simplify,
 * group) -> derivative (differentiate) -> stages (stage). Every intermediate form can be printed (print.ts).
 */

export type Dim = 'I' | 'H'
export interface CellParameter { readonly symbol: string; readonly dims: readonly Dim[] }
export interface CellProgram {
  readonly name: string
  readonly text: string
  readonly states: readonly string[]
  readonly parameters: readonly CellParameter[]
}
