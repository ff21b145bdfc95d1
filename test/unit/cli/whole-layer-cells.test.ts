/**
 * Cells that go beyond pointwise values and plain products, as users write them (a transposed matrix, LayerNorm, a learned start, two outputs),
 * one a layer: trained, warmed up, measured and exported from the command line.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { decodeSafetensors } from '../../../shared/exchange/safetensors.ts'
import { jsonLines, lab, runsOf, temporaryFolder } from './lab.ts'

const CELLS = {
  antisymmetric: `cell antisymmetric
source Chang et al. 2019, arXiv:1902.09689
constant eps = 0.1
constant gamma = 0.01

h' = h + eps * tanh((W - W^T) h - gamma * h + V x + b)
`,
  'layernorm-gru': `cell layernorm-gru
source Ba et al. 2016, arXiv:1607.06450

m  = mean(U h)
h' = tanh(W x + g * (U h - m) / sqrt(mean((U h - m)^2) + 0.00001) + b)
`,
  'learned-start': `cell learned-start
source learned initial state
h0 = h_init
h' = tanh(W x + U h + b)
init h_init: normal(0.5)
`,
  'lstm-both': `cell lstm-both
source an LSTM whose readout should see h and c

i  = sigmoid(W_i x + U_i h + b_i)
c' = (1 - i) * c + i * tanh(W_c x + U_c h + b_c)
h' = tanh(c')
output h, c
`,
}
const UNITS = 6
const CONFIG = {
  dataset: { kind: 'copy-first-input', steps: 12, counts: { train: 40, validation: 10, test: 10 } },
  layers: Object.keys(CELLS).map((cell) => ({ cell, units: UNITS })),
  strategies: ['double'],
  seeds: [0],
  warmup: { steps: 3 },
  training: { steps: 4, batch: 5 },
  cells: CELLS,
}

async function train(backend: string): Promise<{ home: string; run: string }> {
  const home = temporaryFolder()
  const file = path.join(home, 'config.json')
  writeFileSync(file, JSON.stringify({ ...CONFIG, backend }))
  const { code, stdout, stderr } = await lab(['run', file, '--json'], home)
  expect(code, stderr).toBe(0)
  const losses = jsonLines(stdout).flatMap(({ type, loss }) => (type === 'train-step' ? (loss as number[]) : []))
  expect(losses).toHaveLength(4)
  expect(losses.every(Number.isFinite)).toBe(true)
  return { home, run: runsOf(home)[0]! }
}

it('train on the reference backend', async () => {
  await train('reference')
})

it('train on the wasm backend, are measured and exported with every parameter', async () => {
  const { home, run } = await train('wasm')
  const measured = await lab(['vaa', run, '--series', '6', '--convergence-steps', '20', '--json'], home)
  expect(jsonLines(measured.stdout)[0]).toMatchObject({
    type: 'vaa',
    seed: 0,
    vaa: { vaa: expect.any(Number) as number },
  })
  const names: unknown[] = []
  for (const format of ['safetensors', 'npz']) {
    const { stdout } = await lab(
      ['export', run, '--format', format, '--output', path.join(home, format), '--json'],
      home,
    )
    names.push(jsonLines(stdout)[0]!.tensors)
  }
  const { tensors } = decodeSafetensors(readFileSync(path.join(home, 'safetensors')), 'safetensors')
  expect(names).toEqual([[...tensors.keys()], [...tensors.keys()]])
  // Two parts of half the units each; the last layer hands on two states of both.
  expect(tensors.get('layers.2.parts.0.h_init')!.shape).toEqual([UNITS / 2])
  expect(tensors.get('linear.weight')!.shape).toEqual([1, 2 * UNITS])
  expect(tensors.size).toBe(2 * (3 + 4 + 4 + 6) + 2)
})
