/**
 * Register-tiled matrix products: rows times packed weights (the recurrence and its adjoint), and the sum of outer products
 * over rows (gradients of weights). Every element is summed over k in ascending order in one accumulator, whatever
 * the tile, so the tile does not change a bit.
 */
import type { FunctionBuilder, Local, ModuleBuilder } from './module-builder.ts'

/** A tile of `rows` x `columns` accumulators; columns are a multiple of 4. */
export interface Tile {
  readonly rows: number
  readonly columns: number
}

/** Whether `relaxed_madd` may be used; plain multiply and add otherwise. */
export interface VectorFeatures {
  readonly relaxedMultiplyAdd: boolean
}

/** acc = a * b + acc for vectors held in locals. */
export function multiplyAdd(
  f: FunctionBuilder,
  a: Local,
  b: Local,
  accumulator: Local,
  { relaxedMultiplyAdd }: VectorFeatures,
): void {
  if (relaxedMultiplyAdd) f.get(a).get(b).get(accumulator).simd('f32x4.relaxed_madd').set(accumulator)
  else f.get(a).get(b).simd('f32x4.mul').get(accumulator).simd('f32x4.add').set(accumulator)
}

const UNROLL = 4

/** Emits `f.loop` over a count known to be positive in `counter`, unrolled with a rest. */
function unrolledLoop(
  f: FunctionBuilder,
  count: Local,
  step: (unrolled: number) => void,
  advance: (by: number) => void,
): void {
  const counter = f.integerLocal()
  f.get(count).constant(2).integer('shr_u').tee(counter)
  f.when(() =>
    f.loop(() => {
      for (let u = 0; u < UNROLL; u++) step(u)
      advance(UNROLL)
      f.get(counter).constant(1).integer('sub').tee(counter)
    }),
  )
  f.get(count)
    .constant(UNROLL - 1)
    .integer('and')
    .tee(counter)
  f.when(() =>
    f.loop(() => {
      step(0)
      advance(1)
      f.get(counter).constant(1).integer('sub').tee(counter)
    }),
  )
}

function accumulators(f: FunctionBuilder, { rows, columns }: Tile): Local[][] {
  return Array.from({ length: rows }, () => Array.from({ length: columns / 4 }, () => f.vectorLocal()))
}

/** Loads the tile at c when `accumulate` is set, zeros otherwise. */
function startTile(f: FunctionBuilder, tile: Local[][], c: Local, cStride: Local, accumulate: Local): void {
  const address = f.integerLocal()
  f.get(accumulate).when(
    () => {
      f.get(c).set(address)
      tile.forEach((row, i) => {
        row.forEach((accumulator, j) =>
          f
            .get(address)
            .load('v128.load', 16 * j)
            .set(accumulator),
        )
        if (i < tile.length - 1) f.advance(address, cStride)
      })
    },
    () => {
      for (const accumulator of tile.flat()) f.floats(0).set(accumulator)
    },
  )
}

function endTile(f: FunctionBuilder, tile: Local[][], c: Local, cStride: Local): void {
  const address = f.integerLocal()
  f.get(c).set(address)
  tile.forEach((row, i) => {
    row.forEach((accumulator, j) =>
      f
        .get(address)
        .get(accumulator)
        .store(16 * j),
    )
    if (i < tile.length - 1) f.advance(address, cStride)
  })
}

