/** The words of the messages for wrong cells: where, expected, found, remedy. */
import { expect, it } from 'vitest'
import { compileCell } from '../../../shared/compiler/passes.ts'
import { LabError } from '../../../shared/protocol/errors.ts'

const wrong = [
  '',
  'cell x',
  "h' = ?",
  "h' = tanh(W x",
  "h' = W x)",
  "h' = W x +",
  "h' = * h",
  "h' = b x",
  "h' = 2 h",
  "h' = swish(W x)",
  "h' = clip(W x)",
  "h' = clip(W x, b, 1)",
  "h' = tanh()",
  "h' = tanh(W x, 1)",
  "h' = W x + tanh",
  "h' = leaky_relu(W x, b)",
  "h' = (W x)^x",
  "h' = (W x)^0.5",
  "h' = (W x)^99",
  "h' = W",
  "h' = W * x",
  "h' = W + 1",
  "H' = W x",
  "tanh = x\nh' = W x",
  "h' tanh(W x)",
  '= W x',
  '3 = W x',
  "h' = W x = 3",
  'cell Bad Name',
  "cell 9a\nh' = W x",
  "U: H x 3\nh' = U h",
  "w: H x H\nh' = w * h",
  "U: H\nh' = U h",
  "U: H x H x H\nh' = U h",
  "constant T = x\nh' = W x",
  "constant T 3\nh' = W x",
  "init W zeros\nh' = W x",
  "h' = W x\ninit W:",
  "h' = W x\ninit W: magic",
  "h' = W x + b\ninit b: constant",
  "h' = W x + b\ninit b: constant(T)",
  "h' = W x + b + c + d\ninit b, c, d: chrono(9)",
  "h' = W x + b\ninit b: uniform(1, 2, 3)",
  "h' = W x + b\ninit b: normal(1",
  "h' = W x\ninit : zeros",
  'h = W x',
  "h' = W x + c'",
  "h' = f * h\nf = sigmoid(W x)",
  "f = W x\nf = W x\nh' = f",
  "h' = W x\nh' = W x",
  "x = W x\nh' = x",
  "h = W x\nh' = h",
  "h' = x * h",
  "h' = W (w_c * x) + w_c * h",
  "h' = W x + W h",
  "h' = W 3",
  "h' = 3",
  "h' = tanh(x)",
  "f = W x\nh' = U h",
  "w: H\nh' = U h",
  "w: H\nw: H\nh' = w * h",
  "x: H\nh' = U x",
  "h: H\nh' = U h",
  "h' = W x\noutput c",
  "h' = W x\noutput h c",
  "h' = W x\ninit U: zeros",
  "h' = W x\ninit W: zeros\ninit W: ones",
  "h' = W x + b\ninit b: orthogonal",
  "b = W x\nh' = b + U h\nb: H",
  "constant b = 1\nb = W x\nh' = b",
  "h' = W^T",
  "h' = (W - W^T)",
  "h' = W x + h^T",
  "h' = W x + transpose(h)",
  "h' = (W - W^T) x",
  "h' = (W + V) h\nV: I x H\nW: H x H",
  "h' = U^T h\nU: I x H",
  "h' = W x\noutput h, c",
  "h' = W x\noutput h, h",
  "h' = W x\nc' = U h\noutput h\noutput c",
  "h' = mean(h)",
  "h' = W x + mean(sum(h))",
  "h' = W x + U mean(h)",
  "h' = W x + sum(2)",
  "h' = W x + sum(h, b)",
]

it('there are at least sixty', () => expect(new Set(wrong).size).toBeGreaterThanOrEqual(60))

it.each(wrong)('%j', (text) => {
  let error: unknown
  try {
    compileCell(text, 'my-cell')
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(LabError)
  expect((error as LabError).detail.location).toBeDefined()
  expect(`[${(error as LabError).code}] ${(error as LabError).message}`).toMatchSnapshot()
})
