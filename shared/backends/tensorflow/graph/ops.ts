/**
 * TensorFlow's operations as methods: values enter and leave, shapes broadcast from the right as everywhere in TensorFlow. Integers that say
 * where or how many may be numbers, known when the graph is written, or values.
 */
import { GraphNodes, type Value } from './graph.ts'
import type { Attribute, DataType, GraphShape } from './messages.ts'

/** An int32 that is known now, or a scalar of the graph. */
export type Count = number | Value

type UnaryOp =
  'Neg' | 'Sign' | 'Abs' | 'Sqrt' | 'Exp' | 'Expm1' | 'Log' | 'Log1p' | 'Sigmoid' | 'Tanh' | 'Sin' | 'Cos' | 'Square'
type BinaryOp = 'AddV2' | 'Sub' | 'Mul' | 'RealDiv' | 'Minimum' | 'Maximum'
type Comparison = 'Greater' | 'GreaterEqual' | 'Less' | 'LessEqual' | 'Equal'

export class Graph extends GraphNodes {
  readonly #constants = new Map<string, Value>()

  /** The one output of a node. */
  only(op: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>>, type: DataType): Value {
    return this.node(op, inputs, attributes, [type])[0]!
  }

  // ---- values known when the graph is written

  floats(shape: readonly number[], values: readonly number[]): Value {
    return this.#constant('float', shape, Float32Array.from(values))
  }

  integers(values: number | readonly number[]): Value {
    return typeof values === 'number'
      ? this.#constant('int32', [], Int32Array.of(values))
      : this.#constant('int32', [values.length], Int32Array.from(values))
  }

  scalar(value: number, type: 'float' | 'double' = 'float'): Value {
    return this.#constant(type, [], type === 'float' ? Float32Array.of(value) : Float64Array.of(value))
  }

