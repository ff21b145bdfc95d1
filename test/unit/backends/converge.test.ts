/** Exits that change nothing: once all states equal earlier ones bit for bit, whole periods are skipped and the end is the same. */
import { describe, expect, it } from 'vitest'
import type { ConvergedStates } from '../../../shared/backends/backend.ts'
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import { wasmBackend } from '../../../shared/backends/wasm/wasm-backend.ts'
import { batch, network, part, weights } from './networks.ts'

describe.each([referenceBackend, wasmBackend])('on $name', (backend) => {
  const converge = async (
    cell: string,
    convergenceSteps: number,
    stopResidual: number | null = null,
    breathe?: () => Promise<void>,
  ): Promise<ConvergedStates> => {
    const net = network([[part(cell, 5)]], { inputs: 2, outputs: 1 })
    const engine = await backend.createEngine(net, 1)
    await engine.writeParameters(0, weights(net, 4, 0.3))
    const request = {
      batch: batch(net, 6, 4, 2),
      truncations: Int32Array.of(1, 2, 3, 6),
      perturbation: Float32Array.of(0.3, -0.2),
      convergenceSteps,
      stopResidual,
    }
    const [states] = await engine.converge([request], breathe)
    return states!
  }

  it('a cycle of two ends where its parity says', async () => {
    const cell = "h' = b - h + 0 * (W x)"
    const [short, long, odd] = [await converge(cell, 200), await converge(cell, 100_000), await converge(cell, 100_001)]
    expect(long.exactExit).toEqual({ step: 4, period: 2 })
    expect(long.tail).toHaveLength(65)
    expect(long.tail).toEqual(short.tail)
    expect(odd.tail[0]).toEqual(long.tail[1])
    expect(odd.tail[0]).not.toEqual(long.tail[0])
  })

  it('a fixed point is left as it is', async () => {
    const cell = "h' = 0.25 * h + tanh(W x)"
    const [short, long] = [await converge(cell, 500), await converge(cell, 1_000_000)]
    expect(long.exactExit?.period).toBe(1)
    expect(long.tail[0]).toEqual(short.tail[0])
    expect(long.stoppedAt).toBeNull()
  })

  // The reference works in one piece.
  if (backend === wasmBackend)
    it('a long run lets others have their turn, changes nothing by it, and is given up when one of them wants that', async () => {
      const restless = "h' = 1 - 1.9 * h * h + 0.01 * (W x)"
      let breathCount = 0
      const breathe = (): Promise<void> => {
        breathCount++
        return Promise.resolve()
      }
      const whole = await converge(restless, 3000)
      expect(await converge(restless, 3000, null, breathe)).toEqual(whole)
      expect(breathCount).toBeGreaterThan(2)
      const failing = (): Promise<void> => Promise.reject(new Error('enough'))
      await expect(converge(restless, 1e12, null, failing)).rejects.toThrow('enough')
    })

  it('the optional stop says where it fired', async () => {
    const { stoppedAt, exactExit } = await converge("h' = 0.9 * h + tanh(W x)", 10_000, 1e-3)
    expect(stoppedAt).toBeGreaterThan(16)
    expect(stoppedAt).toBeLessThan(200)
    expect(exactExit).toBeNull()
  })
})
