/**
 * Where the parts of a cell's diagram stand: its syntax enters; boxes in columns, from what a step is given over what is computed on the way to the
 * new states, and the wires between them leave. A wire that passes a column has a place of its own in it, so that it runs over no box.
 */
import { namesIn, operatorChain, type CellSyntax, type Expression } from '../../../shared/compiler/ast.ts'
import { matrixText } from '../../../shared/compiler/ir.ts'

export interface DiagramBox {
  readonly name: string
  readonly kind: 'input' | 'state' | 'value' | 'new-state'
  readonly column: number
  /** In its column, from 0; the diagram is as high as the fullest column. */
  readonly row: number
}

export interface DiagramWire {
  readonly from: string
  readonly to: string
  /** Matrices that are applied on the way: `W_r`. */
  readonly matrices: readonly string[]
  /** Column and row of each end and of every column between. */
  readonly points: readonly { readonly column: number; readonly row: number }[]
}

export interface CellLayout {
  readonly boxes: readonly DiagramBox[]
  readonly wires: readonly DiagramWire[]
  readonly columnCount: number
  readonly rowCount: number
}

interface Place {
  readonly column: number
  row: number
  readonly before: Place[]
}

/** Passes over all columns in which each place comes to the middle of those that lead to it. */
const SWEEPS = 4

export function layOutCell({ equations }: CellSyntax): CellLayout {
  const targets = equations.map(({ target }) => target)
  const states = targets.filter((name) => name.endsWith("'")).map((name) => name.slice(0, -1))
  const uses = equations.map(({ target, value }) => ({ target, sources: sourcesOf(value) }))
  const given = ['x', ...states].filter((name) => uses.some(({ sources }) => sources.has(name)))

  const columns = new Map(given.map((name) => [name, 0]))
  for (const { target, sources } of uses) {
    const before = [...sources.keys()].flatMap((name) => columns.get(name) ?? [])
    columns.set(target, 1 + Math.max(0, ...before))
  }
  const last = Math.max(1, ...columns.values())
  // New states end the step, wherever they could be computed.
  for (const name of targets) if (name.endsWith("'") && !isRead(name, uses)) columns.set(name, last)

  const places = new Map([...columns].map(([name, column]): [string, Place] => [name, { column, row: 0, before: [] }]))
  const all = [...places.values()]
  const wires = uses.flatMap(({ target, sources }) =>
    [...sources].flatMap(([source, matrices]) => {
      const [start, end] = [places.get(source), places.get(target)!]
      if (start === undefined || start === end) return []
      const path = [start]
      for (let column = start.column + 1; column < end.column; column++) {
        const passing: Place = { column, row: 0, before: [path.at(-1)!] }
        path.push(passing)
        all.push(passing)
      }
      end.before.push(path.at(-1)!)
      path.push(end)
      return [{ from: source, to: target, matrices: [...matrices], path }]
    }),
  )
  const rowCount = arrange(all, last + 1)
  const kindOf = (name: string): DiagramBox['kind'] => {
    if (name.endsWith("'")) return 'new-state'
    if (states.includes(name)) return 'state'
    return columns.get(name) === 0 ? 'input' : 'value'
  }
  return {
    boxes: [...places].map(([name, { column, row }]) => ({ name, kind: kindOf(name), column, row })),
    wires: wires.map(({ from, to, matrices, path }) => ({
      from,
      to,
      matrices,
      points: path.map(({ column, row }) => ({ column, row })),
    })),
    columnCount: last + 1,
    rowCount,
  }
}

/** Gives every place its row, columns centred on each other. @returns how many rows the fullest column has */
function arrange(all: readonly Place[], columnCount: number): number {
  const columns = Array.from({ length: columnCount }, (_, column) => all.filter((place) => place.column === column))
  const rowCount = Math.max(...columns.map(({ length }) => length))
  const number = (column: readonly Place[]): void =>
    column.forEach((place, index) => (place.row = index + (rowCount - column.length) / 2))
  columns.forEach(number)
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (const column of columns.slice(1)) {
      const middle = new Map(
        column.map((place) => [place, place.before.reduce((sum, { row }) => sum + row, 0) / place.before.length || 0]),
      )
      column.sort((a, b) => middle.get(a)! - middle.get(b)!)
      number(column)
    }
  return rowCount
}

const isRead = (name: string, uses: readonly { readonly sources: ReadonlyMap<string, unknown> }[]): boolean =>
  uses.some(({ sources }) => sources.has(name))

/** The names that an expression reads, each with the matrices that are applied to it. */
function sourcesOf(expression: Expression): Map<string, Set<string>> {
  const found = new Map([...namesIn(expression)].map((name) => [name, new Set<string>()]))
  for (const { matrix, name } of productsIn(expression)) found.get(name)?.add(matrix)
  return found
}

function* productsIn(expression: Expression): Generator<{ matrix: string; name: string }, void, void> {
  switch (expression.kind) {
    case 'number':
    case 'name':
      return
    case 'negate':
      return yield* productsIn(expression.operand)
    case 'power':
      return yield* productsIn(expression.base)
    case 'call':
      for (const arg of expression.args) yield* productsIn(arg)
      return
    case 'binary': {
      const { first, links } = operatorChain(expression)
      yield* productsIn(first)
      for (const { right } of links) yield* productsIn(right)
      return
    }
    case 'matrix':
      for (const { matrix } of expression.terms)
        for (const name of namesIn(expression.operand)) yield { matrix: matrixText(matrix), name }
      yield* productsIn(expression.operand)
  }
}
