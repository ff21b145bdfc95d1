/** The kernels of products, against float64 at odd sizes: their results, and that they touch no replica that is not asked for. */
import { afterAll, describe, expect, it } from 'vitest'
import { addPartials } from '../../../../shared/backends/webgpu/wgsl/add-partials.ts'
import { columnSums } from '../../../../shared/backends/webgpu/wgsl/column-sums.ts'
import { outerProduct } from '../../../../shared/backends/webgpu/wgsl/outer-product.ts'
import { rowsProduct } from '../../../../shared/backends/webgpu/wgsl/rows-product.ts'
import { splitRows } from '../../../../shared/backends/webgpu/wgsl/splits.ts'
import { closeTestDevices, runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { drawn, largestDifference, nobodys, of, REPLICAS, shared, written } from './arrays.ts'

/** Of sums of up to 40 products of numbers under 1 in float32. */
const TOLERANCE = 2e-6
const ROWS = 37
/** Every third row is not reached. */
const REACHED = Array.from({ length: ROWS }, (_, row) => (row % 3 === 0 ? 0 : 1))
const TILES = [
  { rows: 16, columns: 16, depth: 16 },
  { rows: 64, columns: 64, depth: 16 },
]

afterAll(closeTestDevices)

describe.each(TILES)('with tiles of $rows x $columns', (tile) => {
  it('rows times a matrix are added to what stands there, and rows that are not reached add nothing', async () => {
    const [depth, columns, leftRow, resultRow] = [19, 7, 23, 9]
    const kernel = rowsProduct({
      name: 'product',
      ...{ depth, columns, leftRow, resultRow, accumulates: true, isMasked: true, tile },
    })
    const left = drawn(ROWS * leftRow)
    for (const replica of REPLICAS) of(left, replica).fill(NaN, 0, leftRow) // the first row is not reached
    const right = drawn(depth * columns)
    const before = drawn(ROWS * resultRow)
    const { result } = await runReplicaKernel(
      kernel,
      { rows: ROWS },
      { left, right, result: before, reached: shared(REACHED) },
      REPLICAS,
    )
    const after = written(before, result)
    for (const replica of REPLICAS) {
      const expected = Float64Array.from(of(before, replica))
      for (let r = 0; r < ROWS; r++)
        for (let n = 0; n < columns; n++)
          for (let k = 0; k < depth && REACHED[r] === 1; k++)
            expected[r * resultRow + n]! += of(left, replica)[r * leftRow + k]! * of(right, replica)[k * columns + n]!
      expect(largestDifference(of(after, replica), expected)).toBeLessThan(TOLERANCE)
    }
    expect(nobodys(after)).toEqual(nobodys(before))
  })

  it('the gradient of a matrix is the sum over rows, split and added in order, also where it is used transposed', async () => {
    // Two gates: W as it is, of shape [5, 6], and V transposed, whose use is [5, 6] and whose shape is [6, 5].
    const [gateRows, operandColumns, adjointRow, operandRow] = [5, 6, 12, 8]
    const gates = 2 * gateRows
    const split = { count: 3, rows: 16 }
    const product = outerProduct({
      name: 'outer',
      ...{ adjointColumns: gates, operandColumns, adjointRow, operandRow, isMasked: true, tile },
    })
    const adjoint = drawn(ROWS * adjointRow)
    const operand = drawn(ROWS * operandRow)
    for (const replica of REPLICAS) of(operand, replica).fill(Infinity, 0, operandRow) // the first row is not reached
    const partials = drawn(split.count * gates * operandColumns)
    const sums = await runReplicaKernel(
      product,
      { rows: ROWS, splitRows: split.rows },
      { adjoint, operand, partials, reached: shared(REACHED) },
      REPLICAS,
    )
    const gradients = drawn(70)
    const size = gateRows * operandColumns
    const added = await runReplicaKernel(
      addPartials({
        name: 'add',
        splitFloats: gates * operandColumns,
        parameters: [
          { start: 2, rows: gateRows, columns: operandColumns, uses: [{ offset: 0, isTransposed: false }] },
          { start: 34, rows: operandColumns, columns: gateRows, uses: [{ offset: size, isTransposed: true }] },
        ],
      }),
      { splits: split.count },
      { partials: written(partials, sums.partials), gradients },
      REPLICAS,
    )
    const after = written(gradients, added.gradients)
    for (const replica of REPLICAS) {
      const expected = Float64Array.from(of(gradients, replica))
      for (let r = 0; r < ROWS; r++)
        for (let g = 0; g < gates && REACHED[r] === 1; g++)
          for (let i = 0; i < operandColumns; i++) {
            const gate = g % gateRows
            const place = g < gateRows ? 2 + gate * operandColumns + i : 34 + i * gateRows + gate
            expected[place]! += of(adjoint, replica)[r * adjointRow + g]! * of(operand, replica)[r * operandRow + i]!
          }
      expect(largestDifference(of(after, replica), expected)).toBeLessThan(TOLERANCE)
    }
    expect(nobodys(after)).toEqual(nobodys(gradients))
    expect(nobodys(written(partials, sums.partials))).toEqual(nobodys(partials))
  })
})

it('the gradient of a vector is the sum over the rows that are reached, added for all its uses', async () => {
  const [columns, sourceRow] = [35, 40]
  const split = { count: 2, rows: 20 }
  const source = drawn(ROWS * sourceRow)
  for (const replica of REPLICAS) of(source, replica).fill(NaN, 0, sourceRow)
  const partials = drawn(split.count * columns)
  const sums = await runReplicaKernel(
    columnSums({ name: 'sums', columns, sourceRow, isMasked: true }),
    { rows: ROWS, splitRows: split.rows },
    { source, partials, reached: shared(REACHED) },
    REPLICAS,
  )
  const gradients = drawn(20)
  const uses = [
    { offset: 3, isTransposed: false },
    { offset: 20, isTransposed: false },
  ]
  const added = await runReplicaKernel(
    addPartials({ name: 'add', splitFloats: columns, parameters: [{ start: 1, rows: 1, columns: 15, uses }] }),
    { splits: split.count },
    { partials: written(partials, sums.partials), gradients },
    REPLICAS,
  )
  const after = written(gradients, added.gradients)
  for (const replica of REPLICAS) {
    const expected = Float64Array.from(of(gradients, replica))
    for (let r = 0; r < ROWS; r++)
      for (let c = 0; c < 15 && REACHED[r] === 1; c++)
        for (const { offset } of uses) expected[1 + c]! += of(source, replica)[r * sourceRow + offset + c]!
    expect(largestDifference(of(after, replica), expected)).toBeLessThan(TOLERANCE)
  }
  expect(nobodys(after)).toEqual(nobodys(gradients))
})

it('splits cover all rows, whatever their number, and do not get small', () => {
  for (const rows of [1, 63, 64, 65, 6400, 6401, 1_000_003])
    for (const workgroups of [1, 48, 5000]) {
      const split = splitRows(rows, workgroups)
      expect(split.count * split.rows).toBeGreaterThanOrEqual(rows)
      expect((split.count - 1) * split.rows).toBeLessThan(rows)
      if (split.count > 1) expect(split.rows).toBeGreaterThanOrEqual(32)
    }
})