/** c[tile] (+)= a[rows, k] * packed[k, columns]. Parameters: a, aStride, packed, c, cStride, k, accumulate. */
function addRowTile(module: ModuleBuilder, tile: Tile, features: VectorFeatures): number {
  return module.add(`rowTile${tile.rows}`, 7, (f) => {
    const [a, aStride, packed, c, cStride, k, accumulate] = [0, 1, 2, 3, 4, 5, 6].map((index) =>
      f.parameter(index),
    ) as [Local, Local, Local, Local, Local, Local, Local]
    const accumulator = accumulators(f, tile)
    const rowAddresses = Array.from({ length: tile.rows }, () => f.integerLocal())
    const weights = Array.from({ length: tile.columns / 4 }, () => f.vectorLocal())
    const value = f.vectorLocal()
    rowAddresses.forEach((address, i) => {
      if (i === 0) f.get(a).set(address)
      else
        f.get(rowAddresses[i - 1]!)
          .get(aStride)
          .integer('add')
          .set(address)
    })
    startTile(f, accumulator, c, cStride, accumulate)
    unrolledLoop(
      f,
      k,
      (u) => {
        weights.forEach((weight, j) =>
          f
            .get(packed)
            .load('v128.load', (u * tile.columns + 4 * j) * 4)
            .set(weight),
        )
        rowAddresses.forEach((address, i) => {
          f.get(address)
            .load('v128.load32_splat', 4 * u)
            .set(value)
          weights.forEach((weight, j) => multiplyAdd(f, value, weight, accumulator[i]![j]!, features))
        })
      },
      (by) => {
        f.advance(packed, by * tile.columns * 4)
        for (const address of rowAddresses) f.advance(address, 4 * by)
      },
    )
    endTile(f, accumulator, c, cStride)
  })
}

/** c[tile] += sum over rows of a[row, i] * b[row, j]. Parameters: a, aStride, b, bStride, c, cStride, rows. */
function addOuterTile(module: ModuleBuilder, tile: Tile, features: VectorFeatures): number {
  return module.add(`outerTile${tile.rows}`, 7, (f) => {
    const [a, aStride, b, bStride, c, cStride, rows] = [0, 1, 2, 3, 4, 5, 6].map((index) => f.parameter(index)) as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ]
    const accumulator = accumulators(f, tile)
    const columns = Array.from({ length: tile.columns / 4 }, () => f.vectorLocal())
    const value = f.vectorLocal()
    const always = f.integerLocal()
    f.constant(1).set(always)
    startTile(f, accumulator, c, cStride, always)
    f.loop(() => {
      columns.forEach((column, j) =>
        f
          .get(b)
          .load('v128.load', 16 * j)
          .set(column),
      )
      accumulator.forEach((row, i) => {
        f.get(a)
          .load('v128.load32_splat', 4 * i)
          .set(value)
        columns.forEach((column, j) => multiplyAdd(f, value, column, row[j]!, features))
      })
      f.advance(a, aStride).advance(b, bStride)
      f.get(rows).constant(1).integer('sub').tee(rows)
    })
    endTile(f, accumulator, c, cStride)
  })
}

/** Calls `tiles[height]` over `count` rows: full tiles first, then the rest. `call` leaves the arguments on the stack. */
function overRowTiles(
  f: FunctionBuilder,
  tiles: readonly number[],
  count: Local,
  call: () => void,
  next: (rows: number) => void,
): void {
  const left = f.integerLocal()
  const full = tiles.length
  f.get(count).set(left)
  f.get(left)
    .constant(full)
    .integer('ge_u')
    .when(() =>
      f.loop(() => {
        call()
        f.call(tiles[full - 1]!)
        next(full)
        f.get(left).constant(full).integer('sub').tee(left).constant(full).integer('ge_u')
      }),
    )
  for (let height = 1; height < full; height++)
    f.get(left)
      .constant(height)
      .integer('sub')
      .integer('eqz')
      .when(() => {
        call()
        f.call(tiles[height - 1]!)
      })
}

/**
 * Adds `multiplyRows(a, aStride, packed, c, cStride, rows, panels, k, accumulate)`: c [rows, panels * columns] (+)= a [rows, k] * packed,
 * and `addOuter(a, aStride, aCount, b, bStride, bPanels, c, cStride, rows)`: c [aCount, bPanels * columns] += a^T b. Strides in bytes. Reads of b may
 * pass the end of a row up to the panel: rows need that much slack behind them.
 */
