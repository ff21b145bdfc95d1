/** Renaming: the golden cases' parameters go to the lab's names and back, and each number lands where its gate is. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { builtInCells } from '../../../shared/cells/library.ts'
import { compileCell } from '../../../shared/compiler/passes.ts'
import { fromPytorchNames, toPytorchNames } from '../../../shared/exchange/pytorch-names.ts'
import { CELL_INITIAL_VALUES, createNetwork, type Network, type PartSpec } from '../../../shared/networks/network.ts'
import { elementCount, type Tensor } from '../../../shared/numerics/dims.ts'

interface GoldenCase {
  readonly cell: string
  readonly double: boolean
  readonly inputSize: number
  readonly hiddenSize: number
  readonly numLayers: number
  readonly outputSize: number
  readonly parameters: Readonly<Record<string, { readonly shape: number[]; readonly data: number[] }>>
}

const goldenFolder = path.join(import.meta.dirname, '..', '..', 'golden')
const goldenFiles = readdirSync(goldenFolder).filter((name) => /^train-.*\.json$/.test(name))
const programs = new Map(Object.entries(builtInCells).map(([name, text]) => [name, compileCell(text, name)]))

function part(cell: string, units: number, warm: boolean): PartSpec {
  return { cell: programs.get(cell)!, units, warm, initialValues: CELL_INITIAL_VALUES }
}

function networkOf(layers: PartSpec[][], inputSize = 2, outputSize = 2): Network {
  return createNetwork({ inputSize, outputSize, layers, loss: 'mse', dropout: 0 })
}

function goldenNetwork({ cell, double, inputSize, hiddenSize, numLayers, outputSize }: GoldenCase): Network {
  const layer = double
    ? [part(cell, hiddenSize / 2, true), part(cell, hiddenSize / 2, false)]
    : [part(cell, hiddenSize, true)]
  return networkOf(
    Array.from({ length: numLayers }, () => layer),
    inputSize,
    outputSize,
  )
}

/** Every number another: position of the parameter, then of the element. */
function numbered(network: Network): Map<string, Tensor> {
  return new Map(
    network.parameters.map(({ name, shape }, index) => [
      name,
      { shape, data: Float64Array.from({ length: elementCount(shape) }, (_, i) => index * 1000 + i) },
    ]),
  )
}

