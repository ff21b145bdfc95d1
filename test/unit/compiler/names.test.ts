/** Which names are taken for parameters, which are mistakes, and what is only warned of. */
import { describe, expect, it } from 'vitest'
import { builtInCells } from '../../../shared/cells/library.ts'
import { compileCell } from '../../../shared/compiler/passes.ts'
import { warningText } from '../../../shared/compiler/warnings.ts'
import { LabError } from '../../../shared/errors/errors.ts'

function complaintOf(text: string): LabError {
  try {
    compileCell(text, 'my-cell')
  } catch (error) {
    expect(error).toBeInstanceOf(LabError)
    return error as LabError
  }
  return expect.unreachable('the cell was compiled')
}

const parametersOf = (text: string): string[] => compileCell(text, 'my-cell').parameters.map(({ symbol }) => symbol)
const warningsOf = (text: string): string[] => compileCell(text, 'my-cell').warnings.map(warningText)

describe('a name that nothing defines is a parameter', () => {
  it.each([
    ['as a bias', "h' = tanh(W x + U h + b)", 'b'],
    ['as a bias that is taken away', "h' = tanh(W x - b)", 'b'],
    ['as a multiple of a bias', "h' = tanh(W x + 0.5 * b)", 'b'],
    ['as a bias in parentheses', "h' = tanh(W x + r * (U h + c))\nr: H", 'c'],
    ['as a bias outside of a function', "h' = tanh(W x + U h) + b", 'b'],
    ['as the gain of a state', "h' = tanh(W x + w * h)", 'w'],
    ['as the gain of a state under a matrix', "h' = tanh(W x + U (w * h))", 'w'],
    ['as the gain of a new state', "c' = tanh(W x + c)\nh' = sigmoid(U h + p * c') * c'", 'p'],
    ['as the gain of the input', "h' = tanh(W (s * x) + U h)", 's'],
    ['as the gain of a product', "h' = tanh(W x + g * (U h))", 'g'],
    ['as the gain of a difference of products', "m = U h\nh' = tanh(g * (W x - m) / sqrt(1 + m^2))", 'g'],
    ['where it is declared', "h' = h + dt * tanh(W x + U h)\ndt: H", 'dt'],
    ['where it is declared as one number', "h' = h + dt * tanh(W x + U h)\ndt: 1", 'dt'],
  ])('%s', (_, text, name) => expect(parametersOf(text)).toContain(name))

  it('in every cell that comes with the lab', () => {
    for (const [name, text] of Object.entries(builtInCells))
      expect(compileCell(text, name).parameters.length, name).toBeGreaterThan(0)
  })
})

describe('a name that nothing defines is a mistake', () => {
  it.each([
    ['under a matrix', "h' = tanh(W x + U k)", 'k', /line 1, column 19/],
    ['as a step size', "h' = h + dt * tanh(W x + U h)", 'dt', /constant dt = 0\.1/],
    ['as half of a leak', "h' = a * h + (1 - a) * tanh(W x)", 'a', /column 19/],
    ['as the factor of a gate', "z = sigmoid(W x + U h)\nh' = z * k", 'k', /line 2/],
    ['inside a function alone', "h' = h + sigmoid(a) * (W x)", 'a', /`a: H` for a learned vector/],
    ['as a power', "h' = tanh(W x + a^2 * h)", 'a', /column 17/],
    ['as a divisor', "h' = tanh(W x / s)", 's', /column 17/],
    ['beside other unknown names alone', "h' = tanh(W x) * (a + b)", 'a', /column 19/],
    ['as a whole equation', "k = a\nh' = tanh(W x + k)", 'a', /line 1, column 5/],
  ])('%s', (_, text, name, words) => {
    const error = complaintOf(text)
    expect(error.code).toBe('cell-name')
    expect(error.message).toContain(`\`${name}\` is not known here`)
    expect(error.message).toMatch(words)
  })

  it.each([
    ['h_prev', 'h', "h' = tanh(W x + U h_prev + b)"],
    ['h_prev as a bias', 'h', "h' = tanh(W x + U h + h_prev)"],
    ['hprev as a gain’s state', 'h', "h' = tanh(W x + w * hprev + U h)"],
    ['x_t', 'x', "h' = tanh(W x_t + U h + b)"],
    ['c_old', 'c', "c' = c + tanh(W x)\nh' = tanh(c_old + U h)"],
    ['h_hat for h~', 'h_hut', "h_hut = tanh(W x)\nz = sigmoid(U h)\nh' = z * h_hat"],
    ['gama', 'gamma', "constant gamma = 0.1\nh' = tanh(W x) * gama"],
  ])('%s is answered with the name that was meant', (_, meant, text) =>
    expect(complaintOf(text).detail.remedy).toMatch(new RegExp(`^Did you mean \`${meant}\``)),
  )

  it('a function', () => {
    expect(complaintOf("h' = sigmoi(W x)").detail.remedy).toMatch(/^Did you mean `sigmoid`\? For a product/)
  })

  it('a capital that stands for a state', () => {
    expect(complaintOf("z = sigmoid(W x)\nh' = z * H").message).toContain('start a vector with a lower-case letter')
  })

  it('a constant that is never used', () => {
    expect(complaintOf("constant gama = 0.1\nh' = tanh(W x + gamma * h)").message).toContain(
      'line 1, column 10: The constant `gama` is never used.',
    )
  })

  it('but not in a run that is recorded', () => {
    const text = "h' = h + dt * tanh(W x + U h_prev)"
    expect(compileCell(text, 'my-cell', { isRecorded: true }).parameters.map(({ symbol }) => symbol)).toEqual([
      'dt',
      'W',
      'h_prev',
      'U',
    ])
  })
})

describe('what is seldom meant is warned of', () => {
  it.each([
    [
      'a cell that leaves out the input',
      "h' = tanh(U h + b)",
      ['The cell never reads `x`: its input changes nothing.'],
    ],
    [
      'a cell without recurrence',
      "h' = tanh(W x + b)",
      ['No equation reads `h`: the cell has no recurrence and remembers nothing.'],
    ],
    [
      'one state of two',
      "c' = tanh(W x + c)\nh' = tanh(c')",
      ['No equation reads `h`: what it holds is gone with the next step.'],
    ],
    [
      'a whole number that float32 does not hold, in the equations or by a name that they have',
      "constant k = 33554433\nh' = tanh(W x + U h) / 16777217 + b / k",
      [
        'float32 does not hold 16777217: the engines compute with 16777216.',
        'float32 does not hold 33554433: the engines compute with 33554432.',
      ],
    ],
    ['nothing of one that it holds', "h' = tanh(W x + U h) / 16777216 + 0.1 * b", []],
    ['nothing where all is read', "h' = tanh(W x + U h + b)", []],
  ])('%s', (_, text, warnings) => expect(warningsOf(text)).toEqual(warnings))

  it('no cell of the lab is warned of', () => {
    for (const text of Object.values(builtInCells)) expect(warningsOf(text)).toEqual([])
  })
})
