import { describe, expect, it } from 'vitest'
import { initialize } from '../../../shared/networks/initial-values.ts'
import type { RunResult } from '../../../shared/runs/run.ts'
import { memoryRun, toyConfig, toyNetwork, type ToyBehaviour } from './toy.ts'
import { bitsOf, finished, ofType, runToEnd } from './toy-runs.ts'

/** Too multi-stable while a seed's first attempts are in; the toy's warm-up never moves the readout, which tells them. */
function stubborn(seed: number, attempts: readonly number[]): ToyBehaviour {
  const marks = attempts.map((attempt) => initialize(toyNetwork(), seed, attempt).get('readout.weight')!.data.join())
  return {
    vaaStar: (parameters) =>
      marks.includes(Float32Array.from(parameters.get('readout.weight')!.data).join()) ? 0.99 : 0.9,
  }
}

describe('trainRun', () => {
  it('learns, keeps the best weights and tests once', async () => {
    const run = await finished(toyConfig([0], { training: { ...toyConfig([0]).training, epochs: 30 } }))
    const result = run.record.result as RunResult
    expect(run.record).toMatchObject({ status: 'finished', backend: 'reference', error: null })
    expect(result.metric).toBe('mse')
    expect(result.best[0]).toBeLessThan(0.1)
    expect(result.warmupRestarts).toEqual([0])
    expect(ofType(run, 'test')).toHaveLength(1)
    const lowest = Math.min(...ofType(run, 'validation').map(({ loss }) => loss[0]!))
    expect(ofType(run, 'validation').findLast(({ best }) => best[0])!.loss[0]).toBe(lowest)
  })

  it('emits every step, phase and measure once, in order', async () => {
    const run = await finished(toyConfig([0]))
    expect(ofType(run, 'phase').map(({ phase }) => phase)).toEqual(['warm-up', 'training', 'test'])
    expect(ofType(run, 'warmup-step').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5])
    expect(ofType(run, 'train-step').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(ofType(run, 'validation').map(({ step }) => step)).toEqual([2, 4, 6, 8, 9])
    expect(ofType(run, 'measure').map(({ phase, step }) => `${phase} ${step}`)).toEqual([
      'warm-up 0', 'warm-up 4', 'warm-up 5', 'training 4', 'training 8', 'training 9',
    ]) // prettier-ignore
    for (const { convergenceSteps, step } of ofType(run, 'warmup-step'))
      expect(convergenceSteps[0]).toBeLessThanOrEqual(Math.min(8, 1 + 3 * (step - 1)))
  })

  it('ends with the same bits and events when paused at every moment', async () => {
    const whole = await finished(toyConfig([0, 7]))
    let pauseAt = 1
    for (; ; pauseAt++) {
      const paused = memoryRun(toyConfig([0, 7]))
      const callCount = await runToEnd(paused, {}, { pauseAt })
      expect(paused.weights).toEqual(whole.weights)
      expect(JSON.stringify(paused.events)).toBe(JSON.stringify(whole.events))
      expect(paused.record.result).toEqual(whole.record.result)
      if (callCount === 1) break
    }
    expect(pauseAt).toBeGreaterThan(50)
  })

  it('ends with the same bits and events when killed after any event', async () => {
    const whole = await finished(toyConfig([0, 7]))
    for (let dieAt = 1; dieAt <= whole.events.length; dieAt++) {
      const killed = memoryRun(toyConfig([0, 7]))
      await runToEnd(killed, {}, { dieAt })
      expect(killed.weights).toEqual(whole.weights)
      expect(JSON.stringify(killed.events)).toBe(JSON.stringify(whole.events))
    }
  })

  it("a seed's bits do not depend on how many run beside it", async () => {
    const together = await finished(toyConfig([3, 1, 2]))
    for (const seed of [1, 2, 3])
      expect(bitsOf(await finished(toyConfig([seed])), seed)).toEqual(bitsOf(together, seed))
  })

  it('restarts the replicas that end above 0.98 and leaves the others alone', async () => {
    const run = await finished(toyConfig([0, 1, 2]), stubborn(1, [0, 1]))
    const restarts = run.record.result!.warmupRestarts
    expect(restarts).toEqual([0, 2, 0])
    expect(ofType(run, 'warmup-end').map(({ restarted }) => restarted[1])).toEqual([true, true, false])
    for (const seed of [0, 2]) expect(bitsOf(run, seed)).toEqual(bitsOf(await finished(toyConfig([seed])), seed))
    expect(bitsOf(run, 1)).toEqual(bitsOf(await finished(toyConfig([1]), stubborn(1, [0, 1])), 1))
    const steps = ofType(run, 'warmup-step')
    expect(steps).toHaveLength(15)
    for (const { loss, step } of steps)
      restarts.forEach((count, r) => expect(loss[r] !== null).toBe(step <= 5 * (1 + count)))
  })

  it('fails with a code after too many restarts', async () => {
    const config = toyConfig([0], { warmup: { ...toyConfig([0]).warmup, maxRestarts: 2 } })
    const run = memoryRun(config)
    await expect(runToEnd(run, { vaaStar: () => 0.99 })).rejects.toMatchObject({ code: 'warm-up-restarts' })
    expect(run.record).toMatchObject({ status: 'failed', error: { code: 'warm-up-restarts' } })
    expect(ofType(run, 'warmup-end').map(({ restarts }) => restarts[0])).toEqual([1, 2, 3])
  })

  it('has diverged on a test loss that is not finite, and writes no result', async () => {
    const run = memoryRun(toyConfig([0]))
    const validations = ofType(await finished(toyConfig([0])), 'validation').length
    await expect(runToEnd(run, { overflowFromEvaluation: validations + 1 })).rejects.toMatchObject({
      code: 'non-finite',
      message: expect.stringContaining('seed 0 at test step 9 (the test loss is Infinity)') as string,
    })
    expect(run.record).toMatchObject({ status: 'diverged', result: null })
  })

  it('has diverged on a loss that is not finite and keeps the last good checkpoint', async () => {
    const run = memoryRun(toyConfig([0]))
    await expect(runToEnd(run, { breakAt: 8 })).rejects.toMatchObject({ code: 'non-finite' })
    expect(run.record).toMatchObject({ status: 'diverged', error: { code: 'non-finite' } })
    expect(run.checkpoint!.value.counters).toMatchObject({ progress: { phase: 'training', training: { step: 6 } } })
    // The run is mended by a resume that does not break.
    await runToEnd(run)
    expect(run.weights).toEqual((await finished(toyConfig([0]))).weights)
  })

  it('stops a seed at its target without changing the bits of the others', async () => {
    const training = { ...toyConfig([0]).training, epochs: 40, stopAtLoss: 0.5 }
    const together = await finished(toyConfig([0, 1], { training }))
    const alone = await finished(toyConfig([1], { training }))
    expect(bitsOf(together, 1)).toEqual(bitsOf(alone, 1))
    expect(ofType(together, 'train-step').length).toBeLessThan(120)
  })

  it('skips warm-up without the strategy, and measures before training instead', async () => {
    const run = memoryRun(toyConfig([0]), 'none')
    await runToEnd(run)
    expect(ofType(run, 'phase').map(({ phase }) => phase)).toEqual(['training', 'test'])
    expect(ofType(run, 'measure')[0]).toMatchObject({ phase: 'training', step: 0 })
  })

  it('refuses a checkpoint of another network or backend, and leaves the record alone', async () => {
    const run = memoryRun(toyConfig([0]))
    await runToEnd(run)
    run.record.backend = 'wasm'
    await expect(runToEnd(run)).rejects.toMatchObject({ code: 'checkpoint' })
    run.record.backend = 'reference'
    run.checkpoint!.value = { ...run.checkpoint!.value, tensors: new Map() }
    await expect(runToEnd(run)).rejects.toMatchObject({ code: 'checkpoint' })
    expect(run.record.status).toBe('finished')
  })
})
