/** The order in which layers go through time: each does every step once, after the layer that it needs, and a stack is as long as its chunks say. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layersTogether, segmentsOf, wavesOf } from '../../../../shared/backends/webgpu/layer-waves.ts'

const SEGMENT = { first: 3, last: 13 }

describe('waves', () => {
  it('have the layers a chunk apart', () => {
    const cuts = { segmentSteps: 20, chunkSteps: 5 }
    expect(wavesOf(['low', 'high'], SEGMENT, cuts, false)).toEqual([
      [{ layer: 'low', steps: { first: 3, last: 8 } }],
      [
        { layer: 'low', steps: { first: 8, last: 13 } },
        { layer: 'high', steps: { first: 3, last: 8 } },
      ],
      [{ layer: 'high', steps: { first: 8, last: 13 } }],
    ])
  })

  it('begin with the last steps on the way back', () => {
    const cuts = { segmentSteps: 20, chunkSteps: 5 }
    expect(wavesOf(['high', 'low'], SEGMENT, cuts, true).map((wave) => wave.map(({ layer }) => layer))).toEqual([
      ['high'],
      ['high', 'low'],
      ['low'],
    ])
    expect(wavesOf(['high', 'low'], SEGMENT, cuts, true)[0]![0]!.steps).toEqual({ first: 8, last: 13 })
  })

  it('cut nothing for a layer alone', () => {
    expect(wavesOf(['only'], SEGMENT, { segmentSteps: 20, chunkSteps: 2 }, false)).toEqual([
      [{ layer: 'only', steps: SEGMENT }],
    ])
  })

  it('do every step of every layer once, after that of the layer before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        (count, steps, chunkSteps, isBackward) => {
          const layers = Array.from({ length: count }, (_, layer) => layer)
          const done = new Map(layers.map((layer) => [layer, [] as number[]]))
          for (const wave of wavesOf(
            layers,
            { first: 0, last: steps },
            { segmentSteps: steps, chunkSteps },
            isBackward,
          )) {
            const before = new Map([...done].map(([layer, its]) => [layer, new Set(its)]))
            for (const { layer, steps: range } of wave) {
              expect(range.last - range.first).toBeLessThanOrEqual(count > 1 ? chunkSteps : steps)
              for (let step = range.first; step < range.last; step++) {
                if (layer > 0) expect(before.get(layer - 1)!.has(step)).toBe(true)
                done.get(layer)!.push(step)
              }
            }
          }
          const all = Array.from({ length: steps }, (_, step) => step)
          for (const its of done.values()) expect(its.toSorted((a, b) => a - b)).toEqual(all)
        },
      ),
      { numRuns: 200, seed: 20261128 },
    )
  })
})

it('layers go together only where they are to be apart by chunks', () => {
  expect(layersTogether(['a', 'b'], { segmentSteps: 4, chunkSteps: null })).toEqual([['a'], ['b']])
  expect(layersTogether(['a', 'b'], { segmentSteps: 4, chunkSteps: 2 })).toEqual([['a', 'b']])
})

it('segments are whole but for the last one', () => {
  expect(segmentsOf(7, { segmentSteps: 3, chunkSteps: null })).toEqual([
    { first: 0, last: 3 },
    { first: 3, last: 6 },
    { first: 6, last: 7 },
  ])
})
