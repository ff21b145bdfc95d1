import { describe, expect, it } from 'vitest'
import { builtInCells } from '../../../shared/cells/library.ts'
import { compileCell } from '../../../shared/compiler/passes.ts'
import { initialize } from '../../../shared/networks/initial-values.ts'
import {
  CELL_INITIAL_VALUES,
  createNetwork,
  type InitialValueChoice,
  type Network,
} from '../../../shared/networks/network.ts'

/** Values are rounded to float32 once drawn. */
const FLOAT32_TOLERANCE = 1e-6

function networkOf(cell: string, units: number, initialValues: Partial<InitialValueChoice> = {}): Network {
  const part = {
    cell: compileCell(builtInCells[cell]!, cell),
    units,
    warm: true,
    initialValues: { ...CELL_INITIAL_VALUES, ...initialValues },
  }
  return createNetwork({ inputSize: 5, outputSize: 2, layers: [[part]], loss: 'mse', dropout: 0 })
}

const valuesOf = (network: Network, symbol: string, seed = 0, attempt = 0): Float32Array =>
  initialize(network, seed, attempt).get(symbol === 'weight' ? 'readout.weight' : `layers.0.parts.0.${symbol}`)!.data

/** The largest deviation of A Aᵀ (or Aᵀ A when it is tall) from gain² I. */
function orthogonalityError(data: Float32Array, rows: number, columns: number, gain = 1): number {
  const [count, size] = rows <= columns ? [rows, columns] : [columns, rows]
  const entry = (i: number, k: number): number => (rows <= columns ? data[i * columns + k]! : data[k * columns + i]!)
  let largest = 0
  for (let i = 0; i < count; i++)
    for (let j = 0; j < count; j++) {
      let product = 0
      for (let k = 0; k < size; k++) product += entry(i, k) * entry(j, k)
      largest = Math.max(largest, Math.abs(product - (i === j ? gain * gain : 0)))
    }
  return largest
}

const largestOf = (data: Float32Array): number => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

describe('initial values', () => {
  it("GRU's are the authors': Xavier input, orthogonal recurrent matrices, zero biases, uniform readout", () => {
    const network = networkOf('gru', 32)
    expect(orthogonalityError(valuesOf(network, 'U_r'), 32, 32)).toBeLessThan(FLOAT32_TOLERANCE)
    const bound = Math.sqrt(6 / (32 + 5))
    expect(largestOf(valuesOf(network, 'W_r'))).toBeLessThanOrEqual(bound)
    expect(largestOf(valuesOf(network, 'W_r'))).toBeGreaterThan(0.9 * bound)
    expect(largestOf(valuesOf(network, 'b_r'))).toBe(0)
    expect(largestOf(valuesOf(network, 'weight'))).toBeLessThanOrEqual(1 / Math.sqrt(32))
  })

  it("LSTM's are uniform within 1/sqrt(H), with the variance of that", () => {
    const data = valuesOf(networkOf('lstm', 64), 'U_i')
    expect(largestOf(data)).toBeLessThanOrEqual(1 / 8)
    const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length
    // The standard error of 4096 uniform draws' variance is about 1.4 %.
    expect(Math.abs(variance / (1 / 64 / 3) - 1)).toBeLessThan(0.07)
  })

  it('chrono biases of a pair are opposite, log u with u in (1, T_max - 1)', () => {
    const network = networkOf('chrono-lstm', 50, { constants: { T_max: 40 } })
    const forget = valuesOf(network, 'b_f')
    const input = valuesOf(network, 'b_i')
    forget.forEach((value, k) => {
      expect(value + input[k]!).toBe(0)
      expect(value).toBeGreaterThanOrEqual(0)
      expect(value).toBeLessThanOrEqual(Math.fround(Math.log(39)))
    })
    expect(valuesOf(network, 'c_f')).not.toEqual(forget)
    expect(() => initialize(networkOf('chrono-lstm', 5, { constants: { T_max: 2 } }), 0, 0)).toThrow(/T_max > 2/)
  })

  it("a part's scheme replaces every matrix, with its gain, and leaves vectors", () => {
    const gain = 0.5
    const orthogonal = networkOf('lstm', 8, { scheme: 'orthogonal', gain })
    expect(orthogonalityError(valuesOf(orthogonal, 'U_f'), 8, 8, gain)).toBeLessThan(FLOAT32_TOLERANCE)
    expect(orthogonalityError(valuesOf(orthogonal, 'W_f'), 8, 5, gain)).toBeLessThan(FLOAT32_TOLERANCE)
    expect(valuesOf(orthogonal, 'b_f')).toEqual(valuesOf(networkOf('lstm', 8), 'b_f'))
    const identity = valuesOf(networkOf('gru', 3, { scheme: 'identity', gain }), 'W_r')
    expect([...identity]).toEqual([0.5, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0.5, 0, 0])
    expect(largestOf(valuesOf(networkOf('gru', 16, { scheme: 'uniform', gain }), 'U_r'))).toBeLessThanOrEqual(1 / 8)
  })

  it('differ by seed and attempt, and are the same when drawn again', () => {
    const network = networkOf('mgu', 6)
    const first = valuesOf(network, 'U_h')
    expect(valuesOf(network, 'U_h')).toEqual(first)
    expect(valuesOf(network, 'U_h', 1)).not.toEqual(first)
    expect(valuesOf(network, 'U_h', 0, 1)).not.toEqual(first)
  })
})
