/**
 * Register-tiled matrix products: rows times packed weights (the recurrence and its adjoint), and the sum of outer products
 * over rows (gradients of weights). Every element is summed over k in ascending order in one accumulator, whatever
 * the tile, so the tile does not change a bit.
 */
import type { FunctionBuilder, Local, ModuleBuilder } from './module-builder.ts'
import { listedRow } from './rows.ts'

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

/** c[tile] += sum over rows of a[row, i] * b[row, j], both packed: a [rows, aColumns], b [rows, tile columns]. Parameters: a, b, c, cStride, rows. */
function addOuterTile(module: ModuleBuilder, tile: Tile, aColumns: number, features: VectorFeatures): number {
  return module.add(`outerTile${tile.rows}`, 5, (f) => {
    const [a, b, c, cStride, rows] = parametersOf(f, 5) as [Local, Local, Local, Local, Local]
    const accumulator = accumulators(f, tile)
    const columns = Array.from({ length: tile.columns / 4 }, () => f.vectorLocal())
    const value = f.vectorLocal()
    const always = f.integerLocal()
    f.constant(1).set(always)
    startTile(f, accumulator, c, cStride, always)
    unrolledLoop(
      f,
      rows,
      (u) => {
        columns.forEach((column, j) =>
          f
            .get(b)
            .load('v128.load', 4 * (u * tile.columns + 4 * j))
            .set(column),
        )
        accumulator.forEach((row, i) => {
          f.get(a)
            .load('v128.load32_splat', 4 * (u * aColumns + i))
            .set(value)
          columns.forEach((column, j) => multiplyAdd(f, value, column, row[j]!, features))
        })
      },
      (by) => {
        f.advance(a, 4 * by * aColumns).advance(b, 4 * by * tile.columns)
      },
    )
    endTile(f, accumulator, c, cStride)
  })
}

/**
 * Copies `rows` rows of `vectors` vectors each, one after the other, to `target`: the first ones, or with a `list` those whose numbers stand
 * there. Parameters: target, source, stride, rows, list (0: none).
 */
function addPackRows(module: ModuleBuilder, name: string, vectors: number): number {
  return module.add(name, 5, (f) => {
    const [target, source, stride, rows, list] = parametersOf(f, 5) as [Local, Local, Local, Local, Local]
    const copyFrom = (row: Local): void => {
      for (let i = 0; i < vectors; i++)
        f.get(target)
          .get(row)
          .load('v128.load', 16 * i)
          .store(16 * i)
      f.advance(target, 16 * vectors)
    }
    const row = f.integerLocal()
    f.get(list).when(
      () =>
        repeat(f, rows, () => {
          listedRow(f, source, stride, list).set(row)
          copyFrom(row)
          f.advance(list, 4)
        }),
      () =>
        repeat(f, rows, () => {
          copyFrom(source)
          f.advance(source, stride)
        }),
    )
  })
}

/**
 * Calls `tiles[height]` over `count` rows, with heights as even as can be: 16 rows are tiles of 5, 5 and 6, as a low tile
 * wastes more than it saves. `call` leaves the arguments on the stack.
 */
function overRowTiles(
  f: FunctionBuilder,
  tiles: readonly number[],
  count: Local,
  call: () => void,
  next: (rows: number) => void,
): void {
  const left = f.integerLocal()
  const full = tiles.length
  const isMultiple = f.integerLocal()
  const runTile = (height: number): void => {
    call()
    f.call(tiles[height - 1]!)
    next(height)
    f.get(left).constant(height).integer('sub').set(left)
  }
  f.get(count).set(left)
  f.whileLoop(
    () => f.get(left).constant(full).integer('ge_u'),
    () => {
      f.get(left).constant(full).integer('rem_u').integer('eqz').set(isMultiple)
      if (full < 3) runTile(full)
      else
        f.get(isMultiple).when(
          () => runTile(full),
          () => runTile(full - 1),
        )
    },
  )
  for (let height = 1; height < full; height++)
    f.get(left)
      .constant(height)
      .integer('eq')
      .when(() => {
        call()
        f.call(tiles[height - 1]!)
      })
}

/** The parameters of a function being written, by position. */
function parametersOf(f: FunctionBuilder, count: number): Local[] {
  return Array.from({ length: count }, (_, index) => f.parameter(index))
}

/** target = target + count * bytes */
function advanceTimes(f: FunctionBuilder, target: Local, by: Local, times: number): void {
  f.get(target).get(by).constant(times).integer('mul').integer('add').set(target)
}

/** Repeats the body `count` times, at least once; counts the local down to zero. */
function repeat(f: FunctionBuilder, count: Local, body: () => void): void {
  f.loop(() => {
    body()
    f.get(count).constant(1).integer('sub').tee(count)
  })
}

/** Rows that `addOuter` sums before it goes on: a packed panel of each operand stays in the first-level cache. */
const OUTER_ROWS = 128

/** Columns of whole tiles and whole vectors: the work of `addOuter` is split in multiples of this. */
export const outerColumns = ({ rows }: Tile): number => (rows % 4 === 0 ? rows : rows % 2 === 0 ? 2 * rows : 4 * rows)

/** Columns of a that `addOuter` packs together: each panel of b is read from the second-level cache once for all of them. */
const packedColumns = (tile: Tile): number => 2 * outerColumns(tile)

/** Bytes that `addOuter` needs for itself. */
export const outerScratchBytes = (tile: Tile, bPanels: number): number =>
  4 * OUTER_ROWS * (packedColumns(tile) + bPanels * tile.columns)

