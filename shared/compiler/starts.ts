/**
 * The lines of a cell that say how a state begins: `h0 = h_init` makes `h` begin at a learned vector in place of zeros. Equations enter; those of
 * a step and the starts leave. A name such as `h0` that an equation reads is a value of the step like any other.
 */
import { namesIn, type Equation, type Start } from './ast.ts'
import { syntaxError } from './tokenize.ts'

/** @throws LabError `cell-syntax` where a state would begin at anything but one vector of parameters */
export function takeStarts(
  equations: readonly Equation[],
  where: string,
): { readonly equations: readonly Equation[]; readonly starts: readonly Start[] } {
  const states = new Set(
    equations.filter(({ target }) => target.endsWith("'")).map(({ target }) => target.slice(0, -1)),
  )
  const read = new Set(equations.flatMap(({ value }) => [...namesIn(value)]))
  const isStart = ({ target }: Equation): boolean =>
    target.endsWith('0') && states.has(target.slice(0, -1)) && !read.has(target)
  return {
    equations: equations.filter((equation) => !isStart(equation)),
    starts: equations.filter(isStart).map(({ target, value, text, at }) => {
      const state = target.slice(0, -1)
      if (value.kind !== 'name')
        throw syntaxError(
          where,
          value.at,
          `\`${target}\` is where the state \`${state}\` begins: at a learned vector.`,
          {
            expected: `a name, as in \`${target} = ${state}_init\``,
            found: 'an expression',
            remedy: `Give the vector its first values by \`init ${state}_init: normal(0.1)\`, and keep them by \`fixed ${state}_init\`.`,
          },
        )
      return { state, symbol: value.name, text, at }
    }),
  }
}
