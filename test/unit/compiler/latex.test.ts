/** Equations as LaTeX: those of the lab's cells render, and the notation's corners are written as they are meant. */
import katex from 'katex'
import { describe, expect, it } from 'vitest'
import { builtInCells } from '../../../shared/cells/library.ts'
import { cellToLatex } from '../../../shared/compiler/latex.ts'
import { parseCell } from '../../../shared/compiler/parse.ts'

const latex = (text: string): string[] => cellToLatex(parseCell(text, 'test'))

it.each(Object.entries(builtInCells))('%s renders, one formula an equation', (_, text) => {
  const formulas = latex(text)
  expect(formulas).toHaveLength(parseCell(text, 'test').equations.length)
  for (const formula of formulas)
    expect(katex.renderToString(formula, { output: 'mathml', throwOnError: true, strict: 'error' })).toContain('<math')
})

it('writes the gated recurrent unit as the paper does', () => {
  expect(latex(builtInCells.gru!)).toEqual([
    'r_{t} = \\sigma\\left(\\mathbf{W}_{r}\\,x_{t} + b_{r} + \\mathbf{U}_{r}\\,h_{t-1} + c_{r}\\right)',
    'z_{t} = \\sigma\\left(\\mathbf{W}_{z}\\,x_{t} + b_{z} + \\mathbf{U}_{z}\\,h_{t-1} + c_{z}\\right)',
    'n_{t} = \\tanh\\left(\\mathbf{W}_{n}\\,x_{t} + b_{n} + r_{t} \\odot \\left(\\mathbf{U}_{n}\\,h_{t-1} + c_{n}\\right)\\right)',
    'h_{t} = \\left(1 - z_{t}\\right) \\odot n_{t} + z_{t} \\odot h_{t-1}',
  ])
})

it('writes where states begin', () => {
  expect(latex("h0 = h_init\nh' = tanh(W x + U h)\nc_f0 = k\nc_f' = c_f + h").slice(0, 2)).toEqual([
    'h_{0} = h_{init}',
    'c_{f,0} = k',
  ])
})

describe('of the corners', () => {
  const right = (expression: string): string => latex(`cell c\nh' = ${expression} + W x`)[0]!.slice('h_{t} = '.length)

  it.each([
    ['h - (x - h)', 'h_{t-1} - \\left(x_{t} - h_{t-1}\\right)'],
    ['h * (x + h)', 'h_{t-1} \\odot \\left(x_{t} + h_{t-1}\\right)'],
    ['2 * h', '2\\,h_{t-1}'],
    ['h / (1 + x)', '\\frac{h_{t-1}}{1 + x_{t}}'],
    ['(h + x)^2', '\\left(h_{t-1} + x_{t}\\right)^{2}'],
    ['-(h + x)', '-\\left(h_{t-1} + x_{t}\\right)'],
    ['U (h * x)', '\\mathbf{U}\\,\\left(h_{t-1} \\odot x_{t}\\right)'],
    ['U^T h', '\\mathbf{U}^{\\top}\\,h_{t-1}'],
    ['(U - transpose(U_r)) h', '\\left(\\mathbf{U} - \\mathbf{U}_{r}^{\\top}\\right)\\,h_{t-1}'],
    ['(-U) h', '\\left(-\\mathbf{U}\\right)\\,h_{t-1}'],
    ['h - mean(U h)', 'h_{t-1} - \\operatorname{mean}\\left(\\mathbf{U}\\,h_{t-1}\\right)'],
    ['leaky_relu(h)', '\\operatorname{leaky\\_relu}\\left(h_{t-1}\\right)'],
    ['sqrt(abs(h))', '\\sqrt{\\left|h_{t-1}\\right|}'],
  ])('%s', (expression, expected) => {
    expect(right(expression)).toBe(`${expected} + \\mathbf{W}\\,x_{t}`)
  })
})