/** Names and parameters (addresses and strides in bytes) of what `addProducts` adds. */
export const MULTIPLY = 'multiply'
export const ADD_OUTER = 'addOuter'

/**
 * Adds two functions.
 *
 * `multiply(a, aStride, aGroup, packed, c, cStride, cGroup, groups, rows, panels, k, accumulate)`: c (+)= a * packed for `groups` groups (steps)
 * of `rows` rows (series): a [groups, rows, k], c [groups, rows, panels * columns], packed [panels, k, columns].
 *
 * `addOuter(a, aStride, aCount, b, bStride, bPanels, c, cStride, rows, scratch, list)`: c [aCount, bPanels * columns] += a^T b. Both operands are packed
 * first, as rows far apart would miss the caches. Reads may pass the end of a row up to the panel: rows need that much slack behind them.
 * With a list (0: none) the rows are those whose numbers stand there.
 */
export function addProducts(module: ModuleBuilder, tile: Tile, features: VectorFeatures): void {
  const heights = Array.from({ length: tile.rows }, (_, i) => i + 1)
  const rowTiles = heights.map((rows) => addRowTile(module, { rows, columns: tile.columns }, features))
  module.add(MULTIPLY, 12, (f) => {
    const [a, aStride, aGroup, packed, c, cStride, cGroup, groups, rows, panels, k, accumulate] = parametersOf(
      f,
      12,
    ) as [...Local[]]
    const [aStart, cStart, aRow, cRow, group] = Array.from({ length: 5 }, () => f.integerLocal())
    repeat(f, panels!, () => {
      f.get(a!).set(aStart!).get(c!).set(cStart!).get(groups!).set(group!)
      repeat(f, group!, () => {
        f.get(aStart!).set(aRow!).get(cStart!).set(cRow!)
        overRowTiles(
          f,
          rowTiles,
          rows!,
          () => [aRow!, aStride!, packed!, cRow!, cStride!, k!, accumulate!].forEach((local) => f.get(local)),
          (height) => {
            advanceTimes(f, aRow!, aStride!, height)
            advanceTimes(f, cRow!, cStride!, height)
          },
        )
        f.advance(aStart!, aGroup!).advance(cStart!, cGroup!)
      })
      advanceTimes(f, packed!, k!, tile.columns * 4)
      f.advance(c!, tile.columns * 4)
    })
  })
  const aColumns = packedColumns(tile)
  const outerTiles = heights.map((rows) => addOuterTile(module, { rows, columns: tile.columns }, aColumns, features))
  const packA = addPackRows(module, 'packA', aColumns / 4)
  const packB = addPackRows(module, 'packB', tile.columns / 4)
  module.add(ADD_OUTER, 11, (f) => {
    const [a, aStride, aCount, b, bStride, bPanels, c, cStride, rows, scratch, list] = parametersOf(f, 11) as [
      ...Local[],
    ]
    const [together, panel, from, packed, aFrom, left, width, aTile, cTile, cPanel, cRow, packedPanels] = Array.from(
      { length: 12 },
      () => f.integerLocal(),
    )
    const panelBytes = f.integerLocal()
    f.get(scratch!)
      .constant(OUTER_ROWS * aColumns * 4)
      .integer('add')
      .set(packedPanels!)
    f.whileLoop(
      () => f.get(rows!),
      () => {
        minimum(f, rows!, OUTER_ROWS, together!)
        f.get(together!)
          .constant(tile.columns * 4)
          .integer('mul')
          .set(panelBytes)
        f.get(b!).set(from!).get(packedPanels!).set(packed!).get(bPanels!).set(panel!)
        repeat(f, panel!, () => {
          f.get(packed!).get(from!).get(bStride!).get(together!).get(list!).call(packB)
          f.advance(from!, tile.columns * 4).advance(packed!, panelBytes)
        })
        f.get(a!).set(aFrom!).get(c!).set(cRow!).get(aCount!).set(left!)
        f.whileLoop(
          () => f.get(left!),
          () => {
            minimum(f, left!, aColumns, width!)
            f.get(scratch!).get(aFrom!).get(aStride!).get(together!).get(list!).call(packA)
            f.get(packedPanels!).set(packed!).get(cRow!).set(cPanel!).get(bPanels!).set(panel!)
            repeat(f, panel!, () => {
              f.get(scratch!).set(aTile!).get(cPanel!).set(cTile!)
              overRowTiles(
                f,
                outerTiles,
                width!,
                () => [aTile!, packed!, cTile!, cStride!, together!].forEach((local) => f.get(local)),
                (height) => {
                  f.advance(aTile!, 4 * height)
                  advanceTimes(f, cTile!, cStride!, height)
                },
              )
              f.advance(packed!, panelBytes).advance(cPanel!, tile.columns * 4)
            })
            f.advance(aFrom!, aColumns * 4)
            advanceTimes(f, cRow!, cStride!, aColumns)
            f.get(left!).get(width!).integer('sub').set(left!)
          },
        )
        f.get(list!).when(
          () => f.get(list!).get(together!).constant(4).integer('mul').integer('add').set(list!),
          () => {
            f.get(a!).get(aStride!).get(together!).integer('mul').integer('add').set(a!)
            f.get(b!).get(bStride!).get(together!).integer('mul').integer('add').set(b!)
          },
        )
        f.get(rows!).get(together!).integer('sub').set(rows!)
      },
    )
  })
}

/** result = min(value, limit) */
function minimum(f: FunctionBuilder, value: Local, limit: number, result: Local): void {
  f.constant(limit).set(result)
  f.get(value)
    .constant(limit)
    .integer('lt_u')
    .when(() => f.get(value).set(result))
}
