/** What a cell's equations may say and seldom mean: a step that leaves out the input, a state that no step reads, a number that is rounded. */
import { isWholeAndRounded } from '../numerics/float32.ts'
import { reachable } from './ir.ts'
import type { ForwardGraph } from './lower.ts'

export type CellWarning =
  /** The input changes nothing. */
  | { readonly kind: 'no-input' }
  /** What these states hold after a step is gone with the next one; `all` where nothing at all is remembered. */
  | { readonly kind: 'unread-states'; readonly states: readonly string[]; readonly isAll: boolean }
  /** A number of the equations, or a constant in them, that the engines do not compute with as it stands. */
  | { readonly kind: 'rounded-number'; readonly value: number }

/** @param states their names, in the order of the graph's new states */
export function findWarnings({ ir, newStates }: ForwardGraph, states: readonly string[]): CellWarning[] {
  const read = [...reachable(ir, newStates)].map((id) => ir.nodes[id]!)
  const readStates = new Set(read.flatMap((node) => (node.kind === 'state' ? [node.state] : [])))
  const unread = states.filter((_, state) => !readStates.has(state))
  return [
    ...(read.some(({ kind }) => kind === 'input') ? [] : [{ kind: 'no-input' } as const]),
    ...(unread.length === 0
      ? []
      : [{ kind: 'unread-states', states: unread, isAll: unread.length === states.length } as const]),
    ...read.flatMap((node) =>
      node.kind === 'literal' && isWholeAndRounded(node.value)
        ? [{ kind: 'rounded-number', value: node.value } as const]
        : [],
    ),
  ]
}

/** A warning in the words of the command line. */
export function warningText(warning: CellWarning): string {
  if (warning.kind === 'no-input') return 'The cell never reads `x`: its input changes nothing.'
  if (warning.kind === 'rounded-number')
    return `float32 does not hold ${warning.value}: the engines compute with ${Math.fround(warning.value)}.`
  const names = warning.states.map((state) => `\`${state}\``).join(', ')
  return warning.isAll
    ? `No equation reads ${names}: the cell has no recurrence and remembers nothing.`
    : `No equation reads ${names}: what it holds is gone with the next step.`
}
