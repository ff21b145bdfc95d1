/**
 * Golden cases (test/golden/README.md) on a backend: numbers of the authors' own code in, the largest deviation of each quantity out.
 * The bounds are those that come with the cases, per precision.
 */
import { vaa } from '../../shared/attractors/vaa.ts'
import { vaaStarWithGradient } from '../../shared/attractors/vaa-star.ts'
import type { Backend, ConvergenceDraw, Engine, OptimizerSettings } from '../../shared/backends/backend.ts'
import type { SeriesBatch } from '../../shared/datasets/dataset.ts'
import { fromPytorchNames, toPytorchNames } from '../../shared/exchange/pytorch-names.ts'
import { CELL_INITIAL_VALUES, createNetwork, type Network, type PartSpec } from '../../shared/networks/network.ts'
import type { Tensor, TensorMap } from '../../shared/numerics/dims.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { createCellLookup } from './cell-lookup.ts'

export interface Verdict {
  readonly case: string
  readonly backend: string
  readonly kind: string
  /** Relative to the largest entry of the expected tensor; the worst tensor of each quantity. */
  readonly maxError: Readonly<Record<string, number>>
  readonly ok: boolean
}

/** Largest error that still agrees, by kind of case and quantity. Float32: an engine of single precision, see the cases' README. */
const FLOAT32_BOUNDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  train: { outputs: 1e-5, finalStates: 1e-5, loss: 1e-5, gradients: 1e-4 },
  warmup: { vaaStar: 1e-4, loss: 1e-4, gradients: 2e-3 },
  vaa: { vaa: 1e-6 },
  measure: { vaa: 1e-6, vaaStar: 1e-5, gradients: 1e-4 },
  'warmup-adam': { loss: 1e-4, parameters: 1e-2 },
}
const FLOAT64_BOUND = 1e-10
const FLOAT64_TRAJECTORY_BOUND = 1e-9

type Json = Record<string, unknown>

/** Reads fields of a case; every mistake names the field. */
class CaseReader {
  readonly #json: Json
  readonly #where: string

  constructor(json: Json, where: string) {
    this.#json = json
    this.#where = where
  }

  fail(field: string, expected: string, found: unknown): never {
    throw new LabError('golden-case', `The field \`${field}\` is wrong.`, {
      where: this.#where,
      expected,
      found: JSON.stringify(found)?.slice(0, 60) ?? 'nothing',
      remedy: 'Use a case as it was published.',
    })
  }

  number(field: string): number {
    const value = this.#json[field]
    return typeof value === 'number' && Number.isFinite(value) ? value : this.fail(field, 'a number', value)
  }

  count(field: string): number {
    const value = this.number(field)
    return Number.isInteger(value) && value >= 0 ? value : this.fail(field, 'a whole number', value)
  }

  text(field: string): string {
    const value = this.#json[field]
    return typeof value === 'string' ? value : this.fail(field, 'a text', value)
  }

  numbers(field: string): number[] {
    const value = this.#json[field]
    return Array.isArray(value) && value.every((entry) => typeof entry === 'number')
      ? value
      : this.fail(field, 'a list of numbers', value)
  }

  flag(field: string): boolean {
    const value = this.#json[field]
    return typeof value === 'boolean' ? value : this.fail(field, 'true or false', value)
  }

  object(field: string): CaseReader {
    return new CaseReader(this.#object(field), `${this.#where}, ${field}`)
  }

  objects(field: string): CaseReader[] {
    const value = this.#json[field]
    if (!Array.isArray(value)) return this.fail(field, 'a list', value)
    return value.map((entry, index) =>
      isObject(entry)
        ? new CaseReader(entry, `${this.#where}, ${field}[${index}]`)
        : this.fail(field, 'objects', entry),
    )
  }

  tensor(field: string): Tensor<Float64Array> {
    return this.#tensor(field, this.#json[field])
  }

