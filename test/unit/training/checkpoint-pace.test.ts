/** Checkpoints on the way cost next to nothing, whatever an epoch is: they are counted under a clock that training and writing move on. */
import { describe, expect, it } from 'vitest'
import { trainRun } from '../../../shared/training/train-run.ts'
import { CheckpointPace } from '../../../shared/training/checkpoint-pace.ts'
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import { memoryRun, memoryWriter, toyBackend, toyConfig, toyDataset, toyNetwork, type MemoryRun } from './toy.ts'

const SAVING_MS = 20
const EPOCHS = 400
/** Epochs of three steps, without anything else to do. */
const { training } = toyConfig([0])
const CONFIG = toyConfig([0], {
  training: { ...training, epochs: EPOCHS, validateEverySteps: null },
  measures: { everySteps: 0, vaa: null, vaaStar: null, histograms: false },
  checkpointEverySteps: 200,
})

interface Counted {
  readonly run: MemoryRun
  readonly savedCount: number
  readonly passedMs: number
}

/** @param stepMs what every step takes; a checkpoint takes SAVING_MS */
async function count(stepMs: number, dieAtStep = Infinity, config: ExperimentConfig = CONFIG): Promise<Counted> {
  const run = memoryRun(config)
  let nowMs = 0
  let savedCount = 0
  for (let isFirst = true; ; isFirst = false) {
    const writer = memoryWriter(run)
    try {
      await trainRun({
        record: run.record,
        network: toyNetwork(),
        datasets: [toyDataset(0)],
        backend: toyBackend(),
        writer: {
          ...writer,
          saveCheckpoint(...saved) {
            nowMs += SAVING_MS
            savedCount++
            return writer.saveCheckpoint(...saved)
          },
        },
        clock: { now: () => nowMs },
        control: { requested: () => null },
        onEvent: (event) => {
          if (event.type === 'train-step') nowMs += stepMs
          if (isFirst && event.type === 'train-step' && event.step === dieAtStep) throw new Error('killed')
        },
      })
      return { run, savedCount, passedMs: nowMs }
    } catch (error) {
      if (!(error instanceof Error && error.message === 'killed')) throw error
    }
  }
}

const bitsOf = ({ run }: Counted): string[] =>
  [...run.weights!].map(([name, { data }]) => `${name} ${Buffer.from(new Uint8Array(data.buffer)).toString('hex')}`)

describe('checkpoints on the way', () => {
  it('take a hundredth of the time where epochs are of three short steps', async () => {
    const { savedCount, passedMs } = await count(5)
    const ofPhases = 4 // at the beginning, after the warm-up and its check, before the test
    expect((savedCount - ofPhases) * SAVING_MS).toBeLessThanOrEqual(passedMs / 100)
    expect(savedCount).toBeGreaterThan(ofPhases)
  })

  it('are taken at every epoch where that costs nothing', async () => {
    const { savedCount } = await count(10_000)
    expect(savedCount).toBeGreaterThanOrEqual(EPOCHS)
  })

  it('change no bit of the result, whenever they are taken and wherever a kill comes between two of them', async () => {
    const often = await count(10_000)
    const seldom = await count(5)
    const killed = await count(5, 700)
    expect(often.savedCount).toBeGreaterThan(seldom.savedCount)
    expect(bitsOf(seldom)).toEqual(bitsOf(often))
    expect(bitsOf(killed)).toEqual(bitsOf(often))
    expect(killed.run.events).toEqual(often.run.events)
  })
})

describe('the pace of checkpoints', () => {
  it('waits a minute at most, however long one takes', () => {
    const pace = new CheckpointPace(0)
    pace.note(0, 3_600_000)
    expect(pace.isDue(3_600_000 + 59_999)).toBe(false)
    expect(pace.isDue(3_600_000 + 60_000)).toBe(true)
  })

  it('goes on when the clock is set back', () => {
    const pace = new CheckpointPace(1e12)
    pace.note(1e12, 1e12 + 10)
    expect(pace.isDue(1e12 - 3_600_000)).toBe(true)
  })
})
