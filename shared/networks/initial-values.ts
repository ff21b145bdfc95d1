/**
 * Initial values: a network, a seed and the number of the attempt enter; a tensor for every parameter leaves. The
 * rules are the cells' own unless a part chooses otherwise. Every parameter has a random stream of its own.
 */
import type { InitialRule } from '../compiler/ast.ts'
import { elementCount, type Tensor } from '../numerics/dims.ts'
import { RandomStream } from '../numerics/random.ts'
import { LabError } from '../errors/errors.ts'
import type { Network, ParameterSpec, Part } from './network.ts'

/** Streams of an attempt; more than a network has parameters. */
const ATTEMPT_STRIDE = 4096

/**
 * Draws every parameter of a network.
 * @param attempt 0 at first; a restarted warm-up counts on
 * @returns in the order of `network.parameters`
 * @throws LabError `cell-initial` when a rule lacks an argument or does not fit its parameter
 */
export function initialize(network: Network, seed: number, attempt: number): Map<string, Tensor<Float32Array>> {
  const indexByName = new Map(network.parameters.map(({ name }, index) => [name, index]))
  return new Map(
    network.parameters.map((parameter) => {
      const { name, shape, part, symbol } = parameter
      const rule = part === null ? null : ruleOf(part, symbol)
      // Both vectors of a chrono pair come from the first one's u.
      const drawnAs =
        rule?.rule === 'chrono' ? name.slice(0, name.length - symbol.length) + (rule.symbols[0] ?? symbol) : name
      const index = indexByName.get(drawnAs) ?? indexByName.get(name)!
      const stream = new RandomStream(seed, 'initial-values', attempt * ATTEMPT_STRIDE + index)
      const values =
        part === null || rule === null
          ? drawUniform(stream, shape, readoutBound(network))
          : drawPart(stream, parameter, part, rule)
      return [name, { shape, data: Float32Array.from(values) }]
    }),
  )
}

/** PyTorch's bound of a linear layer: 1/sqrt(the width it reads). */
function readoutBound(network: Network): number {
  return 1 / Math.sqrt(network.wiredLayers.at(-1)?.outputSize ?? network.inputSize)
}

function ruleOf(part: Part, symbol: string): InitialRule {
  const rule = part.cell.initialValues.find(({ symbols }) => symbols.includes(symbol))
  if (rule !== undefined) return rule
  throw new LabError('cell-initial', `no rule gives \`${symbol}\` its initial values.`, {
    where: part.cell.name,
    remedy: `Add a line \`init ${symbol}: xavier\` to the cell.`,
  })
}

/** The cell's rule, or the part's choice for matrices. */
function drawPart(stream: RandomStream, parameter: ParameterSpec, part: Part, rule: InitialRule): Float64Array {
  const { shape } = parameter
  const { scheme, gain } = part.initialValues
  if (shape.length < 2) return drawRule(stream, parameter, part, rule)
  const values =
    scheme === 'cell'
      ? drawRule(stream, parameter, part, rule)
      : scheme === 'uniform'
        ? drawUniform(stream, shape, 1 / Math.sqrt(part.units))
        : drawMatrix(stream, shape, scheme)
  return gain === 1 ? values : values.map((value) => gain * value)
}

