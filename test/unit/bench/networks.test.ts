import { describe, expect, it } from 'vitest'
import { countWeights, createCaseNetwork, trainRequest } from '../../bench/networks.ts'
import { stepCase, stepCases } from '../../bench/step-cases.ts'

describe('the cases of training', () => {
  const weights = (name: string): number => countWeights(createCaseNetwork(stepCase(name)))

  it('count the matrices that PyTorch counts', () => {
    // Three gates of 256 that read 2 inputs, then 256; and 256 recurrent units each.
    expect(weights('gru-2x256-T200-B32')).toBe(768 * (2 + 256) + 768 * (256 + 256))
    expect(weights('lstm-1x128-T300-B32')).toBe(512 * (1 + 128))
    // nBRC's candidate has no recurrent matrix.
    expect(weights('nbrc-2x256-T200-B32')).toBe(768 * 2 + 512 * 256 + 768 * 256 + 512 * 256)
  })

  it('count no vectors: a BRC recurs through vectors alone', () => {
    expect(weights('brc-2x256-T200-B32')).toBe(768 * 2 + 768 * 256)
  })

  it('have names of their own', () => {
    expect(new Set(stepCases.map(({ name }) => name)).size).toBe(stepCases.length)
  })

  it('read the loss at the last steps of every series', () => {
    const { batch } = trainRequest({ steps: 7, batch: 2, inputs: 3, lossSteps: 2 }, 0)
    expect([...batch.targetSteps]).toEqual([5, 5, 6, 6])
    expect(batch.inputs).toHaveLength(7 * 2 * 3)
    expect(batch.targets).toHaveLength(2 * 2)
    expect([...batch.lengths]).toEqual([7, 7])
  })
})
