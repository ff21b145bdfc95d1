/**
 * Rows taken from one buffer into another: states and outputs at given steps, chosen rows, the columns of a part or of a layer's input,
 * times a dropout mask.
 */
import { elementWorkgroups, overElements, replicaKernel, type ReplicaKernel } from './replica-kernel.ts'

export interface GatheredRows {
  readonly name: string
  /** How many columns are taken. */
  readonly columns: number
  /** Floats from one row to the next, and the first column, of both. */
  readonly sourceRow: number
  readonly sourceColumn: number
  readonly resultRow: number
  readonly resultColumn: number
  /** Result row r is source row `places[r]` (i32), or stays as it is where that is -1; else row r. */
  readonly isListed: boolean
  /** Times `mask[r, c]`, whose rows and columns are the result's. */
  readonly isMasked: boolean
  /** Added to what stands there. */
  readonly accumulates: boolean
}

export function gatherRows(rows: GatheredRows): ReplicaKernel<'rows', 'source' | 'result' | 'places' | 'mask'> {
  const { name, columns, sourceRow, sourceColumn, resultRow, resultColumn, isListed, isMasked, accumulates } = rows
  const place = `row * ${resultRow}u + ${resultColumn}u + column`
  const value = `source[source_base + source_row * ${sourceRow}u + ${sourceColumn}u + column]${
    isMasked ? ` * mask[mask_base + ${place}]` : ''
  }`
  const store = `result[result_base + ${place}] ${accumulates ? '+=' : '='} ${value};`
  return replicaKernel<'rows', 'source' | 'result' | 'places' | 'mask'>({
    name,
    fields: { rows: 'u32' },
    buffers: {
      source: { access: 'read', element: 'f32' },
      result: { access: 'read-write', element: 'f32' },
      ...(isListed && { places: { access: 'read', element: 'i32' } }),
      ...(isMasked && { mask: { access: 'read', element: 'f32' } }),
    },
    body: overElements(
      `call.rows * ${columns}u`,
      `\
let row = e / ${columns}u;
let column = e % ${columns}u;
${
  isListed
    ? `let listed = places[places_base + row];
if (listed >= 0) {
  let source_row = u32(listed);
  ${store}
}`
    : `let source_row = row;
${store}`
}`,
    ),
    workgroups: ({ rows: count }) => elementWorkgroups(count * columns),
  })
}
