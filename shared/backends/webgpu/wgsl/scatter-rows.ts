/**
 * Rows of slots [K, B] added to the steps [T, B] that they belong to: adjoints of what is read out, at the outputs that it is read from. A
 * series' slots are added in their order, also where several are read from one step.
 */
import { elementWorkgroups, overElements, replicaKernel, type ReplicaKernel } from './replica-kernel.ts'

export interface ScatteredRows {
  readonly name: string
  readonly columns: number
  /** Floats from one row to the next, and the first column, of both. */
  readonly sourceRow: number
  readonly sourceColumn: number
  readonly resultRow: number
  readonly resultColumn: number
}

/** `places` (i32, [K, B]) are rows of the result, each of the slot's own series, or -1 for a slot that is not used. */
export function scatterRows(rows: ScatteredRows): ReplicaKernel<'slots' | 'batch', 'source' | 'result' | 'places'> {
  const { name, columns, sourceRow, sourceColumn, resultRow, resultColumn } = rows
  return replicaKernel({
    name,
    fields: { slots: 'u32', batch: 'u32' },
    buffers: {
      source: { access: 'read', element: 'f32' },
      result: { access: 'read-write', element: 'f32' },
      places: { access: 'read', element: 'i32' },
    },
    body: overElements(
      `call.batch * ${columns}u`,
      `\
let column = e % ${columns}u;
for (var slot = 0u; slot < call.slots; slot++) {
  let row = slot * call.batch + e / ${columns}u;
  let place = places[places_base + row];
  if (place >= 0) {
    result[result_base + u32(place) * ${resultRow}u + ${resultColumn}u + column] +=
      source[source_base + row * ${sourceRow}u + ${sourceColumn}u + column];
  }
}`,
    ),
    workgroups: ({ batch }) => elementWorkgroups(batch * columns),
  })
}
