/** A seed that diverges costs itself alone: whatever the quantity and the phase, the others end with the bits that they have without it. */
import { describe, expect, it } from 'vitest'
import type { Checkpoint } from '../../../shared/runs/run.ts'
import { readProgress } from '../../../shared/training/progress.ts'
import { memoryRun, toyConfig, type MemoryRun, type ToyBehaviour } from './toy.ts'
import { bitsOf, finished, ofType, runToEnd } from './toy-runs.ts'

type Breaks = NonNullable<ToyBehaviour['breaks']>

const MIDDLE = { places: [1] }
const CASES: readonly (readonly [name: string, breaks: Breaks, divergence: object])[] = [
  ['in a loss', { ...MIDDLE, step: 5, in: 'loss' }, { phase: 'training', step: 5, quantity: 'loss', value: 'NaN' }],
  // The checkpoint of an epoch's end sees them, before anything else does.
  ['in its weights', { ...MIDDLE, step: 3, in: 'weights' }, { phase: 'training', step: 3, quantity: 'weights', value: 'Infinity' }],
  // No checkpoint is due at step 1, and a pause there leaves it to the next step.
  ['in weights that no checkpoint sees', { ...MIDDLE, step: 1, in: 'weights' }, { phase: 'training', step: 2, quantity: 'loss', value: 'Infinity' }],
  ['in a validation', { ...MIDDLE, step: 4, in: 'evaluation' }, { phase: 'training', step: 4, quantity: 'validation-loss', value: 'Infinity' }],
  ['in the warm-up', { ...MIDDLE, step: 2, in: 'warm-up' }, { phase: 'warm-up', step: 2, quantity: 'loss', value: '-Infinity' }],
  ['in the test', { ...MIDDLE, step: 9, in: 'test' }, { phase: 'test', step: 9, quantity: 'test-loss', value: 'Infinity' }],
] // prettier-ignore

const SEEDS = [3, 1, 2]
const OTHERS = [3, 2]

const finiteTensors = ({ tensors }: Checkpoint): boolean =>
  [...tensors.values()].every(({ data }) => Array.from(data).every(Number.isFinite))

describe.each(CASES)('a seed that diverges %s', (_, breaks, place) => {
  const divergence = { seed: 1, ...place }
  const run = finished(toyConfig(SEEDS), { breaks })

  it('leaves the others their bits, and the run finishes over them', async () => {
    const { record } = await run
    for (const seed of OTHERS) expect(bitsOf(await run, seed)).toEqual(bitsOf(await finished(toyConfig([seed])), seed))
    expect(record).toMatchObject({ status: 'finished', error: null, diverged: [divergence] })
    expect(record.result!.seeds).toEqual(OTHERS)
    expect(record.result!.best).toHaveLength(2)
    expect(bitsOf(await run, 1)).toEqual([])
  })

  it('is told once, and no number of it follows', async () => {
    const told = ofType(await run, 'diverged')
    expect(told).toEqual([{ type: 'diverged', ...divergence }])
    const { events } = await run
    const at = events.indexOf(told[0]!)
    expect(at).toBeGreaterThan(0)
    for (const event of events.slice(at)) {
      if (event.type === 'train-step' || event.type === 'validation') expect(event.loss[1]).toBeNaN()
      if (event.type === 'warmup-step') expect(event.loss[1]).toBeNull()
      if (event.type === 'measure') expect(event.vaa![1]).toBeNull()
    }
  })

  it('has finite values in every checkpoint, and is left out where the run goes on from one', async () => {
    const { checkpoint } = await run
    expect(finiteTensors(checkpoint!.value)).toBe(true)
    const { phase } = divergence as { phase?: string }
    const { diverged } = readProgress(checkpoint!.value.counters, SEEDS.length)
    // The last checkpoint is that before the test, which is repeated as a whole.
    expect(diverged).toEqual([null, phase === 'test' ? null : divergence, null])
  })

  it('is the same after a pause at any moment and a kill after any event', async () => {
    const whole = await run
    const again = async (interruption: { pauseAt?: number; dieAt?: number }): Promise<number> => {
      const other = memoryRun(toyConfig(SEEDS))
      const callCount = await runToEnd(other, { breaks }, interruption)
      expect(other.weights).toEqual(whole.weights)
      expect(JSON.stringify(other.events)).toBe(JSON.stringify(whole.events))
      expect(other.record.diverged).toEqual(whole.record.diverged)
      return callCount
    }
    for (let pauseAt = 1; (await again({ pauseAt })) > 1; pauseAt++);
    for (let dieAt = 1; dieAt <= whole.events.length; dieAt += 3) await again({ dieAt })
  })
})

describe('a run without a seed left', () => {
  it('has diverged, with the place of each, and keeps the last checkpoint', async () => {
    const run = memoryRun(toyConfig([0, 7]))
    const breaks: Breaks = { places: [0, 1], step: 5, in: 'loss' }
    await expect(runToEnd(run, { breaks })).rejects.toMatchObject({
      code: 'non-finite',
      message: expect.stringMatching(/seed 0 at training step 5 .* seed 7 at training step 5/) as string,
    })
    expect(run.record).toMatchObject({ status: 'diverged', result: null, diverged: [{ seed: 0 }, { seed: 7 }] })
    expect(finiteTensors(run.checkpoint!.value)).toBe(true)
    expect(ofType(run, 'diverged')).toHaveLength(2)
  })
})

it('a checkpoint of an earlier version, which knew no diverged seeds, is read', async () => {
  const run: MemoryRun = await finished(toyConfig([0]))
  const { counters } = run.checkpoint!.value
  const progress = { ...(counters.progress as Record<string, unknown>) }
  delete progress.diverged
  expect(readProgress({ ...counters, progress }, 1).diverged).toEqual([null])
  expect(() => readProgress({ ...counters, progress: { ...progress, diverged: [{ seed: 0 }] } }, 1)).toThrow(/diverged/)
})
