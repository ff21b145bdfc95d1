/** Sums and copies of rows of floats: what stands between products and fused kernels. */
import type { FunctionBuilder, Local, ModuleBuilder } from './module-builder.ts'

/** Vectors that `sumRows` sums side by side: enough sums in flight to hide the latency of an addition. */
const SUMMED_TOGETHER = 4
export const SUMMED_COLUMNS = 4 * SUMMED_TOGETHER

/** Repeats the body `count` times, perhaps never. */
export function times(f: FunctionBuilder, count: Local, body: () => void): void {
  f.whileLoop(
    () => f.get(count),
    () => {
      body()
      f.get(count).constant(1).integer('sub').set(count)
    },
  )
}

/** Visits `count` floats, in vectors while there are four; `target` and `source` move along. */
function overFloats(
  f: FunctionBuilder,
  count: Local,
  target: Local,
  source: Local,
  vector: () => void,
  scalar: () => void,
): void {
  const left = f.integerLocal()
  f.get(count).constant(2).integer('shr_u').set(left)
  times(f, left, () => {
    vector()
    f.advance(target, 16).advance(source, 16)
  })
  f.get(count).constant(3).integer('and').set(left)
  times(f, left, () => {
    scalar()
    f.advance(target, 4).advance(source, 4)
  })
}

/**
 * Adds the functions (addresses and strides in bytes):
 * `clear(address, vectors)`;
 * `sumRows(target, source, stride, rows, vectors)`: target += the sum over rows, in their order;
 * `sumListedRows(target, source, stride, rows, vectors, list)`: the same over rows whose numbers stand in a list of integers;
 * `sumColumns(target, targetStride, source, sourceStride, rows, count)`: four equal floats at each target, the sum of a row's `count` floats:
 * four sums side by side, what is over to the first, then both halves, then both floats;
 * `addRow(target, source, count)`: target[i] += source[i];
 * `addRows(target, targetStride, source, sourceStride, rows, count)`: the same for rows;
 * `copyRows(target, targetStride, targetGroup, source, sourceStride, sourceGroup, groups, rows, count)`: rows of groups (steps);
 * `multiplyRows(...)`: target[i] *= source[i], with the same parameters;
 * `copyTransposed(target, targetStride, source, sourceStride, rows, count)`: target[i][r] = source[r][i] of rows of `count` floats;
 * `addTransposed(...)`: target[i][r] += source[r][i], with the same parameters.
 */
export function addRowOperations(module: ModuleBuilder): void {
  module.add('clear', 2, (f) => {
    const [address, vectors] = [f.parameter(0), f.parameter(1)]
    times(f, vectors, () => {
      f.get(address).floats(0).store(0)
      f.advance(address, 16)
    })
  })
  addSum(module, 'sumRows', false)
  addSum(module, 'sumListedRows', true)
  module.add('sumColumns', 6, (f) => {
    const [target, targetStride, source, sourceStride, rows, count] = [0, 1, 2, 3, 4, 5].map((index) =>
      f.parameter(index),
    ) as [Local, Local, Local, Local, Local, Local]
    const [from, left] = [f.integerLocal(), f.integerLocal()]
    const sum = f.vectorLocal()
    const add = (load: 'v128.load' | 'v128.load32_zero', bytes: number): void => {
      f.get(sum).get(from).load(load, 0).simd('f32x4.add').set(sum)
      f.advance(from, bytes)
    }
    times(f, rows, () => {
      f.get(source).set(from).floats(0).set(sum)
      f.get(count).constant(2).integer('shr_u').set(left)
      times(f, left, () => add('v128.load', 16))
      f.get(count).constant(3).integer('and').set(left)
      times(f, left, () => add('v128.load32_zero', 4))
      f.get(target).get(sum).get(sum).get(sum).shuffleHalves().simd('f32x4.add').store(0)
      f.get(target).get(target).loadFloat(0).get(target).loadFloat(4).addFloat().storeFloat(0)
      f.get(target).get(target).load('v128.load32_splat', 0).store(0)
      f.advance(target, targetStride).advance(source, sourceStride)
    })
  })
  const addRow = module.add('addRow', 3, (f) => {
    const [target, source, count] = [0, 1, 2].map((index) => f.parameter(index)) as [Local, Local, Local]
    overFloats(
      f,
      count,
      target,
      source,
      () => f.get(target).get(target).load('v128.load', 0).get(source).load('v128.load', 0).simd('f32x4.add').store(0),
      () => f.get(target).get(target).loadFloat(0).get(source).loadFloat(0).addFloat().storeFloat(0),
    )
  })
  module.add('addRows', 6, (f) => {
    const [target, targetStride, source, sourceStride, rows, count] = [0, 1, 2, 3, 4, 5].map((index) =>
      f.parameter(index),
    ) as [Local, Local, Local, Local, Local, Local]
    times(f, rows, () => {
      f.get(target).get(source).get(count).call(addRow)
      f.advance(target, targetStride).advance(source, sourceStride)
    })
  })
  const copyRow = module.add('copyRow', 3, (f) => {
    const [target, source, count] = [0, 1, 2].map((index) => f.parameter(index)) as [Local, Local, Local]
    overFloats(
      f,
      count,
      target,
      source,
      () => f.get(target).get(source).load('v128.load', 0).store(0),
      () => f.get(target).get(source).loadFloat(0).storeFloat(0),
    )
  })
  addGroups(module, 'copyRows', copyRow)
  const multiplyRow = module.add('multiplyRow', 3, (f) => {
    const [target, source, count] = [0, 1, 2].map((index) => f.parameter(index)) as [Local, Local, Local]
    overFloats(
      f,
      count,
      target,
      source,
      () => f.get(target).get(target).load('v128.load', 0).get(source).load('v128.load', 0).simd('f32x4.mul').store(0),
      () => f.get(target).get(target).loadFloat(0).get(source).loadFloat(0).multiplyFloat().storeFloat(0),
    )
  })
  addGroups(module, 'multiplyRows', multiplyRow)
  addTransposition(module, 'copyTransposed', (f, to, from) => f.get(to).get(from).loadFloat(0).storeFloat(0))
  addTransposition(module, 'addTransposed', (f, to, from) =>
    f.get(to).get(to).loadFloat(0).get(from).loadFloat(0).addFloat().storeFloat(0),
  )
}

