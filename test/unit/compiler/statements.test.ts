/** Lines of a cell file beside its equations: constants, declarations of numbers, frozen parameters, sources; and how they are shown. */
import { describe, expect, it } from 'vitest'
import { compileCell, type CellProgram } from '../../../shared/compiler/passes.ts'
import { describeCell, parameterFormula } from '../../../shared/compiler/print.ts'

const compile = (text: string): CellProgram => compileCell(text, 'my-cell')
const parameter = (text: string, name: string) => compile(text).parameters.find(({ symbol }) => symbol === name)!

describe('a constant', () => {
  it.each([
    ['constant', '0.1', 0.1],
    ['const', '0.1', 0.1],
    ['constant', '-2', -2],
    ['constant', '1e-3', 1e-3],
    ['constant', '-4.5E+2', -450],
  ])('%s k = %s', (word, written, value) => {
    const cell = compile(`${word} k = ${written}\nh' = tanh(W x + k * h)`)
    expect(cell.constants).toEqual({ k: value })
    expect(cell.forward.ir.nodes).toContainEqual({ kind: 'literal', value, dim: null })
  })
  it('has one value', () =>
    expect(() => compile("constant k = 1\nconstant k = 2\nh' = W x + k * h")).toThrow(/line 2.*has a value already/))
  it('is not the input', () =>
    expect(() => compile("constant x = 1\nh' = W x")).toThrow(/cannot be the name of a constant/))
})

describe('a learned number', () => {
  const text = "h' = tanh(W x + g * (U h) + b)\ng: 1"
  it('has no dimension, counts as one and begins at one', () => {
    expect(parameter(text, 'g')).toEqual({ symbol: 'g', dims: [], role: 'scalar', isFrozen: false })
    expect(parameterFormula(compile(text))).toBe('H² + H I + H + 1')
    expect(compile(text).initialValues).toContainEqual({ symbols: ['g'], rule: 'ones', args: [] })
  })
  it('goes with the input and with the units, also through a name of its own', () => {
    const cell = compile("k = sigmoid(g)\nh' = tanh(W (k * x) + U (k * h))\ng: 1")
    expect(cell.forward.ir.nodes).toContainEqual({ kind: 'vector', symbol: 'g', dim: '1' })
    expect(cell.parameters.map(({ symbol, dims }) => `${symbol} [${dims.join(', ')}]`)).toEqual([
      'g []',
      'W [H, I]',
      'U [H, H]',
    ])
    expect(cell.backward.vectorGradients.map(({ symbol }) => symbol)).toEqual(['g'])
  })
})

it('a matrix that reads the input transposed begins as those do that read it as they are', () => {
  const { initialValues } = compile("h' = tanh(V^T x + W x + A^T (B h) + U^T h)\nB: I x H")
  expect(initialValues.map(({ symbols, rule }) => [symbols[0], rule])).toEqual([
    ['V', 'xavier'],
    ['W', 'xavier'],
    ['B', 'orthogonal'],
    ['A', 'xavier'],
    ['U', 'orthogonal'],
  ])
})

describe('frozen parameters', () => {
  const text = "h' = tanh(W x + U h + V h + w * h + b)\nfixed U, w"
  it('are told apart and have no gradient', () => {
    const cell = compile(text)
    expect(cell.parameters.flatMap(({ symbol, isFrozen }) => (isFrozen ? [symbol] : []))).toEqual(['U', 'w'])
    expect(cell.backward.vectorGradients.map(({ symbol }) => symbol)).toEqual(['b'])
    const moved = cell.backward.matrixGradients.flatMap(({ matrices, isFrozen }) => (isFrozen ? [] : matrices))
    expect(moved.map(({ symbol }) => symbol).sort()).toEqual(['V', 'W'])
  })
  it('are parameters', () =>
    expect(() => compile("k = tanh(W x)\nh' = k + U h\nfixed k")).toThrow(/`k` is not a parameter.*one of W, U/))
})

describe('a source', () => {
  it.each([
    ['holds an equation', "source h' = tanh(W x), Elman 1990", "h' = tanh(W x), Elman 1990"],
    ['opens a parenthesis', 'source Elman (1990', 'Elman (1990'],
    ['holds a number sign', 'source issue #12', 'issue #12'],
    ['is written like a constant', 'source = Elman 1990', 'Elman 1990'],
  ])('is text when it %s', (_, line, source) => {
    const cell = compile(`${line}\nh' = tanh(W x + U h + b)`)
    expect(cell.source).toBe(source)
    expect(cell.equations).toEqual(["h' = tanh(W x + U h + b)"])
  })
})

it('equations over several lines are shown whole, without comments', () => {
  const cell = compile("h' = tanh(W x # input\n   + U h\n   + b)")
  expect(cell.equations).toEqual(["h' = tanh(W x + U h + b)"])
  expect(describeCell(cell, { I: 1, H: 2 })).toContain("\n  h' = tanh(W x + U h + b)\n")
})

it('every parameter is listed with its shape, its role and how it begins', () => {
  const cell = compile(
    "constant dt = 0.5\nh' = h + dt * tanh(W x + U h + u * h + g * (V h) + b)\ng: 1\nfixed U\ninit u: uniform(0, 1)",
  )
  expect(describeCell(cell, { I: 2, H: 3 }).split('\n').slice(5, 14)).toEqual([
    'parameters  2 H² + H I + 2 H + 1 = 31 at H = 3, I = 2',
    '  W   [H, I]  input matrix              xavier',
    '  U   [H, H]  recurrent matrix, frozen  orthogonal',
    '  u   [H]     gain                      uniform(0, 1)',
    '  g   []      scalar                    ones',
    '  V   [H, H]  recurrent matrix          orthogonal',
    '  b   [H]     bias                      zeros',
    '  dt          constant                  0.5',
    '',
  ])
})

describe('what mixes the input with the units is blamed', () => {
  it.each([
    ["h' = tanh(U h + tanh(x)) * z + h * (1 - z)\nz = sigmoid(W x)".split('\n').reverse().join('\n'), 'tanh(x)'],
    ["h' = tanh(U h + x)", 'x'],
    ["k = U h + sin(x)\nh' = tanh(V h + W x) * k + h", 'sin(x)'],
  ])('%j', (text, blamed) => {
    expect(() => compile(text)).toThrow(new RegExp(`found \`${blamed.replace(/[()]/g, '\\$&')}\` \\[I\\]`))
  })
})
