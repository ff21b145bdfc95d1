/**
 * Between the lab's parameters and those of the method authors' PyTorch code: named tensors of one replica enter, the
 * same numbers leave under the other names, gates stacked or apart. One table a cell; a cell that is not in it keeps the
 * lab's names. Files are left to safetensors.ts and npz.ts.
 *
 * Names there: `cells.<layer>.weight_ih_l0`, in a double layer `cells.<layer>.cell_1.…` for the warmed part and `cell_2`
 * for the other; `linear.weight` and `linear.bias` for the readout. Source: the authors' code of arXiv:2106.01001, and
 * torch.nn.LSTM and torch.nn.GRU for the order of the gates; torch.nn.RNN.
 */
import type { Layer, Network, Part } from '../networks/network.ts'
import { elementCount, type Tensor, type TensorMap } from '../numerics/dims.ts'
import { LabError } from '../errors/errors.ts'

/** One tensor of PyTorch's and the lab's symbols whose rows it stacks. */
type NameTable = readonly (readonly [pytorchName: string, symbols: readonly string[]])[]

function gated(gates: readonly string[]): NameTable {
  return [
    ['weight_ih_l0', gates.map((gate) => `W_${gate}`)],
    ['weight_hh_l0', gates.map((gate) => `U_${gate}`)],
    ['bias_ih_l0', gates.map((gate) => `b_${gate}`)],
    ['bias_hh_l0', gates.map((gate) => `c_${gate}`)],
  ]
}

function unchanged(...symbols: readonly string[]): NameTable {
  return symbols.map((symbol) => [symbol, [symbol]] as const)
}

const lstm = gated(['i', 'f', 'g', 'o'])

const TABLES: Readonly<Record<string, NameTable>> = {
  gru: gated(['r', 'z', 'n']),
  lstm,
  'chrono-lstm': lstm,
  'chrono-lstm-once': lstm,
  rnn: [
    ['weight_ih_l0', ['W']],
    ['weight_hh_l0', ['U']],
    ['bias_ih_l0', ['b']],
    ['bias_hh_l0', ['c']],
  ],
  mgu: [
    ['Wx_f', ['W_f']],
    ['Wh_f', ['U_f']],
    ['b_f', ['b_f']],
    ['Wx_h', ['W_h']],
    ['Wh_h', ['U_h']],
    ['b_h', ['b_h']],
  ],
  brc: unchanged('U_c', 'w_c', 'b_c', 'U_a', 'w_a', 'b_a', 'U_h', 'b_h'),
  nbrc: unchanged('U_c', 'W_c', 'b_c', 'U_a', 'W_a', 'b_a', 'U_h', 'b_h'),
}

/** One tensor of the exchanged file. */
interface Exchanged {
  readonly name: string
  readonly shape: readonly number[]
  /** The lab's parameters whose rows it stacks, in order. */
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[]
  /** For each row or column there, the one here; null where they are the same. */
  readonly rows: readonly number[] | null
  readonly columns: readonly number[] | null
}

/**
 * @param tensors all parameters of the network by the lab's names
 * @returns the same numbers, bit for bit, under PyTorch's names, in PyTorch's order
 * @throws LabError `weights` for a missing or unknown parameter and for a wrong shape
 */
export function toPytorchNames(network: Network, tensors: TensorMap): Map<string, Tensor> {
  const layout = exchangeLayout(network)
  requireTensors(
    layout.flatMap(({ parameters }) => parameters),
    tensors,
    'the lab',
  )
  return new Map(
    layout.map(({ name, shape, parameters, rows, columns }) => {
      const data = emptyLike(tensors.get(parameters[0]!.name)!, elementCount(shape))
      let offset = 0
      for (const parameter of parameters) {
        const source = tensors.get(parameter.name)!.data
        data.set(pick(source, rows, columns), offset)
        offset += source.length
      }
      return [name, { shape: [...shape], data }] as const
    }),
  )
}

/**
 * @param tensors all parameters of the network by PyTorch's names
 * @returns the same numbers, bit for bit, under the lab's names, in the network's order
 * @throws LabError `weights` for a missing or unknown parameter and for a wrong shape
 */
export function fromPytorchNames(network: Network, tensors: TensorMap): Map<string, Tensor> {
  const layout = exchangeLayout(network)
  requireTensors(layout, tensors, 'PyTorch')
  const unordered = new Map<string, Tensor>()
  for (const { name, parameters, rows, columns } of layout) {
    const { data } = tensors.get(name)!
    let offset = 0
    for (const { name: ownName, shape } of parameters) {
      const own = data.slice(offset, offset + elementCount(shape))
      offset += own.length
      unordered.set(ownName, { shape: [...shape], data: pick(own, rows && inverse(rows), columns && inverse(columns)) })
    }
  }
  return new Map(network.parameters.map(({ name }) => [name, unordered.get(name)!]))
}

