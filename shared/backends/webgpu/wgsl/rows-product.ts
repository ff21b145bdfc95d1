/**
 * Products of many rows with one matrix: what reads x for all steps at once before the recurrence, and the adjoint of x after it.
 * `result[r, n] = sum_k left[r, k] right[k, n]`, plus what stood there where it accumulates.
 */
import { indent, replicaKernel, workgroupsOf, type ReplicaKernel } from './replica-kernel.ts'
import { declareTiles, fourTimes, leftPlace, sumTiles, tileFor, tileInvocations, type ProductTile } from './tile.ts'

export interface RowsProduct {
  readonly name: string
  /** K: columns of the left rows that are multiplied. */
  readonly depth: number
  /** N: columns of the result; the right matrix is [K, N] without padding. */
  readonly columns: number
  /** Floats from one row to the next, of the left and of the result. */
  readonly leftRow: number
  readonly resultRow: number
  readonly accumulates: boolean
  /** Rows r with `reached[r]` 0 count as zeros, whatever stands there. */
  readonly isMasked: boolean
  readonly tile?: ProductTile
}

/** @returns the kernel for any number of rows; `reached` (u32, [rows]) is bound where the product is masked */
export function rowsProduct(product: RowsProduct): ReplicaKernel<'rows', 'left' | 'right' | 'result' | 'reached'> {
  const { name, depth, columns, leftRow, resultRow, accumulates, isMasked } = product
  const tile = product.tile ?? tileFor(Infinity, columns)
  const invocations = tileInvocations(tile)
  const quadColumns = tile.columns / 4
  const isRow = (i: number): string =>
    `row + ${i}u < call.rows${isMasked ? ` && reached[reached_base + row + ${i}u] != 0u` : ''}`
  const fill = `\
for (var e = lane; e < ${(tile.depth * tile.rows) / 4}u; e += ${invocations}u) {
  let k = first + e % ${tile.depth}u;
  let quad_row = e / ${tile.depth}u;
  let row = first_row + quad_row * 4u;
  let place = left_base + row * ${leftRow}u + k;
  var quad = vec4f();
${indent(fourTimes((i) => `quad[${i}] = select(0.0, left[place + ${i * leftRow}u], k < ${depth}u && ${isRow(i)});`))}
  left_tile[${leftPlace(tile, '(k - first)', 'quad_row')}] = quad;
}
for (var e = lane; e < ${tile.depth * quadColumns}u; e += ${invocations}u) {
  let k = first + e / ${quadColumns}u;
  let column = first_column + e % ${quadColumns}u * 4u;
  let place = right_base + k * ${columns}u + column;
  var quad = vec4f();
${indent(fourTimes((i) => `quad[${i}] = select(0.0, right[place + ${i}u], k < ${depth}u && column + ${i}u < ${columns}u);`))}
  right_tile[e] = quad;
}`
  return replicaKernel<'rows', 'left' | 'right' | 'result' | 'reached'>({
    name,
    fields: { rows: 'u32' },
    buffers: {
      left: { access: 'read', element: 'f32' },
      right: { access: 'read', element: 'f32' },
      result: { access: 'read-write', element: 'f32' },
      ...(isMasked && { reached: { access: 'read', element: 'u32' } }),
    },
    workgroupSize: invocations,
    declarations: `${declareTiles(tile)}
fn store(place: u32, columns: u32, sums: vec4f) {
  for (var j = 0u; j < columns; j++) { result[place + j] = sums[j]${accumulates ? ' + result[place + j]' : ''}; }
}`,
    body: `\
let tile_column = lane % ${quadColumns}u;
let tile_row = lane / ${quadColumns}u;
let first_column = group.y * ${tile.columns}u;
let columns = min(4u, max(${columns}u, first_column + tile_column * 4u) - (first_column + tile_column * 4u));
for (var first_row = group.x * ${tile.rows}u; first_row < call.rows; first_row += groups.x * ${tile.rows}u) {
${indent(sumTiles(tile, `for (var first = 0u; first < ${depth}u; first += ${tile.depth}u)`, fill))}
  let row = first_row + tile_row * 4u;
  let place = result_base + row * ${resultRow}u + first_column + tile_column * 4u;
${indent(fourTimes((i) => `if (row + ${i}u < call.rows) { store(place + ${i * resultRow}u, columns, sum${i}); }`))}
}`,
    workgroups: ({ rows }) => [workgroupsOf(Math.ceil(rows / tile.rows)), Math.ceil(columns / tile.columns)],
  })
}
