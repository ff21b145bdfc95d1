/**
 * Gradients of matrices, first half: sums over all rows (steps and series) of adjoint times operand,
 * `partials[s, g, i] = sum_{r in split s} adjoint[r, g] operand[r, i]`. Rows are split so that a large card is busy; add-partials.ts adds
 * the splits in their order.
 */
import { indent, replicaKernel, type ReplicaKernel } from './replica-kernel.ts'
import { declareTiles, fourTimes, leftPlace, sumTiles, tileFor, tileInvocations, type ProductTile } from './tile.ts'

export interface OuterProduct {
  readonly name: string
  /** Columns of the adjoints (all gates of a project) and of the operand. */
  readonly adjointColumns: number
  readonly operandColumns: number
  /** Floats from one row to the next; an operand's 0 is one row for all. */
  readonly adjointRow: number
  readonly operandRow: number
  /** Rows r with `reached[r]` 0 add nothing, whatever stands there. */
  readonly isMasked: boolean
  readonly tile?: ProductTile
}

/** @returns the kernel; `splitRows` (see splitRows.ts) says how many rows a split has, `reached` (u32, [rows]) is bound where it is masked */
export function outerProduct(
  product: OuterProduct,
): ReplicaKernel<'rows' | 'splitRows', 'adjoint' | 'operand' | 'partials' | 'reached'> {
  const { name, adjointColumns, operandColumns, adjointRow, operandRow, isMasked } = product
  const tile = product.tile ?? tileFor(adjointColumns, operandColumns)
  const invocations = tileInvocations(tile)
  const quadColumns = tile.columns / 4
  const tilesAcross = Math.ceil(operandColumns / tile.columns)
  const tilesDown = Math.ceil(adjointColumns / tile.rows)
  const load = (matrix: 'adjoint' | 'operand', columns: number, row: number, quads: number, at: string): string => `\
for (var e = lane; e < ${tile.depth * quads}u; e += ${invocations}u) {
  let k = e / ${quads}u;
  let quad_column = e % ${quads}u;
  let row = first + k;
  let column = first_${matrix} + quad_column * 4u;
  var quad = vec4f();
  if (row < end${isMasked ? ' && reached[reached_base + row] != 0u' : ''}) {
    let place = ${matrix}_base + row * ${row}u + column;
${indent(indent(fourTimes((i) => `if (column + ${i}u < ${columns}u) { quad[${i}] = ${matrix}[place + ${i}u]; }`)))}
  }
  ${at} = quad;
}`
  const fill = [
    load('adjoint', adjointColumns, adjointRow, tile.rows / 4, `left_tile[${leftPlace(tile, 'k', 'quad_column')}]`),
    load('operand', operandColumns, operandRow, quadColumns, 'right_tile[e]'),
  ].join('\n')
  return replicaKernel<'rows' | 'splitRows', 'adjoint' | 'operand' | 'partials' | 'reached'>({
    name,
    fields: { rows: 'u32', splitRows: 'u32' },
    buffers: {
      adjoint: { access: 'read', element: 'f32' },
      operand: { access: 'read', element: 'f32' },
      partials: { access: 'read-write', element: 'f32' },
      ...(isMasked && { reached: { access: 'read', element: 'u32' } }),
    },
    workgroupSize: invocations,
    declarations: `${declareTiles(tile)}
fn store(place: u32, columns: u32, sums: vec4f) {
  for (var j = 0u; j < columns; j++) { partials[place + j] = sums[j]; }
}`,
    body: `\
let tile_column = lane % ${quadColumns}u;
let tile_row = lane / ${quadColumns}u;
let first_adjoint = group.x / ${tilesAcross}u * ${tile.rows}u;
let first_operand = group.x % ${tilesAcross}u * ${tile.columns}u;
let end = min(call.rows, (group.y + 1u) * call.splitRows);
${sumTiles(tile, `for (var first = group.y * call.splitRows; first < end; first += ${tile.depth}u)`, fill)}
let row = first_adjoint + tile_row * 4u;
let column = first_operand + tile_column * 4u;
let columns = min(4u, max(${operandColumns}u, column) - column);
let place = partials_base + (group.y * ${adjointColumns}u + row) * ${operandColumns}u + column;
${fourTimes((i) => `if (row + ${i}u < ${adjointColumns}u) { store(place + ${i * operandColumns}u, columns, sum${i}); }`)}`,
    workgroups: ({ rows, splitRows }) => [tilesDown * tilesAcross, Math.ceil(rows / splitRows)],
  })
}
