/** The printed form of every pass, for the lab's own cells and for one with three states; and that no text makes the compiler fail in another way. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { builtInCells } from '../../../shared/cells/library.ts'
import { IrBuilder } from '../../../shared/compiler/ir.ts'
import { compileCell } from '../../../shared/compiler/passes.ts'
import {
  countParameters,
  describeCell,
  printBackward,
  printGraph,
  printStages,
} from '../../../shared/compiler/print.ts'
import { LabError } from '../../../shared/errors/errors.ts'

const cells: Record<string, string> = {
  ...builtInCells,
  'three-states': `
    g  = σ(W_g x + U_g (h − k) + b_g)
    k' = clip(0.9 * k + g * c^2, -1, 1)
    c' = softplus(A (g ∘ h)) / (1 + exp(-c))
    h' = max(k', 0) * tanh(c')`,
  normalized: `
    u  = U h - mean(U h)
    h' = tanh(W x + g * u / sqrt(mean(u^2) + 0.00001) + b) * sum(x)`,
  'two-outputs': `
    i  = sigmoid(W_i x + U_i h + b_i)
    c' = (1 - i) * c + i * tanh(W_c x + U_c h + b_c)
    k' = 0.5 * k + tanh(c')
    h' = tanh(c') + k'
    output c, h`,
  'learned-starts': `
    h0 = h_init
    c0 = c_init
    c' = tanh(W x + U h + c_init)
    h' = c' + 0.5 * c
    fixed h_init
    init h_init: normal(0.1)`,
  transposes: `
    a  = tanh((W - W^T) h + V x)
    h' = h + transpose(W) (a * h) - (-U + A^T) (U^T a)`,
}

describe.each(Object.entries(cells))('%s', (name, text) => {
  const cell = compileCell(text, name)
  it('prints its graph', () => expect(printGraph(cell)).toMatchSnapshot())
  it('prints its derivative', () => expect(printBackward(cell)).toMatchSnapshot())
  it('prints its stages', () => expect(printStages(cell)).toMatchSnapshot())
  it('prints its description', () => expect(describeCell(cell, { I: 1, H: 128 })).toMatchSnapshot())
})

it.each([
  ['gru', 3 * 128 * 128 + 3 * 128 + 6 * 128],
  ['lstm', 4 * 128 * 128 + 4 * 128 + 8 * 128],
  ['mgu', 2 * 128 * 128 + 2 * 128 + 2 * 128],
  ['brc', 3 * 128 + 5 * 128],
])('%s has as many parameters as in PyTorch', (name, count) => {
  expect(countParameters(compileCell(builtInCells[name]!, name), { I: 1, H: 128 })).toBe(count)
})

it.each([
  ['gru', 1],
  ['lstm', 1],
  ['mgu', 2],
  ['nbrc', 1],
])('a step of %s has %i products one after the other', (name, depth) => {
  const { forwardStages } = compileCell(builtInCells[name]!, name).stages
  expect(forwardStages.filter(({ products }) => products.length > 0)).toHaveLength(depth)
})

describe('whatever the text, the compiler answers with a cell or a typed error', () => {
  const fails = (text: string): void => {
    try {
      expect(compileCell(text, 'fuzz').states.length).toBeGreaterThan(0)
    } catch (error) {
      expect(error).toBeInstanceOf(LabError)
      expect((error as LabError).detail.location).toBeDefined()
    }
  }
  it('for any text', () =>
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fails), { numRuns: 2000 }))
  it('for texts of the notation’s own tokens', () => {
    const token = fc.constantFrom(
      "h'",
      'h',
      'x',
      '=',
      '\n',
      'W',
      'b',
      '(',
      ')',
      '+',
      '-',
      '*',
      '/',
      '^',
      '2',
      ',',
      'tanh',
      'init',
      ':',
      'H',
      'constant',
      'output',
      'cell',
      'zeros',
      'T',
      'transpose',
      'mean',
    )
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join(' ')),
        fails,
      ),
      { numRuns: 5000 },
    )
  })
  it('for cells with one character changed', () => {
    const change = fc.tuple(fc.constantFrom(...Object.values(builtInCells)), fc.nat(), fc.string({ maxLength: 2 }))
    fc.assert(
      fc.property(change, ([text, at, by]) =>
        fails(text.slice(0, at % text.length) + by + text.slice((at % text.length) + 1)),
      ),
      { numRuns: 2000 },
    )
  })
  it('for deep nesting', () => {
    fails(`h' = ${'('.repeat(5000)}x`)
    fails(`h' = ${'-'.repeat(5000)}h`)
    fails(`h' = ${'A '.repeat(5000)}h`)
  })
})

it('literals that JSON writes alike stay apart', () => {
  const ir = new IrBuilder()
  const values = [Infinity, -Infinity, NaN, 0, -0]
  expect(new Set(values.map((value) => ir.literal(value))).size).toBe(values.length)
  expect(ir.literal(-Infinity)).toBe(1)
})
