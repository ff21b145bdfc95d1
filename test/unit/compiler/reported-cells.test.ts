/** Cells as users have written them, each of a kind: what each comes to, or what it is told. */
import { describe, expect, it } from 'vitest'
import { compileCell } from '../../../shared/compiler/passes.ts'
import { describeCell } from '../../../shared/compiler/print.ts'

const hPrev = `cell h-prev
h' = tanh(W x + U h_prev + b)
`
const undeclaredDt = `cell undeclared-dt
z' = z + dt * (tanh(W y + R z + V x + b) - gamma * y - eps * z)
y' = y + dt * z'
output y
`
const inputSkip = `cell input-skip
source MUT1 of Jozefowicz et al. 2015: tanh(x) enters directly

z  = sigmoid(W_z x + b_z)
r  = sigmoid(W_r x + U_r h + b_r)
h' = tanh(U_h (r * h) + tanh(x) + b_h) * z + h * (1 - z)
`
const multiLine = `cell multi-line
h' = tanh(W x
   + U h
   + b)
`
const scalarGain = `cell scalar-gain
source one learned scalar for all units

h' = tanh(W x + g * (U h) + b)
g: 1
`
const frozenReservoir = `cell reservoir
source echo state network: only the readout learns
h' = tanh(W x + U h)
fixed W, U
`

const antisymmetric = `cell antisymmetric
source Chang et al. 2019, arXiv:1902.09689
constant eps = 0.1
constant gamma = 0.01

h' = h + eps * tanh((W - W^T) h - gamma * h + V x + b)
`
const layerNormGru = `cell layernorm-gru
source Ba et al. 2016, arXiv:1607.06450

m  = mean(U h)
h' = tanh(W x + g * (U h - m) / sqrt(mean((U h - m)^2) + 0.00001) + b)
`
const learnedStart = `cell learned-start
source learned initial state
h0 = h_init
h' = tanh(W x + U h + b)
`
const twoOutputs = `cell lstm-both
source an LSTM whose readout should see h and c

i  = sigmoid(W_i x + U_i h + b_i)
c' = (1 - i) * c + i * tanh(W_c x + U_c h + b_c)
h' = tanh(c')
output h, c
`

describe('are told', () => {
  it.each([
    ['a state by a name that nothing has', hPrev, /line 2, column 19: `h_prev` is not known here.*Did you mean `h`/],
    [
      'a step size that is not declared',
      undeclaredDt,
      /line 2, column 10: `dt` is not known here.*`constant dt = 0\.1`/,
    ],
    [
      'an input among the units',
      inputSkip,
      /line 6, column 25: `U_h \(r \* h\) \+ tanh\(x\)` joins.*Expected \[H\], found `tanh\(x\)` \[I\]/,
    ],
  ])('%s', (_, text, words) => expect(() => compileCell(text, 'reported.txt')).toThrow(words))
})

describe('are understood', () => {
  it.each([
    ['an equation over several lines', multiLine, "  h' = tanh(W x + U h + b)\n\n"],
    ['one learned number', scalarGain, '  g  []      scalar            ones\n'],
    ['a matrix beside its transpose', antisymmetric, '  W      [H, H]  recurrent matrix  orthogonal\n'],
    ['a layer that normalises itself', layerNormGru, '  g  [H]     gain              zeros\n'],
    ['a learned start', learnedStart, '  h_init  [H]     start of a state  zeros\n'],
    ['two outputs', twoOutputs, 'states      h, c  '],
    ['a frozen reservoir', frozenReservoir, '  U  [H, H]  recurrent matrix, frozen  orthogonal\n'],
    [
      'a declared step size',
      undeclaredDt.replace('cell undeclared-dt', 'const dt = 0.042\nconst gamma = 2.7\nconst eps = 4.7'),
      '  dt             constant          0.042\n',
    ],
  ])('%s', (_, text, part) => expect(describeCell(compileCell(text, 'reported.txt'), { I: 1, H: 4 })).toContain(part))
})
