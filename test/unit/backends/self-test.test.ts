/** The start-up test of a device: right results pass, wrong ones refuse it by name. */
import { expect, it } from 'vitest'
import type { Backend, Engine } from '../../../shared/backends/backend.ts'
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import { requireRightResults } from '../../../shared/backends/self-test.ts'
import { createWasmBackend } from '../../../shared/backends/wasm/wasm-backend.ts'

/** A driver that compiles something wrong: results go through `spoil`. */
function spoiled(spoil: (engine: Engine) => Partial<Engine>): Backend {
  return {
    ...referenceBackend,
    name: 'webgpu',
    device: 'Wrong 9000',
    createEngine: async (network, replicas) => {
      const engine = await referenceBackend.createEngine(network, replicas)
      return new Proxy(engine, {
        get: (target, key) => {
          const own = spoil(target)[key as keyof Engine] ?? target[key as keyof Engine]
          return typeof own === 'function' ? own.bind(target) : own
        },
      })
    },
  }
}

it('an engine that computes right is taken', async () => {
  await expect(requireRightResults(createWasmBackend())).resolves.toBeUndefined()
})

it('one wrong gradient refuses the device, and says which and by how much', async () => {
  const wrong = spoiled((engine) => ({
    trainGradients: async (requests) => {
      const results = await engine.trainGradients(requests)
      results[0]!.gradients.values().next().value!.data[0]! += 0.01
      return results
    },
  }))
  await expect(requireRightResults(wrong)).rejects.toMatchObject({
    code: 'backend',
    detail: { where: 'webgpu, Wrong 9000', expected: expect.stringContaining('gradients within') },
  })
})

it('a number that is none refuses the device', async () => {
  const wrong = spoiled((engine) => ({
    warmupGradients: async (requests) =>
      (await engine.warmupGradients(requests)).map((result) => result && { ...result, vaaStar: [NaN] }),
  }))
  await expect(requireRightResults(wrong)).rejects.toMatchObject({
    detail: { expected: expect.stringContaining('VAA*') },
  })
})
