/**
 * Gradients of vectors, first half: `partials[s, c] = sum_{r in split s} rows[r, c]`. add-partials.ts adds the splits in their order.
 */
import { replicaKernel, type ReplicaKernel } from './replica-kernel.ts'

export interface ColumnSums {
  readonly name: string
  readonly columns: number
  /** Floats from one row to the next. */
  readonly sourceRow: number
  /** Rows r with `reached[r]` 0 add nothing, whatever stands there. */
  readonly isMasked: boolean
}

/** Columns of a workgroup, and rows that it reads side by side. */
const TILE_COLUMNS = 32
const TILE_ROWS = 8

/** @returns the kernel; `splitRows` (see splits.ts) says how many rows a split has, `reached` (u32, [rows]) is bound where it is masked */
export function columnSums({
  name,
  columns,
  sourceRow,
  isMasked,
}: ColumnSums): ReplicaKernel<'rows' | 'splitRows', 'source' | 'partials' | 'reached'> {
  return replicaKernel<'rows' | 'splitRows', 'source' | 'partials' | 'reached'>({
    name,
    fields: { rows: 'u32', splitRows: 'u32' },
    buffers: {
      source: { access: 'read', element: 'f32' },
      partials: { access: 'read-write', element: 'f32' },
      ...(isMasked && { reached: { access: 'read', element: 'u32' } }),
    },
    workgroupSize: TILE_COLUMNS * TILE_ROWS,
    declarations: `var<workgroup> sums: array<f32, ${TILE_COLUMNS * TILE_ROWS}>;`,
    body: `\
let column = group.x * ${TILE_COLUMNS}u + lane % ${TILE_COLUMNS}u;
let end = min(call.rows, (group.y + 1u) * call.splitRows);
var sum = 0.0;
if (column < ${columns}u) {
  for (var row = group.y * call.splitRows + lane / ${TILE_COLUMNS}u; row < end; row += ${TILE_ROWS}u) {
    ${isMasked ? 'if (reached[reached_base + row] != 0u) { ' : ''}sum += source[source_base + row * ${sourceRow}u + column];${isMasked ? ' }' : ''}
  }
}
sums[lane] = sum;
workgroupBarrier();
if (lane < ${TILE_COLUMNS}u && column < ${columns}u) {
  for (var r = 1u; r < ${TILE_ROWS}u; r++) { sum += sums[r * ${TILE_COLUMNS}u + lane]; }
  partials[partials_base + group.y * ${columns}u + column] = sum;
}`,
    workgroups: ({ rows, splitRows }) => [Math.ceil(columns / TILE_COLUMNS), Math.ceil(rows / splitRows)],
  })
}
