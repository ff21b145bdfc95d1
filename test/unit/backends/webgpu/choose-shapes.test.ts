/** Which shapes the parts of a network get: those of a tuning where they can be used, others are measured, once for parts that are alike. */
import { describe, expect, it } from 'vitest'
import { chooseShapes } from '../../../../shared/backends/webgpu/tune/choose-shapes.ts'
import type { RecurrenceShape } from '../../../../shared/backends/webgpu/wgsl/recurrence-plan.ts'
import { network, part } from '../networks.ts'

const LIKELIEST: RecurrenceShape = {
  rows: 4,
  slices: 1,
  invocations: 8,
  subgroups: false,
  keptVectors: 0,
  memoryBytes: 16_384,
}
const FASTEST: RecurrenceShape = { ...LIKELIEST, slices: 2, invocations: 16 }
const SHAPES = [LIKELIEST, FASTEST]

/** Two layers that are alike, but for their inputs, and a part of another width. */
const PARTS = network([[part('gru', 8)], [part('gru', 8), part('gru', 4)], [part('gru', 8)]], {
  inputs: 12,
  outputs: 1,
}).wiredLayers.flatMap(({ parts }) => parts)

async function choose(tuning: Parameters<typeof chooseShapes>[1], shapes = SHAPES) {
  let measurements = 0
  const pick = async (): Promise<RecurrenceShape> => (measurements++, FASTEST)
  const chosen = await chooseShapes(PARTS, tuning, () => shapes, pick)
  return { ...chosen, slices: PARTS.map((each) => chosen.shapes.get(each)!.slices), measurements }
}

describe('without a tuning', () => {
  it('shapes are measured, parts that are alike once', async () => {
    const { slices, measurements, tuning } = await choose({})
    expect({ slices, measurements }).toEqual({ slices: [2, 2, 2, 2], measurements: 3 })
    expect(Object.keys(tuning)).toHaveLength(3)
  })

  it('nothing is measured where there is one shape alone', async () => {
    expect(await choose({}, [LIKELIEST])).toMatchObject({ slices: [1, 1, 1, 1], measurements: 0 })
  })
})

describe('with a tuning', () => {
  const given = async (shape: unknown): ReturnType<typeof choose> =>
    choose(Object.fromEntries(Object.keys((await choose({})).tuning).map((key) => [key, shape])))

  it('its shapes are taken and leave again, in whatever order their fields are written', async () => {
    const written = Object.fromEntries(Object.entries(LIKELIEST).reverse())
    const { slices, measurements, tuning } = await given(written)
    expect({ slices, measurements }).toEqual({ slices: [1, 1, 1, 1], measurements: 0 })
    expect(Object.values(tuning)).toEqual([LIKELIEST, LIKELIEST, LIKELIEST])
    expect((await choose(tuning)).tuning).toEqual(tuning)
  })

  it.each([null, 7, 'wide', {}, { ...LIKELIEST, slices: 'many' }, { ...LIKELIEST, invocations: 4096 }])(
    'a shape that cannot be used here (%j) counts as none',
    async (shape) => {
      const { slices, measurements } = await given(shape)
      expect({ slices, measurements }).toEqual({ slices: [2, 2, 2, 2], measurements: 3 })
    },
  )

  it('more than it needs does no harm', async () => {
    const { tuning } = await choose({})
    expect((await choose({ ...tuning, 'of another cell': LIKELIEST })).tuning).toEqual(tuning)
  })
})