export function addProducts(module: ModuleBuilder, tile: Tile, features: VectorFeatures): void {
  const heights = Array.from({ length: tile.rows }, (_, i) => i + 1)
  const rowTiles = heights.map((rows) => addRowTile(module, { rows, columns: tile.columns }, features))
  const outerTiles = heights.map((rows) => addOuterTile(module, { rows, columns: tile.columns }, features))
  module.add('multiplyRows', 9, (f) => {
    const [a, aStride, packed, c, cStride, rows, panels, k, accumulate] = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((index) =>
      f.parameter(index),
    ) as Local[]
    const aRow = f.integerLocal()
    const cRow = f.integerLocal()
    f.loop(() => {
      f.get(a!).set(aRow).get(c!).set(cRow)
      overRowTiles(
        f,
        rowTiles,
        rows!,
        () => [aRow, aStride!, packed!, cRow, cStride!, k!, accumulate!].forEach((local) => f.get(local)),
        (height) => {
          f.get(aRow).get(aStride!).constant(height).integer('mul').integer('add').set(aRow)
          f.get(cRow).get(cStride!).constant(height).integer('mul').integer('add').set(cRow)
        },
      )
      f.get(packed!)
        .get(k!)
        .constant(tile.columns * 4)
        .integer('mul')
        .integer('add')
        .set(packed!)
      f.advance(c!, tile.columns * 4)
      f.get(panels!).constant(1).integer('sub').tee(panels!)
    })
  })
  module.add('addOuter', 9, (f) => {
    const [a, aStride, aCount, b, bStride, bPanels, c, cStride, rows] = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((index) =>
      f.parameter(index),
    ) as Local[]
    const aColumn = f.integerLocal()
    const cRow = f.integerLocal()
    f.loop(() => {
      f.get(a!).set(aColumn).get(c!).set(cRow)
      overRowTiles(
        f,
        outerTiles,
        aCount!,
        () => [aColumn, aStride!, b!, bStride!, cRow, cStride!, rows!].forEach((local) => f.get(local)),
        (height) => {
          f.advance(aColumn, 4 * height)
          f.get(cRow).get(cStride!).constant(height).integer('mul').integer('add').set(cRow)
        },
      )
      f.advance(b!, tile.columns * 4).advance(c!, tile.columns * 4)
      f.get(bPanels!).constant(1).integer('sub').tee(bPanels!)
    })
  })
}

/** Adds `clear(address, vectors)`, `sumRows(target, source, stride, rows, vectors)`: target += sum over rows; `addRow(target, source, count)`: target[i] += source[i]. */
export function addSums(module: ModuleBuilder): void {
  module.add('sumRows', 5, (f) => {
    const [target, source, stride, rows, vectors] = [0, 1, 2, 3, 4].map((index) => f.parameter(index)) as [
      Local,
      Local,
      Local,
      Local,
      Local,
    ]
    const address = f.integerLocal()
    const left = f.integerLocal()
    const sum = f.vectorLocal()
    f.loop(() => {
      f.get(source).set(address).get(rows).set(left)
      f.get(target).load('v128.load', 0).set(sum)
      f.loop(() => {
        f.get(sum).get(address).load('v128.load', 0).simd('f32x4.add').set(sum)
        f.advance(address, stride)
        f.get(left).constant(1).integer('sub').tee(left)
      })
      f.get(target).get(sum).store(0)
      f.advance(target, 16).advance(source, 16)
      f.get(vectors).constant(1).integer('sub').tee(vectors)
    })
  })
  module.add('clear', 2, (f) => {
    const [address, vectors] = [0, 1].map((index) => f.parameter(index)) as [Local, Local]
    f.loop(() => {
      f.get(address).floats(0).store(0)
      f.advance(address, 16)
      f.get(vectors).constant(1).integer('sub').tee(vectors)
    })
  })
  module.add('addRow', 3, (f) => {
    const [target, source, count] = [0, 1, 2].map((index) => f.parameter(index)) as [Local, Local, Local]
    const left = f.integerLocal()
    f.get(count)
      .constant(2)
      .integer('shr_u')
      .tee(left)
      .when(() =>
        f.loop(() => {
          f.get(target).get(target).load('v128.load', 0).get(source).load('v128.load', 0).simd('f32x4.add').store(0)
          f.advance(target, 16).advance(source, 16)
          f.get(left).constant(1).integer('sub').tee(left)
        }),
      )
    f.get(count)
      .constant(3)
      .integer('and')
      .tee(left)
      .when(() =>
        f.loop(() => {
          f.get(target).get(target).loadFloat(0).get(source).loadFloat(0).addFloat().storeFloat(0)
          f.advance(target, 4).advance(source, 4)
          f.get(left).constant(1).integer('sub').tee(left)
        }),
      )
  })
}
