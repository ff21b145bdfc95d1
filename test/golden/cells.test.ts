/**
 * Cells against PyTorch's autograd: outputs, loss, final states and every gradient of series of unequal length, as cells/record_cells.py recorded
 * them in float64 from equations written there by hand.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { TrainRequest } from '../../shared/backends/backend.ts'
import { referenceBackend } from '../../shared/backends/reference/reference-backend.ts'
import { createWasmBackend } from '../../shared/backends/wasm/wasm-backend.ts'
import { builtInCells } from '../../shared/cells/library.ts'
import { compileCell } from '../../shared/compiler/passes.ts'
import { CELL_INITIAL_VALUES, createNetwork, type Network } from '../../shared/networks/network.ts'
import { relativeError } from '../unit/backends/networks.ts'

/** Float64 against float64: the sums of a few hundred products in another order. */
const REFERENCE_BOUNDS = { outputs: 1e-9, gradients: 1e-9 }
/** As for the authors' cases: README.md beside this file. */
const WASM_BOUNDS = { outputs: 1e-5, gradients: 1e-4 }

interface RecordedTensor {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

interface Recorded {
  readonly sizes: { readonly T: number; readonly B: number; readonly I: number; readonly H: number; readonly O: number }
  readonly lengths: readonly number[]
  readonly inputs: RecordedTensor
  readonly targetSteps: readonly number[]
  readonly targets: RecordedTensor
  readonly parameters: Readonly<Record<string, RecordedTensor>>
  readonly expected: {
    readonly loss: number
    readonly outputs: RecordedTensor
    readonly finalStates: RecordedTensor
    /** Null: frozen. */
    readonly gradients: Readonly<Record<string, RecordedTensor | null>>
  }
}

/** Constructs of the notation that no cell of the lab has. */
const ownCells: Readonly<Record<string, string>> = {
  'scalar-gain': "h' = tanh(W x + g * (U h) + b)\ng: 1",
  reservoir: "h' = tanh(W x + U h)\nfixed W, U",
  spiking: "v' = 0.7 * v * (1 - h) + 0.3 * (W x + U h + b)\nh' = step(v' - 0.1) * a\na: H",
  layernorm: "m  = mean(U h)\nh' = tanh(W x + g * (U h - m) / sqrt(mean((U h - m)^2) + 0.00001) + b)",
  'over-inputs-and-units':
    "u = U (mean(x) * h - mean(h))\nh' = tanh(W (x / (1 + sum(x^2))) + u * sum(b * h) + b)\nb: H",
  transposes: "a = tanh((W - W^T) h + V x)\nh' = tanh(0.5 * h + transpose(Q) (V^T a) + (S + W^T) (a * h))",
  'learned-start': "h0 = h_init\nh' = tanh(W x + U h + b)",
  'learned-starts': "h0 = k\nc0 = k\nc' = 0.8 * c + tanh(W x + U h + k)\nh' = tanh(c') * sigmoid(h)",
  'two-outputs':
    "i  = sigmoid(W_i x + U_i h + b_i)\nc' = (1 - i) * c + i * tanh(W_c x + U_c h + b_c)\nh' = tanh(c')\noutput h, c",
  'binary-units': "h' = 0.5 * h + 0.5 * sign(W x + U h + b) * tanh(V x)",
}

const recordedNames = [
  ...[
    'rnn',
    'irnn',
    'indrnn',
    'peephole-lstm',
    'cornn',
    'minimal-rnn',
    'janet',
    'cfc',
    'layer-norm-gru',
    'antisymmetric-rnn',
  ],
  ...Object.keys(ownCells),
]

function read(name: string): Recorded {
  return JSON.parse(readFileSync(new URL(`cells/${name}.json`, import.meta.url), 'utf8')) as Recorded
}

function networkOf(name: string, { sizes }: Recorded): Network {
  const cell = compileCell(ownCells[name] ?? builtInCells[name]!, name)
  return createNetwork({
    inputSize: sizes.I,
    outputSize: sizes.O,
    layers: [[{ cell, units: sizes.H, warm: true, initialValues: CELL_INITIAL_VALUES }]],
    loss: 'mse',
    dropout: 0,
  })
}

const requestOf = ({ sizes, lengths, inputs, targetSteps, targets }: Recorded): TrainRequest => ({
  batch: {
    steps: sizes.T,
    batch: sizes.B,
    inputs: Float32Array.from(inputs.data),
    lengths: Int32Array.from(lengths),
    targetSteps: Int32Array.from(targetSteps),
    targets: Float32Array.from(targets.data),
  },
  truncateEvery: null,
  dropoutMasks: null,
  regulariser: null,
})

describe.each([
  [referenceBackend, REFERENCE_BOUNDS],
  [createWasmBackend(), WASM_BOUNDS],
] as const)('on $name', (backend, bounds) => {
  it.each(recordedNames)('%s is PyTorch’s', async (name) => {
    const recorded = read(name)
    const network = networkOf(name, recorded)
    const engine = await backend.createEngine(network, 1)
    const { parameters, expected } = recorded
    await engine.writeParameters(
      0,
      new Map(
        network.parameters.map(({ name: full, symbol }) => {
          const { shape, data } = parameters[symbol]!
          return [full, { shape, data: Float64Array.from(data) }]
        }),
      ),
    )
    const request = requestOf(recorded)
    const [trained] = await engine.trainGradients([request])
    const [evaluated] = await engine.evaluate([request.batch])
    await engine.dispose()
    expect(relativeError([trained!.loss], [expected.loss])).toBeLessThan(bounds.outputs)
    expect(relativeError(evaluated!.outputs, expected.outputs.data)).toBeLessThan(bounds.outputs)
    expect(relativeError(evaluated!.finalStates, expected.finalStates.data)).toBeLessThan(bounds.outputs)
    expect(Object.keys(expected.gradients).sort()).toEqual(network.parameters.map(({ symbol }) => symbol).sort())
    for (const { name: full, symbol, isFrozen } of network.parameters) {
      const found = trained!.gradients.get(full)
      const gradient = expected.gradients[symbol]!
      expect(gradient === null, symbol).toBe(isFrozen)
      expect(found?.shape, symbol).toEqual(gradient?.shape)
      if (found && gradient) expect(relativeError(found.data, gradient.data), symbol).toBeLessThan(bounds.gradients)
    }
  })
})
