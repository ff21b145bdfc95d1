/** Frozen parameters on every backend: they keep their values, whatever moves beside them, and stand in no norm and no optimiser state. */
import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import { createWasmBackend } from '../../../shared/backends/wasm/wasm-backend.ts'
import type { Engine, TrainRequest } from '../../../shared/backends/backend.ts'
import { ADAM, batch, network, part, weights } from './networks.ts'

const TEXT = "h' = tanh(W x + U h + w * h + g * (V h) + b)\ng: 1"
const FROZEN = ['W', 'U', 'w', 'g']
const nameOf = (symbol: string): string => `layers.0.parts.0.${symbol}`

const free = network([[part(TEXT, 6)]], { inputs: 2, outputs: 2 })
const frozen = network([[part(`${TEXT}\nfixed ${FROZEN.join(', ')}`, 6)]], { inputs: 2, outputs: 2 })
const values = weights(free, 3, 0.5)
const learned = [...values.keys()].filter((name) => !FROZEN.some((symbol) => name === nameOf(symbol)))
const request: TrainRequest = {
  batch: batch(free, 9, 5, 7),
  truncateEvery: null,
  dropoutMasks: null,
  regulariser: null,
}

describe.each([referenceBackend, createWasmBackend()])('on $name', (backend) => {
  async function engineOf(net: typeof free): Promise<Engine> {
    const engine = await backend.createEngine(net, 1)
    await engine.writeParameters(0, values)
    return engine
  }

  it('the gradients of the others are those of the free cell, and the norm is theirs alone', async () => {
    const [all, some] = [await engineOf(free), await engineOf(frozen)]
    const [full] = await all.trainGradients([request])
    const [found] = await some.trainGradients([request])
    expect([...found!.gradients.keys()]).toEqual(learned)
    let squares = 0
    for (const [name, { data }] of found!.gradients) {
      const expected = full!.gradients.get(name)!.data
      data.forEach((value, i) => expect(value, name).toBeCloseTo(expected[i]!, 5))
      data.forEach((value) => (squares += value ** 2))
    }
    expect(found!.gradientNorm).toBeCloseTo(Math.sqrt(squares), 5)
    expect(found!.gradientNorm).toBeLessThan(full!.gradientNorm)
    expect(found!.loss).toBeCloseTo(full!.loss, 6)
  })

  it('steps leave them as they were, weight decay or not, and the optimiser keeps nothing of them', async () => {
    const engine = await engineOf(frozen)
    for (let step = 0; step < 3; step++) await engine.trainStep([request], [{ ...ADAM, weightDecay: 0.1 }])
    const moved = await engine.readParameters(0)
    for (const [name, { data }] of values) {
      expect(
        [...moved.get(name)!.data].every((value, i) => value === data[i]),
        name,
      ).toBe(!learned.includes(name))
    }
    const state = await engine.readOptimizer(0)
    expect([...state.first.keys()]).toEqual(learned)
    await engine.resetOptimizer(0)
    await engine.writeOptimizer(0, state)
    expect(await engine.readOptimizer(0)).toEqual(state)
  })
})
