/** The WGSL of the kernels outside the recurrence, as it is emitted: a change of a text is seen in a review. */
import { expect, it } from 'vitest'
import { addPartials } from '../../../../shared/backends/webgpu/wgsl/add-partials.ts'
import { columnSums } from '../../../../shared/backends/webgpu/wgsl/column-sums.ts'
import { add } from '../../../../shared/backends/webgpu/wgsl/elementwise.ts'
import { gatherRows } from '../../../../shared/backends/webgpu/wgsl/gather-rows.ts'
import { blockNorms, totalNorm } from '../../../../shared/backends/webgpu/wgsl/gradient-norm.ts'
import type { Kernel } from '../../../../shared/backends/webgpu/wgsl/kernel.ts'
import { moveParameters } from '../../../../shared/backends/webgpu/wgsl/move-parameters.ts'
import { outerProduct } from '../../../../shared/backends/webgpu/wgsl/outer-product.ts'
import { packWeights } from '../../../../shared/backends/webgpu/wgsl/pack-weights.ts'
import { readOut, readOutBackward } from '../../../../shared/backends/webgpu/wgsl/readout.ts'
import { rowsProduct } from '../../../../shared/backends/webgpu/wgsl/rows-product.ts'
import { scatterRows } from '../../../../shared/backends/webgpu/wgsl/scatter-rows.ts'
import { sumSlots } from '../../../../shared/backends/webgpu/wgsl/sum-slots.ts'
import {
  meanInverse,
  similarities,
  squashStates,
  vaaStarGradient,
} from '../../../../shared/backends/webgpu/wgsl/vaa-star.ts'

const layout = { columns: 5, sourceRow: 11, sourceColumn: 4, resultRow: 7, resultColumn: 1 }
const uses = [
  { offset: 0, isTransposed: false },
  { offset: 30, isTransposed: true },
]
const readout = { width: 20, outputSize: 3 }

const kernels: readonly Kernel[] = [
  packWeights(),
  rowsProduct({
    ...{ name: 'rows-product', depth: 19, columns: 96, leftRow: 23, resultRow: 100 },
    ...{ accumulates: true, isMasked: true },
  }),
  outerProduct({
    ...{ name: 'outer-product', adjointColumns: 96, operandColumns: 20, adjointRow: 100, operandRow: 20 },
    isMasked: false,
  }),
  columnSums({ name: 'column-sums', columns: 35, sourceRow: 40, isMasked: true }),
  addPartials({ name: 'add-partials', parameters: [{ start: 2, rows: 5, columns: 6, uses }], splitFloats: 60 }),
  gatherRows({ name: 'gather-rows', ...layout, isListed: true, isMasked: true, accumulates: false }),
  scatterRows({ name: 'scatter-rows', ...layout }),
  add(),
  readOut({ ...readout, loss: 'mse' }),
  readOut({ ...readout, loss: 'cross-entropy' }),
  readOutBackward({ ...readout, loss: 'mse' }),
  readOutBackward({ ...readout, loss: 'cross-entropy' }),
  sumSlots(2),
  blockNorms(),
  totalNorm(),
  moveParameters('adam'),
  moveParameters('sgd'),
  squashStates(9),
  similarities(),
  meanInverse(),
  vaaStarGradient(9),
]

it.each(kernels)('$name', ({ code }) => expect(code).toMatchSnapshot())

it('every kernel is within eight storage buffers, which every adapter has', () => {
  for (const { bindings } of kernels) expect(bindings.length - 1).toBeLessThanOrEqual(8)
})