/** Adds `name(target, targetStride, source, sourceStride, rows, count)`: `move` for every target[i][r] and source[r][i]. */
function addTransposition(
  module: ModuleBuilder,
  name: string,
  move: (f: FunctionBuilder, to: Local, from: Local) => void,
): void {
  module.add(name, 6, (f) => {
    const [target, targetStride, source, sourceStride, rows, count] = [0, 1, 2, 3, 4, 5].map((index) =>
      f.parameter(index),
    ) as [Local, Local, Local, Local, Local, Local]
    const [to, from, left] = [f.integerLocal(), f.integerLocal(), f.integerLocal()]
    times(f, count, () => {
      f.get(target).set(to).get(source).set(from).get(rows).set(left)
      times(f, left, () => {
        move(f, to, from)
        f.advance(to, 4).advance(from, sourceStride)
      })
      f.advance(target, targetStride).advance(source, 4)
    })
  })
}

/** The address of the row whose number `entry` points to. */
export function listedRow(f: FunctionBuilder, source: Local, stride: Local, entry: Local): FunctionBuilder {
  return f.get(entry).loadInteger(0).get(stride).integer('mul').get(source).integer('add')
}

function addSum(module: ModuleBuilder, name: string, isListed: boolean): void {
  module.add(name, isListed ? 6 : 5, (f) => {
    const [target, source, stride, rows, vectors] = [0, 1, 2, 3, 4].map((index) => f.parameter(index)) as [
      Local,
      Local,
      Local,
      Local,
      Local,
    ]
    const [address, entry, left] = [f.integerLocal(), f.integerLocal(), f.integerLocal()]
    const sums = Array.from({ length: SUMMED_TOGETHER }, () => f.vectorLocal())
    const sumTogether = (count: number): void => {
      f.get(source).set(address).get(rows).set(left)
      if (isListed) f.get(f.parameter(5)).set(entry)
      for (let i = 0; i < count; i++)
        f.get(target)
          .load('v128.load', 16 * i)
          .set(sums[i]!)
      times(f, left, () => {
        if (isListed) listedRow(f, source, stride, entry).set(address)
        for (let i = 0; i < count; i++)
          f.get(sums[i]!)
            .get(address)
            .load('v128.load', 16 * i)
            .simd('f32x4.add')
            .set(sums[i]!)
        if (isListed) f.advance(entry, 4)
        else f.advance(address, stride)
      })
      for (let i = 0; i < count; i++)
        f.get(target)
          .get(sums[i]!)
          .store(16 * i)
      f.advance(target, 16 * count).advance(source, 16 * count)
      f.get(vectors).constant(count).integer('sub').set(vectors)
    }
    f.whileLoop(
      () => f.get(vectors).constant(SUMMED_TOGETHER).integer('ge_u'),
      () => sumTogether(SUMMED_TOGETHER),
    )
    f.whileLoop(
      () => f.get(vectors),
      () => sumTogether(1),
    )
  })
}

/** Adds `name(target, targetStride, targetGroup, source, sourceStride, sourceGroup, groups, rows, count)`: `row(target, source, count)` for every row. */
function addGroups(module: ModuleBuilder, name: string, row: number): void {
  module.add(name, 9, (f) => {
    const [target, targetStride, targetGroup, source, sourceStride, sourceGroup, groups, rows, count] = [
      0, 1, 2, 3, 4, 5, 6, 7, 8,
    ].map((index) => f.parameter(index)) as [Local, Local, Local, Local, Local, Local, Local, Local, Local]
    const [targetRow, sourceRow, left] = [f.integerLocal(), f.integerLocal(), f.integerLocal()]
    times(f, groups, () => {
      f.get(target).set(targetRow).get(source).set(sourceRow).get(rows).set(left)
      times(f, left, () => {
        f.get(targetRow).get(sourceRow).get(count).call(row)
        f.advance(targetRow, targetStride).advance(sourceRow, sourceStride)
      })
      f.advance(target, targetGroup).advance(source, sourceGroup)
    })
  })
}