  /** Each is made once. */
  #constant(type: DataType, shape: readonly number[], values: Float32Array | Float64Array | Int32Array): Value {
    const bytes = new Uint8Array(values.buffer)
    const key = `${type} ${shape.join()} ${bytes.join()}`
    const known =
      this.#constants.get(key) ??
      this.only('Const', [], { dtype: { type }, value: { tensor: { type, shape, bytes } } }, type)
    this.#constants.set(key, known)
    return known
  }

  placeholder(name: string, type: DataType, shape: GraphShape): Value {
    return this.node('Placeholder', [], { dtype: { type }, shape: { shape } }, [type], { name })[0]!
  }

  // ---- arithmetic

  unary(op: UnaryOp, a: Value): Value {
    return this.only(op, [a], { T: { type: a.type } }, a.type)
  }

  binary(op: BinaryOp, a: Value, b: Value): Value {
    return this.only(op, [a, b], { T: { type: a.type } }, a.type)
  }

  add(a: Value, b: Value): Value {
    return this.binary('AddV2', a, b)
  }

  subtract(a: Value, b: Value): Value {
    return this.binary('Sub', a, b)
  }

  multiply(a: Value, b: Value): Value {
    return this.binary('Mul', a, b)
  }

  divide(a: Value, b: Value): Value {
    return this.binary('RealDiv', a, b)
  }

  square(a: Value): Value {
    return this.unary('Square', a)
  }

  compare(op: Comparison, a: Value, b: Value): Value {
    const attributes: Record<string, Attribute> = { T: { type: a.type } }
    if (op === 'Equal') attributes.incompatible_shape_error = { bool: true }
    return this.only(op, [a, b], attributes, 'bool')
  }

  and(a: Value, b: Value): Value {
    return this.only('LogicalAnd', [a, b], {}, 'bool')
  }

  or(a: Value, b: Value): Value {
    return this.only('LogicalOr', [a, b], {}, 'bool')
  }

  not(a: Value): Value {
    return this.only('LogicalNot', [a], {}, 'bool')
  }

  isFinite(a: Value): Value {
    return this.only('IsFinite', [a], { T: { type: a.type } }, 'bool')
  }

  /** `a` where the condition holds, `b` elsewhere, whatever stands in what is not taken. */
  select(condition: Value, a: Value, b: Value): Value {
    return this.only('SelectV2', [condition, a, b], { T: { type: a.type } }, a.type)
  }

  cast(a: Value, type: DataType): Value {
    if (a.type === type) return a
    return this.only('Cast', [a], { SrcT: { type: a.type }, DstT: { type }, Truncate: { bool: false } }, type)
  }

  /** a b, each matrix transposed where that is said. */
  product(a: Value, b: Value, { isTransposedA = false, isTransposedB = false } = {}): Value {
    return this.only(
      'MatMul',
      [a, b],
      { T: { type: a.type }, transpose_a: { bool: isTransposedA }, transpose_b: { bool: isTransposedB } },
      a.type,
    )
  }

  // ---- sums and the like, over some axes

  reduce(op: 'Sum' | 'Max' | 'Mean', a: Value, axes: readonly number[], keepsAxes = false): Value {
    const attributes = { T: { type: a.type }, Tidx: { type: 'int32' }, keep_dims: { bool: keepsAxes } } as const
    return this.only(op, [a, this.integers(axes)], attributes, a.type)
  }

  sum(a: Value, axes: readonly number[], keepsAxes = false): Value {
    return this.reduce('Sum', a, axes, keepsAxes)
  }

  /** Whether a condition holds along all of some axes. */
  all(a: Value, axes: readonly number[]): Value {
    return this.only('All', [a, this.integers(axes)], { Tidx: { type: 'int32' }, keep_dims: { bool: false } }, 'bool')
  }

  /** The first place of the largest entry along an axis. */
  largestPlace(a: Value, axis: number): Value {
    const attributes = { T: { type: a.type }, Tidx: { type: 'int32' }, output_type: { type: 'int32' } } as const
    return this.only('ArgMax', [a, this.integers(axis)], attributes, 'int32')
  }

  // ---- shapes

  /** [rank] */
  shape(a: Value): Value {
    return this.only('Shape', [a], { T: { type: a.type }, out_type: { type: 'int32' } }, 'int32')
  }

  /** The size of one dimension. */
  size(a: Value, axis: number): Value {
    return this.only(
      'StridedSlice',
      [this.shape(a), this.integers([axis]), this.integers([axis + 1]), this.integers([1])],
      {
        T: { type: 'int32' },
        Index: { type: 'int32' },
        begin_mask: { int: 0 },
        end_mask: { int: 0 },
        ellipsis_mask: { int: 0 },
        new_axis_mask: { int: 0 },
        shrink_axis_mask: { int: 1 },
      },
      'int32',
    )
  }

  /** Counts as one vector, where a shape is wanted. */
  dimensions(sizes: readonly Count[]): Value {
    if (sizes.every((size) => typeof size === 'number')) return this.integers(sizes)
    const values = sizes.map((size) => (typeof size === 'number' ? this.integers(size) : size))
    return this.only('Pack', values, { T: { type: 'int32' }, N: { int: values.length }, axis: { int: 0 } }, 'int32')
  }

  reshape(a: Value, sizes: readonly Count[]): Value {
    const attributes = { T: { type: a.type }, Tshape: { type: 'int32' } } as const
    return this.only('Reshape', [a, this.dimensions(sizes)], attributes, a.type)
  }

  broadcast(a: Value, sizes: readonly Count[]): Value {
    return this.broadcastTo(a, this.dimensions(sizes))
  }

  /** @param shape [rank] */
  broadcastTo(a: Value, shape: Value): Value {
    return this.only('BroadcastTo', [a, shape], { T: { type: a.type }, Tidx: { type: 'int32' } }, a.type)
  }

  zeros(sizes: readonly Count[]): Value {
    return this.broadcast(this.scalar(0), sizes)
  }

  expand(a: Value, axis: number): Value {
    return this.only('ExpandDims', [a, this.integers(axis)], { T: { type: a.type }, Tdim: { type: 'int32' } }, a.type)
  }

  transpose(a: Value, order: readonly number[]): Value {
    const attributes = { T: { type: a.type }, Tperm: { type: 'int32' } } as const
    return this.only('Transpose', [a, this.integers(order)], attributes, a.type)
  }

  concat(parts: readonly Value[], axis: number): Value {
    if (parts.length === 1) return parts[0]!
    const { type } = parts[0]!
    const attributes = { T: { type }, N: { int: parts.length }, Tidx: { type: 'int32' } } as const
    return this.only('ConcatV2', [...parts, this.integers(axis)], attributes, type)
  }

  /** Pieces of these sizes along an axis. */
  split(a: Value, sizes: readonly number[], axis: number): Value[] {
    if (sizes.length === 1) return [a]
    return this.node(
      'SplitV',
      [a, this.integers(sizes), this.integers(axis)],
      { T: { type: a.type }, Tlen: { type: 'int32' }, num_split: { int: sizes.length } },
      sizes.map(() => a.type),
    )
  }

  /** @param sizes -1 for all that follow */
  slice(a: Value, begin: readonly Count[], sizes: readonly Count[]): Value {
    const attributes = { T: { type: a.type }, Index: { type: 'int32' } } as const
    return this.only('Slice', [a, this.dimensions(begin), this.dimensions(sizes)], attributes, a.type)
  }

  // ---- places

  /** Entry `place` along the first axis. */
  at(a: Value, place: Value): Value {
    return this.only(
      'GatherV2',
      [a, place, this.integers(0)],
      { Tparams: { type: a.type }, Tindices: { type: 'int32' }, Taxis: { type: 'int32' }, batch_dims: { int: 0 } },
      a.type,
    )
  }

  /** @param places [..., n]: indices of the first n axes. */
  gather(a: Value, places: Value): Value {
    return this.only('GatherNd', [a, places], { Tparams: { type: a.type }, Tindices: { type: 'int32' } }, a.type)
  }

  /** Adds rows where their places say; several may go to one. */
  addAt(a: Value, places: Value, rows: Value): Value {
    const attributes = { T: { type: a.type }, Tindices: { type: 'int32' } } as const
    return this.only('TensorScatterAdd', [a, places, rows], attributes, a.type)
  }

  /** 0 .. count - 1 */
  range(count: Value): Value {
    return this.only('Range', [this.integers(0), count, this.integers(1)], { Tidx: { type: 'int32' } }, 'int32')
  }

  // ---- lists: one tensor a step, zeros where none was put

  newList(shape: readonly Count[], length: Count): Value {
    return this.only(
      'TensorListReserve',
      [this.dimensions(shape), typeof length === 'number' ? this.integers(length) : length],
      { element_dtype: { type: 'float' }, shape_type: { type: 'int32' } },
      'variant',
    )
  }

  put(list: Value, place: Value, item: Value): Value {
    return this.only(
      'TensorListSetItem',
      [list, place, item],
      { element_dtype: { type: 'float' }, resize_if_index_out_of_bounds: { bool: false } },
      'variant',
    )
  }

  /** The whole list as one tensor. @param shape of an item */
  stack(list: Value, shape: readonly Count[]): Value {
    return this.only(
      'TensorListStack',
      [list, this.dimensions(shape)],
      { element_dtype: { type: 'float' }, num_elements: { int: -1 } },
      'float',
    )
  }
}
