/** Cells: constructs of the notation that no golden case has, and equations drawn at random, at odd widths, on the way back cut or not. */
import fc from 'fast-check'
import { network, part, WHOLE_LAYER_CELL } from '../networks.ts'
import { randomCell } from '../random-cells.ts'
import type { Check } from './check.ts'
import { trainRequest } from './requests.ts'
import { compareTraining } from './training.ts'

/** The first ones are what a short run has: together they use every kind of node. */
export const NOTATION_CELLS: readonly (readonly [string, string])[] = [
  ['sums over units, learned numbers and starts, two outputs', WHOLE_LAYER_CELL],
  [
    'matrices used as they are and transposed, of every shape',
    "a = tanh((W - W^T) h + V x)\nh' = tanh(T (V (V^T h)) + Q^T (R^T a) + (S + T^T - W^T) a)\nR: H x I",
  ],
  [
    'frozen matrices, vectors and numbers beside learned ones',
    "h' = tanh(W x + V x + g * (U h) + Q h + w * h + b)\ng: 1\nfixed W, U, w, g",
  ],
  [
    'the input used elementwise and through nested products',
    "g = W (tanh(V x) + 0.1 * s * x)\nh' = tanh(g + U h)\nV: I x I",
  ],
  [
    'functions with kinks',
    "g = leaky_relu(W_g x + U_g h, 0.1) + relu(V_g h) * elu(b * h)\nh' = 0.5 * clip(g + abs(w * h), -0.8, 0.9) + min(0.1 * h, max(A x, -0.3))",
  ],
  [
    'steps and signs',
    "s = step(W x + U h + b)\nh' = 0.5 * h + 0.3 * sign(V h + A x) * tanh(B x) + 0.2 * s * heaviside(w * h, 3)",
  ],
  ['learned numbers', "k = sigmoid(g) * a\nh' = tanh(W (k * x) + g * (U h) + b + c)\ng: 1\na: 1\nc: 1"],
  [
    'means of a product, of products with the input and of the state',
    "u = U h - mean(U h)\nv = V x - mean(V x)\nh' = tanh(g * u / sqrt(mean(u^2) + 0.1) + k * v / sqrt(mean(v^2) + 0.1) + b) + 0.1 * sum(h)",
  ],
  [
    'sums over the input, and one number by another',
    "h' = tanh(W x + U h * mean(x) - sum(s * x) / (2 + sum(h)^2) * mean(b) + h^0)\ns: I\nb: H",
  ],
  [
    'sums within a product and of what goes into it',
    "a = U (h - mean(h))\nh' = tanh(V (a * sum(a)) + W x + sum(a * b) * exp(-mean(h)^2) * a)\nb: H",
  ],
  [
    'sums beside learned numbers, of products whose matrices are frozen',
    "k = sigmoid(g)\nu = U (k * h)\nh' = tanh(V (k * x) + u / (1 + mean(u^2) + g^2) + W u)\ng: 1\nfixed U",
  ],
  ['no input at all', "h' = tanh(U h + b)"],
  ['a state that is copied', "c' = h\nh' = tanh(W x + U c)"],
]

const SHORT_CELL_COUNT = 4
/** So that nothing depends on chance. */
const SEED = 20261128

export interface CellCounts {
  readonly isShort: boolean
  readonly randomCount: number
}

export function cellChecks({ isShort, randomCount }: CellCounts): Check[] {
  const named = isShort ? NOTATION_CELLS.slice(0, SHORT_CELL_COUNT) : NOTATION_CELLS
  const random = fc
    .sample(randomCell, { seed: SEED, numRuns: randomCount })
    .map((text, index) => [`random equations ${index + 1}: ${text.replaceAll('\n', '; ')}`, text] as const)
  return [...named, ...random].map(([what, text], index) => ({
    claim: `a cell with ${what} trains as the oracle’s`,
    run: (backend) => {
      const net = network([[part(text, 5)]], { inputs: 3, outputs: 2 })
      return compareTraining(backend, net, trainRequest(net, 7, { truncateEvery: index % 2 === 0 ? null : 4 }))
    },
  }))
}
