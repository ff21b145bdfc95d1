/** The placement of the lab's own cells and of some with everything, printed; and what holds for the placement of any cell. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ValueBuffer } from '../../../../shared/backends/plan/places.ts'
import { placeCell, type Placement } from '../../../../shared/backends/plan/placement.ts'
import { printPlacement } from '../../../../shared/backends/plan/print.ts'
import { builtInCells } from '../../../../shared/cells/library.ts'
import { compileCell } from '../../../../shared/compiler/passes.ts'
import { WHOLE_LAYER_CELL } from '../networks.ts'
import { randomCell } from '../random-cells.ts'

const FROZEN_CELL = `
h' = tanh(W x + U h + V (r * h) + b)
r: H
fixed U, b`

const cells: Readonly<Record<string, string>> = {
  ...builtInCells,
  'whole layer': WHOLE_LAYER_CELL,
  frozen: FROZEN_CELL,
}

describe.each(Object.entries(cells))('%s', (name, text) => {
  const placement = placeCell(compileCell(text, name))
  it('has this placement', () => expect(printPlacement(placement)).toMatchSnapshot())
  it('writes every value before it is read', () => expect(readTooEarly(placement)).toEqual([]))
})

it('every value of any cell is written before it is read', () =>
  fc.assert(
    fc.property(randomCell, (text) => {
      expect(readTooEarly(placeCell(compileCell(text, 'random')))).toEqual([])
    }),
    { seed: 1, numRuns: 200 },
  ))

/** Names of buffers that a stage reads before anything has written them. */
function readTooEarly({ inputProducts, forward, backward, projects, states, vectorSums }: Placement): string[] {
  const early = new Set<string>()
  const written = new Set<ValueBuffer>()
  const read = (buffer: ValueBuffer): void => {
    const isThere = ['input', 'vector', 'state', 'new-state-adjoint'].includes(buffer.role)
    if (!isThere && !written.has(buffer)) early.add(buffer.name)
  }
  const ahead = { products: inputProducts, sums: [], kernels: [] }
  for (const { products, sums, kernels } of [ahead, ...forward, ...backward]) {
    for (const { operand, target } of products) {
      read(operand.buffer)
      written.add(target)
    }
    for (const { operand, target } of sums) {
      read(operand.buffer)
      written.add(target.buffer)
    }
    for (const { loads, numbers, stores } of kernels) {
      for (const { buffer } of [...loads.values(), ...numbers.values()]) read(buffer)
      for (const { place } of stores) written.add(place.buffer)
    }
  }
  for (const { gateAdjoints, gradientOperand } of projects) {
    read(gateAdjoints)
    read(gradientOperand.buffer)
  }
  for (const { place } of vectorSums) read(place.buffer)
  for (const { after, adjointBefore } of states) {
    read(after)
    read(adjointBefore)
  }
  return [...early]
}
