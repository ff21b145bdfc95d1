/** The kernels that take, spread, add and pack numbers, at odd sizes: exact, and only where they are asked to. */
import { afterAll, expect, it } from 'vitest'
import { add } from '../../../../shared/backends/webgpu/wgsl/elementwise.ts'
import { gatherRows } from '../../../../shared/backends/webgpu/wgsl/gather-rows.ts'
import { NO_SOURCE, packWeights, productSources } from '../../../../shared/backends/webgpu/wgsl/pack-weights.ts'
import { scatterRows } from '../../../../shared/backends/webgpu/wgsl/scatter-rows.ts'
import { closeTestDevices, runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { drawn, listed, nobodys, of, REPLICAS, shared, written } from './arrays.ts'

const [COLUMNS, SOURCE_ROW, RESULT_ROW] = [5, 11, 7]
const LAYOUT = { columns: COLUMNS, sourceRow: SOURCE_ROW, sourceColumn: 4, resultRow: RESULT_ROW, resultColumn: 1 }

afterAll(closeTestDevices)

it('listed rows are taken, and a row whose place is -1 stays as it is', async () => {
  const source = drawn(9 * SOURCE_ROW)
  const result = drawn(4 * RESULT_ROW)
  const places = [8, -1, 0, 8]
  const kernel = gatherRows({ name: 'rows', ...LAYOUT, isListed: true, isMasked: false, accumulates: false })
  const run = await runReplicaKernel(kernel, { rows: 4 }, { source, result, places: listed(places) }, REPLICAS)
  const after = written(result, run.result)
  for (const replica of REPLICAS) {
    const expected = of(result, replica).slice()
    places.forEach((place, row) => {
      for (let c = 0; c < COLUMNS && place >= 0; c++)
        expected[row * RESULT_ROW + 1 + c] = of(source, replica)[place * SOURCE_ROW + 4 + c]!
    })
    expect(of(after, replica)).toEqual(expected)
  }
  expect(nobodys(after)).toEqual(nobodys(result))
})

it('all rows are taken times a mask, and added to what stands there', async () => {
  const source = drawn(6 * SOURCE_ROW)
  const result = drawn(6 * RESULT_ROW)
  const mask = drawn(6 * RESULT_ROW)
  for (const replica of REPLICAS) of(mask, replica).forEach((value, i, all) => (all[i] = value > 0 ? 2 : 0))
  const kernel = gatherRows({ name: 'rows', ...LAYOUT, isListed: false, isMasked: true, accumulates: true })
  const run = await runReplicaKernel(kernel, { rows: 6 }, { source, result, mask }, REPLICAS)
  const after = written(result, run.result)
  for (const replica of REPLICAS) {
    const expected = of(result, replica).slice()
    for (let row = 0; row < 6; row++)
      for (let c = 0; c < COLUMNS; c++) {
        const place = row * RESULT_ROW + 1 + c
        expected[place]! += of(source, replica)[row * SOURCE_ROW + 4 + c]! * of(mask, replica)[place]!
      }
    expect(of(after, replica)).toEqual(expected)
  }
  expect(nobodys(after)).toEqual(nobodys(result))
})

it('rows of slots are added to the steps of their series, also two to one step', async () => {
  const [slots, batch, steps] = [3, 2, 4]
  const source = drawn(slots * batch * SOURCE_ROW)
  const result = drawn(steps * batch * RESULT_ROW)
  // Of series 0: step 3 twice. Of series 1: step 0, and a slot that is not used.
  const places = [6, 1, 6, -1, 2, 7]
  const run = await runReplicaKernel(
    scatterRows({ name: 'scatter', ...LAYOUT }),
    { slots, batch },
    { source, result, places: listed(places) },
    REPLICAS,
  )
  const after = written(result, run.result)
  for (const replica of REPLICAS) {
    const expected = of(result, replica).slice()
    places.forEach((place, row) => {
      for (let c = 0; c < COLUMNS && place >= 0; c++)
        expected[place * RESULT_ROW + 1 + c]! += of(source, replica)[row * SOURCE_ROW + 4 + c]!
    })
    expect(of(after, replica)).toEqual(expected)
  }
  expect(nobodys(after)).toEqual(nobodys(result))
})

it('another buffer is added, for more elements than one workgroup has', async () => {
  const count = 1005
  const result = drawn(count)
  const source = { ...drawn(count), place: { offset: 1, stride: count } }
  const added = await runReplicaKernel(add(), { count }, { source, result }, REPLICAS)
  const after = written(result, added.result)
  for (const replica of REPLICAS)
    expect(of(after, replica)).toEqual(
      of(result, replica).map((value, e) => value + source.array[1 + replica * count + e]!),
    )
  expect(nobodys(after)).toEqual(nobodys(result))
})

it('weights are packed for products in both directions, transposed matrices and padding among them', async () => {
  // W [2, 3] at 4, V [3, 2] at 11, used transposed.
  const gates = [
    { start: 4, isTransposed: false },
    { start: 11, isTransposed: true },
  ]
  const forward = productSources(gates, [2, 3], 'forward')
  const backward = productSources(gates, [2, 3], 'backward')
  expect([...forward]).toEqual([4, 7, 11, 12, 5, 8, 13, 14, 6, 9, 15, 16])
  expect([...backward]).toEqual([4, 5, 6, 7, 8, 9, 11, 13, 15, 12, 14, 16])
  const parameters = drawn(20)
  const packed = drawn(13)
  const sources = [NO_SOURCE, ...forward]
  const run = await runReplicaKernel(
    packWeights(),
    { count: 13 },
    { parameters, packed, sources: shared(sources) },
    REPLICAS,
  )
  for (const replica of REPLICAS)
    expect([...of(written(packed, run.packed), replica)]).toEqual(
      sources.map((source) => (source === NO_SOURCE ? 0 : of(parameters, replica)[source])),
    )
  expect(nobodys(written(packed, run.packed))).toEqual(nobodys(packed))
})