describe('PyTorch names', () => {
  it('has golden cases of every cell, single and double', () => {
    expect(goldenFiles).toHaveLength(10)
  })

  it.each(goldenFiles)('%s maps to the lab’s parameters and back bit for bit', (file) => {
    const golden = JSON.parse(readFileSync(path.join(goldenFolder, file), 'utf8')) as GoldenCase
    const network = goldenNetwork(golden)
    const given = new Map(
      Object.entries(golden.parameters).map(([name, { shape, data }]) => [
        name,
        { shape, data: new Float64Array(data) },
      ]),
    )
    const ours = fromPytorchNames(network, given)
    expect([...ours].map(([name, { shape }]) => ({ name, shape }))).toEqual(
      network.parameters.map(({ name, shape }) => ({ name, shape })),
    )
    const back = toPytorchNames(network, ours)
    expect([...back.keys()].sort()).toEqual([...given.keys()].sort())
    for (const [name, tensor] of given) expect(back.get(name)).toEqual(tensor)
  })

  it('stacks the gates of a GRU as r, z, n and of an LSTM as i, f, g, o', () => {
    for (const [cell, gates] of [
      ['gru', 'rzn'],
      ['lstm', 'ifgo'],
      ['chrono-lstm', 'ifgo'],
      ['chrono-lstm-once', 'ifgo'],
    ] as const) {
      const network = networkOf([[part(cell, 3, false)]])
      const ours = numbered(network)
      const theirs = toPytorchNames(network, ours)
      for (const [name, letter] of [
        ['weight_ih_l0', 'W'],
        ['weight_hh_l0', 'U'],
        ['bias_ih_l0', 'b'],
        ['bias_hh_l0', 'c'],
      ] as const)
        expect([...theirs.get(`cells.0.${name}`)!.data]).toEqual(
          [...gates].flatMap((gate) => [...ours.get(`layers.0.parts.0.${letter}_${gate}`)!.data]),
        )
    }
  })

  it('calls the warmed part cell_1 wherever it stands, and moves the columns that read it', () => {
    const network = networkOf([[part('gru', 1, false), part('mgu', 2, true)], [part('brc', 2, false)]], 1, 1)
    const ours = numbered(network)
    const theirs = toPytorchNames(network, ours)
    expect(theirs.has('cells.0.cell_1.Wx_f')).toBe(true)
    expect(theirs.has('cells.0.cell_2.weight_ih_l0')).toBe(true)
    const [a, b, c, d, e, f] = ours.get('layers.1.parts.0.U_c')!.data
    expect([...theirs.get('cells.1.U_c')!.data]).toEqual([b, c, a, e, f, d])
    expect(theirs.get('linear.weight')!.data).toEqual(ours.get('readout.weight')!.data)
    expect(fromPytorchNames(network, theirs)).toEqual(ours)
  })

  it('moves whatever goes with the outputs below: rows, entries of vectors, and the columns of several outputs', () => {
    const reader = compileCell("h0 = k\nh' = tanh(V^T (s * x) + mean(A x) + U h)\ns: I\nA: I x I", 'reader')
    const both = compileCell("c' = tanh(W x + U h)\nh' = tanh(c')\noutput h, c", 'both')
    const network = networkOf(
      [[part('gru', 1, false), { ...part('gru', 1, true), cell: both }], [{ ...part('gru', 2, true), cell: reader }]],
      1,
      1,
    )
    const ours = numbered(network)
    const theirs = toPytorchNames(network, ours)
    const here = (symbol: string): number[] => [...ours.get(`layers.1.parts.0.${symbol}`)!.data]
    const there = (symbol: string): number[] => [...theirs.get(`layers.1.parts.0.${symbol}`)!.data]
    // There, the two outputs of the warmed part come first.
    const order = [1, 2, 0]
    expect(there('s')).toEqual(order.map((i) => here('s')[i]))
    expect(there('V')).toEqual(order.flatMap((i) => here('V').slice(2 * i, 2 * i + 2)))
    expect(there('A')).toEqual(order.flatMap((i) => order.map((j) => here('A')[3 * i + j])))
    expect(there('k')).toEqual(here('k'))
    expect(fromPytorchNames(network, theirs)).toEqual(ours)
  })

  it('keeps the lab’s names for a cell of the user’s, also one that took a built-in name', () => {
    const own = compileCell("cell gru\nh' = tanh(A x + B h + d)\n", 'gru')
    const network = networkOf([[{ ...part('gru', 2, true), cell: own }]])
    expect([...toPytorchNames(network, numbered(network)).keys()]).toEqual([
      'layers.0.parts.0.A',
      'layers.0.parts.0.B',
      'layers.0.parts.0.d',
      'linear.weight',
      'linear.bias',
    ])
  })

  it('comes back bit for bit for any layers, parts and units', () => {
    const anyPart = fc
      .tuple(fc.constantFrom(...programs.keys()), fc.integer({ min: 1, max: 3 }), fc.boolean())
      .map((values) => part(...values))
    const anyLayers = fc.array(fc.array(anyPart, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(anyLayers, (layers) => {
        const network = networkOf(layers)
        const ours = numbered(network)
        expect([...fromPytorchNames(network, toPytorchNames(network, ours))]).toEqual([...ours])
      }),
    )
  })

  it('says which parameter is missing, unknown or of another shape', () => {
    const network = networkOf([[part('mgu', 2, true)]])
    const good = toPytorchNames(network, numbered(network))
    const refuses = (change: (tensors: Map<string, Tensor>) => void, message: RegExp): void => {
      const tensors = new Map(good)
      change(tensors)
      expect(() => fromPytorchNames(network, tensors)).toThrow(
        expect.objectContaining({ code: 'weights', message: expect.stringMatching(message) as unknown }),
      )
    }
    refuses((tensors) => tensors.delete('cells.0.b_f'), /^cells\.0\.b_f: .*missing.*\[2\], found none/)
    refuses((tensors) => tensors.set('extra', good.get('linear.bias')!), /^extra: .*no such parameter/)
    refuses(
      (tensors) => tensors.set('cells.0.b_f', { shape: [1], data: new Float64Array(1) }),
      /other shape.*\[2\], found \[1\]/,
    )
  })
})
