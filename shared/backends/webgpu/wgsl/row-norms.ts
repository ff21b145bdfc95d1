/**
 * Norms of rows in ranges of their columns: how large the adjoint of each layer's state is, for the gradient that reaches back. Squares are
 * taken of numbers scaled by a power of two: gradients that all but vanish are what this is asked for.
 */
import { replicaKernel, workgroupsOf, type ReplicaKernel } from './replica-kernel.ts'
import { SCALES } from './scales.ts'
import { declareFold, declareSum } from './workgroup-sum.ts'

/** Invocations of a row's workgroup. */
const ROW_SIZE = 64

export interface ColumnRange {
  readonly start: number
  readonly end: number
}

/** `norms` [rows, ranges]. @param row floats from one row to the next */
export function rowNorms(row: number, ranges: readonly ColumnRange[]): ReplicaKernel<'rows', 'source' | 'norms'> {
  return replicaKernel({
    name: 'row-norms',
    fields: { rows: 'u32' },
    buffers: { source: { access: 'read', element: 'f32' }, norms: { access: 'read-write', element: 'f32' } },
    workgroupSize: ROW_SIZE,
    declarations: [
      declareSum(ROW_SIZE),
      declareFold('workgroup_max', 'u32', ROW_SIZE, 'max(a, b)'),
      SCALES,
      `const starts = array<u32, ${ranges.length}>(${ranges.map(({ start }) => `${start}u`).join(', ')});`,
      `const ends = array<u32, ${ranges.length}>(${ranges.map(({ end }) => `${end}u`).join(', ')});`,
    ].join('\n'),
    body: `\
for (var row = group.x; row < call.rows; row += groups.x) {
  let place = source_base + row * ${row}u;
  var size = 0u;
  for (var column = starts[group.y] + lane; column < ends[group.y]; column += ${ROW_SIZE}u) {
    size = max(size, bitcast<u32>(source[place + column]) & 0x7fffffffu);
  }
  size = workgroup_max(lane, size);
  var share = 0.0;
  for (var column = starts[group.y] + lane; column < ends[group.y]; column += ${ROW_SIZE}u) {
    let scaled = source[place + column] * scale_down(size);
    share += scaled * scaled;
  }
  let squares = workgroup_sum(lane, share);
  if (lane == 0u) { norms[norms_base + row * ${ranges.length}u + group.y] = norm_of(squares, size); }
}`,
    workgroups: ({ rows }) => [workgroupsOf(rows), ranges.length],
  })
}