function drawRule(stream: RandomStream, parameter: ParameterSpec, part: Part, rule: InitialRule): Float64Array {
  const { shape, symbol } = parameter
  const where = `${part.cell.name}, initial values of \`${symbol}\``
  const count = elementCount(shape)
  const argument = (index: number): number | undefined => {
    const given = rule.args[index]
    if (given === undefined || typeof given === 'number') return given
    const value = part.initialValues.constants[given.constant] ?? part.cell.constants[given.constant]
    if (value !== undefined) return value
    throw new LabError('cell-initial', `the constant \`${given.constant}\` has no value.`, {
      where,
      remedy: `Give \`${given.constant}\` a value in the cell or in the part's initial values.`,
    })
  }
  const required = (index: number): number => {
    const value = argument(index)
    if (value !== undefined) return value
    throw new LabError('cell-initial', `\`${rule.rule}\` lacks its argument ${index + 1}.`, {
      where,
      remedy: `Write \`${rule.rule}(number)\`.`,
    })
  }
  switch (rule.rule) {
    case 'zeros':
      return new Float64Array(count)
    case 'ones':
      return new Float64Array(count).fill(1)
    case 'constant':
      return new Float64Array(count).fill(required(0))
    case 'normal': {
      const deviation = argument(0) ?? 1
      return fill(count, () => deviation * stream.normal())
    }
    case 'uniform': {
      const first = argument(0) ?? 1 / Math.sqrt(part.units)
      const second = argument(1)
      const low = second === undefined ? -first : first
      const high = second ?? first
      return fill(count, () => low + (high - low) * stream.uniform())
    }
    case 'chrono': {
      const longest = required(0)
      if (!(longest > 2))
        throw new LabError('cell-initial', '`chrono` draws from U(1, T_max - 1).', {
          where,
          expected: 'T_max > 2',
          found: `${longest}`,
          remedy: 'Set `T_max` to about the length of the dependencies.',
        })
      // u ~ U(1, T_max - 1); b_f = log u, b_i = -log u (Tallec & Ollivier 2018).
      const sign = rule.symbols[0] === symbol ? 1 : -1
      return fill(count, () => sign * Math.log(1 + (longest - 2) * stream.uniform()))
    }
    case 'xavier':
    case 'orthogonal':
    case 'identity':
      if (shape.length !== 2)
        throw new LabError('cell-initial', `\`${rule.rule}\` fills matrices only, \`${symbol}\` is a vector.`, {
          where,
          remedy: 'Use `zeros`, `ones`, `constant`, `uniform` or `normal`.',
        })
      return drawMatrix(stream, shape, rule.rule)
  }
}

function drawMatrix(
  stream: RandomStream,
  shape: readonly number[],
  rule: 'xavier' | 'orthogonal' | 'identity',
): Float64Array {
  const rows = shape[0]!
  const columns = shape[1]!
  if (rule === 'xavier') return drawUniform(stream, shape, Math.sqrt(6 / (rows + columns)))
  if (rule === 'orthogonal') return drawOrthogonal(stream, rows, columns)
  const values = new Float64Array(rows * columns)
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1
  return values
}

function drawUniform(stream: RandomStream, shape: readonly number[], bound: number): Float64Array {
  return fill(elementCount(shape), () => bound * (2 * stream.uniform() - 1))
}

function fill(count: number, draw: () => number): Float64Array {
  const values = new Float64Array(count)
  for (let index = 0; index < count; index++) values[index] = draw()
  return values
}

/**
 * A matrix with orthonormal rows or columns, whichever are fewer, distributed by Haar's measure: Gram-Schmidt on normal
 * vectors, done twice for accuracy, is the QR decomposition with a positive diagonal of R, which is the one whose Q is
 * Haar's (Mezzadri 2007).
 */
function drawOrthogonal(stream: RandomStream, rows: number, columns: number): Float64Array {
  const vectorCount = Math.min(rows, columns)
  const size = Math.max(rows, columns)
  const vectors: Float64Array[] = []
  while (vectors.length < vectorCount) {
    const vector = fill(size, () => stream.normal())
    for (let pass = 0; pass < 2; pass++)
      for (const other of vectors) {
        let product = 0
        for (let k = 0; k < size; k++) product += vector[k]! * other[k]!
        for (let k = 0; k < size; k++) vector[k]! -= product * other[k]!
      }
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
    vectors.push(vector.map((value) => value / norm))
  }
  const values = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) values[i * columns + j] = rows <= columns ? vectors[i]![j]! : vectors[j]![i]!
  return values
}
