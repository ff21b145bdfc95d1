/** Equations drawn at random: one to three states, gates, matrices, their transposes and sums, means and sums over units, every smooth function. */
import fc from 'fast-check'

const MATRICES = ['A', 'B', 'C', 'A^T', '(A - B^T)', '(-C + transpose(C) + A)'] as const
const SMOOTH = ['sigmoid', 'tanh', 'softplus', 'sin', 'cos', 'softsign'] as const

/** An expression over [H] names; products and functions keep values small. */
function expression(names: readonly string[], depth: number): fc.Arbitrary<string> {
  const name = fc.constantFrom(...names)
  if (depth === 0) return name
  const inner = expression(names, depth - 1)
  return fc.oneof(
    name,
    fc.tuple(fc.constantFrom(...SMOOTH), inner).map(([f, a]) => `${f}(${a})`),
    fc.tuple(inner, fc.constantFrom('+', '-', '*'), inner).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc.tuple(fc.constantFrom(...MATRICES), inner).map(([m, a]) => `tanh(${m} (${a}))`),
    fc.tuple(inner, inner).map(([a, b]) => `(${a} / (2 + sin(${b})))`),
    fc.tuple(inner, inner).map(([a, b]) => `(${a} * mean(${b}))`),
    fc.tuple(inner, inner).map(([a, b]) => `tanh(${a} - sum(${b}))`),
    fc.tuple(inner).map(([a]) => `exp(-(${a})^2)`),
    fc.tuple(inner).map(([a]) => `sqrt(1 + (${a})^2)`),
    fc.tuple(inner).map(([a]) => `log(2 + cos(${a}))`),
  )
}

/** The text of a cell. Every state is squashed, so that sequences stay bounded. */
export const randomCell: fc.Arbitrary<string> = fc.integer({ min: 1, max: 3 }).chain((states) => {
  const names = ['h', 'c', 'k'].slice(0, states)
  return fc
    .tuple(
      expression([...names, 'b'], 2),
      ...names.map((state) =>
        expression([...names, 'g', 'w'], 2).map(
          (text) => `${state}' = 0.5 * ${state} + tanh(W_${state} x + U_${state} h + g * ${text})`,
        ),
      ),
    )
    .map(([gate, ...equations]) => {
      const lines = [`g = sigmoid(W_g x + V_g (w_g * h) + ${gate})`, ...equations]
      // Wherever an expression has put them; a declaration that nothing uses is a mistake.
      const used = ['b', 'w'].filter((name) => lines.some((line) => new RegExp(`\\b${name}\\b`).test(line)))
      return [...lines, ...used.map((name) => `${name}: H`)].join('\n')
    })
})