function exchangeLayout(network: Network): Exchanged[] {
  const layout: Exchanged[] = []
  let columns: readonly number[] | null = null
  for (const layer of network.wiredLayers) {
    for (const [position, part] of exchangeOrder(layer).entries())
      layout.push(...partLayout(network, layer, part, position, columns))
    columns = outputColumns(layer)
  }
  for (const { name, shape, part, symbol } of network.parameters)
    if (part === null)
      layout.push({
        name: `linear.${symbol}`,
        shape,
        parameters: [{ name, shape }],
        rows: null,
        columns: symbol === 'weight' ? columns : null,
      })
  return layout
}

function partLayout(
  network: Network,
  layer: Layer,
  part: Part,
  position: number,
  inputColumns: readonly number[] | null,
): Exchanged[] {
  const own = network.parameters.filter(
    (parameter) => parameter.part?.layerIndex === part.layerIndex && parameter.part.partIndex === part.partIndex,
  )
  const bySymbol = new Map(own.map((parameter) => [parameter.symbol, parameter]))
  const dimsOf = new Map(part.cell.parameters.map(({ symbol, dims }) => [symbol, dims]))
  const table = tableOf(part)
  const prefix = table
    ? `cells.${layer.index}.${layer.parts.length > 1 ? `cell_${position + 1}.` : ''}`
    : `layers.${layer.index}.parts.${part.partIndex}.`
  return (table ?? unchanged(...bySymbol.keys())).map(([name, symbols]) => {
    const parameters = symbols.map((symbol) => bySymbol.get(symbol)!)
    const dims = dimsOf.get(symbols[0]!)!
    const [rowCount = 1, ...rest] = parameters[0]!.shape
    return {
      name: prefix + name,
      shape: parameters.length === 1 ? parameters[0]!.shape : [rowCount * parameters.length, ...rest],
      parameters,
      rows: dims.length === 2 && dims[0] === 'I' ? inputColumns : null,
      columns: dims.at(-1) === 'I' ? inputColumns : null,
    }
  })
}

/** The cell's table, unless the user's own cell of that name has other parameters. */
function tableOf({ cell }: Part): NameTable | null {
  const table = Object.hasOwn(TABLES, cell.name) ? TABLES[cell.name]! : null
  const expected = table?.flatMap(([, symbols]) => symbols).sort()
  const found = cell.parameters.map(({ symbol }) => symbol).sort()
  return table && expected?.join() === found.join() ? table : null
}

/** `cell_1` is the warmed part there, wherever it stands here. */
function exchangeOrder({ parts }: Layer): Part[] {
  return [...parts.filter(({ warm }) => warm), ...parts.filter(({ warm }) => !warm)]
}

/** The layer's output there is `cell_1` beside `cell_2`: for each column, the one here; null where they agree. */
function outputColumns(layer: Layer): number[] | null {
  const columns = exchangeOrder(layer).flatMap(({ outputSize, outputOffset }) =>
    Array.from({ length: outputSize }, (_, index) => outputOffset + index),
  )
  return columns.every((column, index) => column === index) ? null : columns
}

function inverse(columns: readonly number[]): number[] {
  const result = new Array<number>(columns.length)
  columns.forEach((column, index) => (result[column] = index))
  return result
}

/** A tensor's numbers with its rows and columns in the given order. */
function pick<Data extends Float32Array | Float64Array>(
  data: Data,
  rows: readonly number[] | null,
  columns: readonly number[] | null,
): Data {
  const inRows = rows ? pickRows(data, rows) : data
  return columns ? pickColumns(inRows, columns) : inRows
}

function pickRows<Data extends Float32Array | Float64Array>(data: Data, rows: readonly number[]): Data {
  const width = data.length / rows.length
  const picked = data.slice() as Data
  rows.forEach((row, index) => picked.set(data.subarray(row * width, (row + 1) * width), index * width))
  return picked
}

/** Rows of `columns.length` numbers, each with its columns in the given order. */
function pickColumns<Data extends Float32Array | Float64Array>(data: Data, columns: readonly number[]): Data {
  const width = columns.length
  const picked = data.slice() as Data
  for (let start = 0; start < data.length; start += width)
    columns.forEach((column, index) => (picked[start + index] = data[start + column]!))
  return picked
}

function emptyLike({ data }: Tensor, length: number): Float32Array | Float64Array {
  return data instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)
}

function requireTensors(
  expected: readonly { readonly name: string; readonly shape: readonly number[] }[],
  tensors: TensorMap,
  origin: string,
): void {
  const fail = (where: string, message: string, wanted: string, found: string): never => {
    throw new LabError('weights', message, {
      where,
      expected: wanted,
      found,
      remedy: 'Give all parameters of the same layers, cells and units, under the names of ' + origin + '.',
    })
  }
  const known = new Set(expected.map(({ name }) => name))
  for (const { name, shape } of expected) {
    const tensor = tensors.get(name)
    if (tensor === undefined) {
      fail(name, 'this parameter is missing.', `[${shape.join(', ')}]`, 'none')
    } else if (tensor.shape.join() !== shape.join() || tensor.data.length !== elementCount(shape))
      fail(name, 'this parameter has another shape.', `[${shape.join(', ')}]`, `[${tensor.shape.join(', ')}]`)
  }
  for (const name of tensors.keys())
    if (!known.has(name)) fail(name, 'the network has no such parameter.', `one of ${[...known].join(', ')}`, name)
}
