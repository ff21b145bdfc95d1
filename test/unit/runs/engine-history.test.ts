/** Which steps of a run ran where: what was thrown away is told no more. */
import { describe, expect, it } from 'vitest'
import {
  goOnWith,
  isDeviceLoss,
  isEngineStretch,
  lastTuning,
  stretchesBefore,
  type EngineStretch,
  type RunEngine,
  type RunPlace,
} from '../../../shared/runs/engine-history.ts'

const WASM: RunEngine = { backend: 'wasm', device: null }
const CARD: RunEngine = { backend: 'webgpu', device: 'card' }
const OTHER_CARD: RunEngine = { backend: 'webgpu', device: 'other card' }
const at = (phase: RunPlace['phase'], step: number): RunPlace => ({ phase, step })
const stretch = (engine: RunEngine, place: RunPlace): EngineStretch => ({ ...engine, ...place })

describe('the engines of a run', () => {
  const moved = [stretch(WASM, at('warm-up', 0)), stretch(CARD, at('training', 100))]

  it('begin with its first step', () => {
    expect(goOnWith([], WASM, at('warm-up', 0))).toEqual([stretch(WASM, at('warm-up', 0))])
  })

  it('stay one where it is taken up on the same', () => {
    expect(goOnWith(moved, CARD, at('training', 250))).toEqual(moved)
  })

  it('tell two devices of one backend apart', () => {
    expect(goOnWith(moved, OTHER_CARD, at('test', 300))).toEqual([...moved, stretch(OTHER_CARD, at('test', 300))])
  })

  it('forget steps that were thrown away', () => {
    expect(goOnWith(moved, WASM, at('training', 80))).toEqual([moved[0]])
    expect(goOnWith(moved, OTHER_CARD, at('training', 100))).toEqual([
      moved[0],
      stretch(OTHER_CARD, at('training', 100)),
    ])
  })

  it('are told up to where a fork begins', () => {
    expect(stretchesBefore(moved, at('training', 100))).toEqual([moved[0]])
    expect(stretchesBefore(moved, at('training', 101))).toEqual(moved)
    expect(stretchesBefore(moved, at('warm-up', 500))).toEqual([moved[0]])
  })
})

describe('how a device was tuned', () => {
  const tuned = (engine: RunEngine, slices: number): RunEngine => ({ ...engine, tuning: { 'gru / 8': { slices } } })
  const stretches = [
    stretch(tuned(CARD, 1), at('warm-up', 0)),
    stretch(WASM, at('training', 10)),
    stretch(tuned(OTHER_CARD, 2), at('training', 20)),
  ]

  it('is known from when the run was on it last, and of no other device', () => {
    expect(lastTuning(stretches, CARD)).toEqual({ 'gru / 8': { slices: 1 } })
    expect(lastTuning(stretches, WASM)).toBeUndefined()
    expect(lastTuning([], CARD)).toBeUndefined()
  })

  it('makes no new stretch where it is the same, in whatever order it is written', () => {
    const [a, b] = [
      { ...CARD, tuning: { x: { rows: 4, slices: 1 }, y: 1 } },
      { ...CARD, tuning: { y: 1, x: { slices: 1, rows: 4 } } },
    ]
    const begun = goOnWith([], a, at('training', 0))
    expect(goOnWith(begun, b, at('training', 5))).toEqual(begun)
  })

  it('makes one where it is another, and where nothing was known', () => {
    const other = stretch(tuned(CARD, 2), at('training', 5))
    expect(goOnWith([stretches[0]!], tuned(CARD, 2), at('training', 5))).toEqual([stretches[0], other])
    const unknown = stretch(CARD, at('warm-up', 0))
    expect(goOnWith([unknown], tuned(CARD, 2), at('training', 5))).toEqual([unknown, other])
  })
})

it.each([
  null,
  {},
  { backend: 'wasm', phase: 'training', step: 1 },
  { backend: 'wasm', device: null, phase: 'lunch', step: 1 },
  { backend: 'wasm', device: null, phase: 'training', step: 1.5 },
  { backend: 'wasm', device: null, phase: 'training', step: 1, tuning: 'fast' },
])('%j is no stretch of a record', (value) => expect(isEngineStretch(value)).toBe(false))

it('a loss has a place, and a place from which the run went on or none', () => {
  const loss = { backend: 'webgpu', message: 'gone', ...at('training', 5), resumedAt: null }
  expect(isDeviceLoss(loss)).toBe(true)
  expect(isDeviceLoss({ ...loss, resumedAt: at('training', 3) })).toBe(true)
  expect(isDeviceLoss({ ...loss, resumedAt: undefined })).toBe(false)
  expect(isDeviceLoss({ ...loss, resumedAt: 3 })).toBe(false)
})