  tensors(field: string): Tensor<Float64Array>[] {
    const value = this.#json[field]
    return Array.isArray(value)
      ? value.map((entry, index) => this.#tensor(`${field}[${index}]`, entry))
      : this.fail(field, 'a list of tensors', value)
  }

  /** Named tensors; null ones are left out. */
  tensorMap(field: string): Map<string, Tensor<Float64Array>> {
    return new Map(
      Object.entries(this.#object(field)).flatMap(([name, value]) =>
        value === null ? [] : [[name, this.#tensor(`${field}.${name}`, value)] as const],
      ),
    )
  }

  entries(field: string): [string, unknown][] {
    return Object.entries(this.#object(field))
  }

  #object(field: string): Json {
    const value = this.#json[field]
    return isObject(value) ? value : this.fail(field, 'an object', value)
  }

  #tensor(field: string, value: unknown): Tensor<Float64Array> {
    if (!isObject(value)) return this.fail(field, 'a tensor { shape, data }', value)
    const { shape, data } = value
    if (!Array.isArray(shape) || !Array.isArray(data) || !data.every((entry) => typeof entry === 'number'))
      return this.fail(field, 'a tensor { shape, data }', value)
    const size = (shape as number[]).reduce((product, length) => product * length, 1)
    if (data.length !== size)
      return this.fail(field, `${size} numbers for the shape [${shape.join(', ')}]`, data.length)
    return { shape: shape as number[], data: Float64Array.from(data as number[]) }
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Largest deviation relative to the largest expected entry; infinite for a NaN or another length. */
function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity
  let largest = 0
  let deviation = 0
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(found[i]! - expected[i]!)
    if (Number.isNaN(difference)) return Infinity
    deviation = Math.max(deviation, difference)
    largest = Math.max(largest, Math.abs(expected[i]!))
  }
  return largest === 0 ? deviation : deviation / largest
}

function worstError(found: TensorMap, expected: TensorMap): number {
  return Math.max(0, ...[...expected].map(([name, { data }]) => relativeError(found.get(name)?.data ?? [], data)))
}

/** @param text the case's JSON @throws LabError `golden-case` */
export async function verifyCase(text: string, name: string, backend: Backend): Promise<Verdict> {
  let json: unknown
  try {
    json = parseJson(text)
  } catch (cause) {
    throw new LabError('golden-case', 'The case is not JSON.', {
      where: name,
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Use a case as it was published.',
      cause,
    })
  }
  if (!isObject(json))
    throw new LabError('golden-case', 'The case is not an object.', {
      where: name,
      expected: 'a JSON object',
      found: typeof json,
    })
  const reader = new CaseReader(json, name)
  const kind = reader.text('kind')
  const check = CHECKS[kind]
  if (!check) return reader.fail('kind', `one of ${Object.keys(CHECKS).join(', ')}`, kind)
  const maxError = await check(reader, backend)
  const bounds = FLOAT32_BOUNDS[kind]!
  const float64Bound = kind === 'warmup-adam' ? FLOAT64_TRAJECTORY_BOUND : FLOAT64_BOUND
  const ok = Object.entries(maxError).every(
    ([quantity, error]) => error <= (backend.precision === 'float64' ? float64Bound : bounds[quantity]!),
  )
  return { case: name, backend: backend.name, kind, maxError, ok }
}

const CHECKS: Readonly<Record<string, (reader: CaseReader, backend: Backend) => Promise<Record<string, number>>>> = {
  train: checkTrain,
  warmup: checkWarmup,
  vaa: checkVaa,
  measure: checkMeasure,
  'warmup-adam': checkWarmupAdam,
}

async function openEngine(reader: CaseReader, backend: Backend): Promise<{ network: Network; engine: Engine }> {
  const cell = createCellLookup({})(reader.text('cell'))
  const units = reader.count('hiddenSize')
  const part = (size: number, warm: boolean): PartSpec => ({
    cell,
    units: size,
    warm,
    initialValues: CELL_INITIAL_VALUES,
  })
  const layer = reader.flag('double') ? [part(units / 2, true), part(units / 2, false)] : [part(units, true)]
  const network = createNetwork({
    inputSize: reader.count('inputSize'),
    outputSize: reader.count('outputSize'),
    layers: Array.from({ length: reader.count('numLayers') }, () => layer),
    loss: 'mse',
    dropout: 0,
  })
  const engine = await backend.createEngine(network, 1)
  await engine.writeParameters(0, fromPytorchNames(network, reader.tensorMap('parameters')))
  return { network, engine }
}

/** The inputs with targets at `targetSteps` (none: no targets). */
function readBatch(reader: CaseReader, targetSteps: readonly number[], outputSize: number): SeriesBatch {
  const inputs = reader.tensor('inputs')
  const [steps, batch] = inputs.shape as [number, number, number]
  const targets = targetSteps.length > 0 ? reader.tensor('targets').data : new Float64Array()
  const rowSize = batch * outputSize
  return {
    steps,
    batch,
    inputs: Float32Array.from(inputs.data),
    lengths: new Int32Array(batch).fill(steps),
    targetSteps: Int32Array.from(targetSteps.flatMap((step) => Array<number>(batch).fill(step))),
    targets: Float32Array.from(
      targetSteps.flatMap((step) => [...targets.subarray(step * rowSize, (step + 1) * rowSize)]),
    ),
  }
}

async function checkTrain(reader: CaseReader, backend: Backend): Promise<Record<string, number>> {
  const { network, engine } = await openEngine(reader, backend)
  const expected = reader.object('expected')
  const batch = readBatch(reader, reader.numbers('targetSteps'), network.outputSize)
  const [trained] = await engine.trainGradients([{ batch, truncateEvery: null, dropoutMasks: null, regulariser: null }])
  const everyStep = readBatch(
    reader,
    Array.from({ length: batch.steps }, (_, t) => t),
    network.outputSize,
  )
  const [evaluated] = await engine.evaluate([everyStep])
  const finalStates = expected.tensor('finalStates')
  const result = {
    outputs: relativeError(evaluated!.outputs, expected.tensor('outputs').data),
    finalStates: relativeError(toLayerStates(network, evaluated!.finalStates, finalStates.shape), finalStates.data),
    loss: relativeError([trained!.loss], [expected.number('loss')]),
    gradients: worstError(toPytorchNames(network, trained!.gradients), expected.tensorMap('gradients')),
  }
  await engine.dispose()
  return result
}

/** State rows [B, stateSize] as [states, layers, B, H]. */
function toLayerStates(network: Network, rows: ArrayLike<number>, shape: readonly number[]): Float64Array {
  const [, layers, batch, units] = shape as [number, number, number, number]
  const result = new Float64Array(shape.reduce((product, size) => product * size, 1))
  for (const { layerIndex, partIndex, stateIndex, offset, size } of network.stateSlices) {
    const column = network.wiredLayers[layerIndex]!.parts[partIndex]!.outputOffset
    for (let b = 0; b < batch; b++)
      for (let i = 0; i < size; i++)
        result[((stateIndex * layers + layerIndex) * batch + b) * units + column + i] =
          rows[b * network.stateSize + offset + i]!
  }
  return result
}

function readDraw(reader: CaseReader): ConvergenceDraw {
  return {
    truncations: Int32Array.from(reader.numbers('truncation')),
    perturbations: reader.tensors('perturbations').map(({ data }) => Float32Array.from(data)),
    convergenceSteps: reader.count('steps'),
  }
}

async function checkWarmup(reader: CaseReader, backend: Backend): Promise<Record<string, number>> {
  const { network, engine } = await openEngine(reader, backend)
  const expected = reader.object('expected')
  const [result] = await engine.warmupGradients([
    {
      batch: readBatch(reader, [], network.outputSize),
      draw: readDraw(reader),
      target: reader.number('target'),
      epsilon: reader.number('epsilon'),
      masked: false,
    },
  ])
  await engine.dispose()
  return {
    vaaStar: relativeError(result!.vaaStar, expected.tensor('vaaStar').data),
    loss: relativeError([result!.loss], [expected.number('loss')]),
    gradients: worstError(toPytorchNames(network, result!.gradients), withoutReadout(expected.tensorMap('gradients'))),
  }
}

/** The readout takes no part in a warm-up: its gradient is null in the cases. */
function withoutReadout(tensors: TensorMap): TensorMap {
  return new Map([...tensors].filter(([name]) => !name.startsWith('linear.')))
}

async function checkVaa(reader: CaseReader, backend: Backend): Promise<Record<string, number>> {
  const { network, engine } = await openEngine(reader, backend)
  const batch = readBatch(reader, [], network.outputSize)
  const [states] = await engine.converge([
    {
      batch,
      truncations: Int32Array.from(reader.numbers('truncation')),
      perturbation: Float32Array.from(reader.tensor('perturbation').data),
      convergenceSteps: reader.count('steps'),
      stopResidual: null,
    },
  ])
  await engine.dispose()
  const expected = reader.object('expected').entries('vaa')
  const values = vaa(
    states!.tail[0]!,
    batch.batch,
    { width: network.stateSize, offset: 0, size: network.stateSize },
    expected.map(([epsilon]) => Number(epsilon)),
  )
  return {
    vaa: relativeError(
      values,
      expected.map(([epsilon, value]) =>
        typeof value === 'number' ? value : reader.fail(`expected.vaa.${epsilon}`, 'a number', value),
      ),
    ),
  }
}

/** The measures on given states, rounded to the backend's precision. */
async function checkMeasure(reader: CaseReader, backend: Backend): Promise<Record<string, number>> {
  const { shape, data } = reader.tensor('states')
  const [n, size] = shape as [number, number]
  const states = backend.precision === 'float32' ? Float32Array.from(data) : data
  const epsilon = reader.number('epsilon')
  const expected = reader.object('expected')
  const { value, gradient } = vaaStarWithGradient(states, n, size, epsilon)
  return Promise.resolve({
    vaa: relativeError(vaa(states, n, { width: size, offset: 0, size }, [epsilon]), [expected.number('vaa')]),
    vaaStar: relativeError([value], [expected.number('vaaStar')]),
    gradients: relativeError(gradient, expected.tensor('vaaStarGradient').data),
  })
}

async function checkWarmupAdam(reader: CaseReader, backend: Backend): Promise<Record<string, number>> {
  const { network, engine } = await openEngine(reader, backend)
  const batch = readBatch(reader, [], network.outputSize)
  const optimizer: OptimizerSettings = {
    kind: 'adam',
    learningRate: reader.number('learningRate'),
    beta1: reader.number('beta1'),
    beta2: reader.number('beta2'),
    epsilon: reader.number('adamEpsilon'),
    momentum: 0,
    weightDecay: 0,
    clipNorm: null,
  }
  let loss = 0
  for (const draw of reader.objects('draws')) {
    const request = {
      batch,
      draw: readDraw(draw),
      target: reader.number('target'),
      epsilon: reader.number('epsilon'),
      masked: false,
    }
    const [result] = await engine.warmupStep([request], [optimizer])
    loss = Math.max(loss, relativeError([result!.loss], [draw.number('expectedLoss')]))
  }
  const parameters = worstError(
    toPytorchNames(network, await engine.readParameters(0)),
    reader.object('expected').tensorMap('parameters'),
  )
  await engine.dispose()
  return { loss, parameters }
}
