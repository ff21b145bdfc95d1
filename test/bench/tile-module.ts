/**
 * A WebAssembly module with nothing but a register tile: C [rows, N] = A [rows, K] * packed B, one thread. What it reaches
 * is the most that matrix products can reach here. Written down by itself, byte by byte, so that no change of the engine
 * moves the scale that the engine is measured on.
 */

/** R rows by C columns of accumulators, `unroll` steps of K written out. */
export interface TileShape {
  readonly rows: number
  readonly columns: number
  readonly unroll: number
}

const I32 = 0x7f
const V128 = 0x7b
const FLOAT_BYTES = 4
/** Pages of 64 KiB of the imported memory. */
export const MEMORY_PAGES = 512

const OP = { loop: [0x03, 0x40], branchIf: [0x0d, 0], end: 0x0b, call: 0x10, add: 0x6a, subtract: 0x6b, multiply: 0x6c }
const SIMD = { load: 0, splat: 0x09, store: 0x0b, multiplyAdd: 0x105 }

function unsigned(value: number): number[] {
  const bytes: number[] = []
  for (;;) {
    const byte = value & 0x7f
    value >>>= 7
    if (value === 0) return [...bytes, byte]
    bytes.push(byte | 0x80)
  }
}

function signed(value: number): number[] {
  const bytes: number[] = []
  for (;;) {
    const byte = value & 0x7f
    value >>= 7
    if ((value === 0 && !(byte & 0x40)) || (value === -1 && byte & 0x40)) return [...bytes, byte]
    bytes.push(byte | 0x80)
  }
}

const get = (local: number): number[] => [0x20, ...unsigned(local)]
const set = (local: number): number[] => [0x21, ...unsigned(local)]
const tee = (local: number): number[] => [0x22, ...unsigned(local)]
const constant = (value: number): number[] => [0x41, ...signed(value)]
const advance = (local: number, by: number[]): number[] => [...get(local), ...by, OP.add, ...set(local)]
const countDown = (local: number, by: number): number[] => [
  ...get(local),
  ...constant(by),
  OP.subtract,
  ...tee(local),
  ...OP.branchIf,
]
const simd = (operation: number): number[] => [0xfd, ...unsigned(operation)]
const access = (operation: number, offset: number): number[] => [...simd(operation), 2, ...unsigned(offset)]

const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()]
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes]
const section = (id: number, items: readonly (readonly number[])[]): number[] => [id, ...sized(list(items))]

/** Parameters: A, bytes a row of A, panel of B, C, bytes a row of C, K. */
function tileFunction({ rows, columns, unroll }: TileShape): number[] {
  const [a, aRowBytes, b, c, cRowBytes, k] = [0, 1, 2, 3, 4, 5]
  const vectors = columns / 4
  let next = 6
  const newLocal = (): number => next++
  const aRows = Array.from({ length: rows }, newLocal)
  const sums = aRows.map(() => Array.from({ length: vectors }, newLocal))
  const bVectors = Array.from({ length: vectors }, newLocal)
  const aValue = newLocal()

  const code: number[] = [...get(a), ...set(aRows[0]!)]
  for (let i = 1; i < rows; i++) code.push(...get(aRows[i - 1]!), ...get(aRowBytes), OP.add, ...set(aRows[i]!))
  code.push(...OP.loop)
  for (let u = 0; u < unroll; u++) {
    bVectors.forEach((vector, j) =>
      code.push(...get(b), ...access(SIMD.load, (u * columns + 4 * j) * FLOAT_BYTES), ...set(vector)),
    )
    aRows.forEach((aRow, i) => {
      code.push(...get(aRow), ...access(SIMD.splat, u * FLOAT_BYTES), ...set(aValue))
      sums[i]!.forEach((sum, j) =>
        code.push(...get(aValue), ...get(bVectors[j]!), ...get(sum), ...simd(SIMD.multiplyAdd), ...set(sum)),
      )
    })
  }
  code.push(...advance(b, constant(unroll * columns * FLOAT_BYTES)))
  for (const aRow of aRows) code.push(...advance(aRow, constant(unroll * FLOAT_BYTES)))
  code.push(...countDown(k, unroll), OP.end)
  sums.forEach((row, i) => {
    row.forEach((sum, j) => code.push(...get(c), ...get(sum), ...access(SIMD.store, 16 * j)))
    if (i < rows - 1) code.push(...advance(c, get(cRowBytes)))
  })
  const locals = [
    [...unsigned(rows), I32],
    [...unsigned(rows * vectors + vectors + 1), V128],
  ]
  return [...list(locals), ...code, OP.end]
}

/** Panels of B outside, tiles of rows inside. Parameters: A, B, C, tiles, panels, K, bytes a row of A, bytes a row of C. */
function productFunction({ rows, columns }: TileShape): number[] {
  const [a, b, c, tiles, panels, k, aRowBytes, cRowBytes] = [0, 1, 2, 3, 4, 5, 6, 7]
  const [tile, aTile, cTile] = [8, 9, 10]
  const byRows = (bytes: number): number[] => [...get(bytes), ...constant(rows), OP.multiply]
  const code = [
    ...[...OP.loop, ...get(a), ...set(aTile), ...get(c), ...set(cTile), ...get(tiles), ...set(tile)],
    ...[...OP.loop, ...get(aTile), ...get(aRowBytes), ...get(b), ...get(cTile), ...get(cRowBytes), ...get(k)],
    ...[OP.call, 0, ...advance(aTile, byRows(aRowBytes)), ...advance(cTile, byRows(cRowBytes))],
    ...[...countDown(tile, 1), OP.end],
    ...advance(b, [...get(k), ...constant(columns * FLOAT_BYTES), OP.multiply]),
    ...advance(c, constant(columns * FLOAT_BYTES)),
    ...[...countDown(panels, 1), OP.end],
  ]
  return [...list([[3, I32]]), ...code, OP.end]
}

/** Imports shared memory `host.memory` of MEMORY_PAGES; exports `product`. */
export function tileModule(shape: TileShape): Uint8Array<ArrayBuffer> {
  const text = (value: string): number[] => sized([...Buffer.from(value)])
  const type = (parameters: number): number[] => [0x60, ...sized(Array<number>(parameters).fill(I32)), 0]
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [type(6), type(8)]),
    ...section(2, [[...text('host'), ...text('memory'), 2, 3, ...unsigned(MEMORY_PAGES), ...unsigned(MEMORY_PAGES)]]),
    ...section(3, [[0], [1]]),
    ...section(7, [[...text('product'), 0, 1]]),
    ...section(10, [sized(tileFunction(shape)), sized(productFunction(shape))]),
  ])
}
