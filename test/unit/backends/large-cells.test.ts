/** Cells at the bounds of WebAssembly: what the engine can hold is trained, what it cannot is told as such. */
import { expect, it } from 'vitest'
import { compileNetwork } from '../../../shared/backends/wasm/emit/kernels.ts'
import { SINGLE_VECTORS_TILES } from '../../../shared/backends/wasm/wasm-backend.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { network, part } from './networks.ts'

const compile = (equations: string): unknown =>
  compileNetwork(network([[part(equations, 4)]], { inputs: 1, outputs: 1 }), SINGLE_VECTORS_TILES[0]!, {
    relaxedMultiplyAdd: false,
  })
const sum = (count: number, term: (i: number) => string): string =>
  `h' = W x${Array.from({ length: count }, (_, i) => ` + ${term(i)}`).join('')}`

it('a sum of 3,000 terms becomes code', () => {
  expect(compile(sum(3000, () => 'h'))).toHaveProperty('module')
})

it('more values to keep than a function may be told of are refused with what was found', () => {
  const attempt = (): unknown => compile(sum(1200, (i) => `tanh(h * ${i + 2})`))
  expect(attempt).toThrow(LabError)
  expect(attempt).toThrow(/cannot hold the cells.*found .*limit/)
})
