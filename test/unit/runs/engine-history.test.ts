/** Which steps of a run ran where: what was thrown away is told no more. */
import { describe, expect, it } from 'vitest'
import {
  goOnWith,
  isDeviceLoss,
  isEngineStretch,
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

it.each([
  null,
  {},
  { backend: 'wasm', phase: 'training', step: 1 },
  { backend: 'wasm', device: null, phase: 'lunch', step: 1 },
  { backend: 'wasm', device: null, phase: 'training', step: 1.5 },
])('%j is no stretch of a record', (value) => expect(isEngineStretch(value)).toBe(false))

it('a loss has a place, and a place from which the run went on or none', () => {
  const loss = { backend: 'webgpu', message: 'gone', ...at('training', 5), resumedAt: null }
  expect(isDeviceLoss(loss)).toBe(true)
  expect(isDeviceLoss({ ...loss, resumedAt: at('training', 3) })).toBe(true)
  expect(isDeviceLoss({ ...loss, resumedAt: undefined })).toBe(false)
  expect(isDeviceLoss({ ...loss, resumedAt: 3 })).toBe(false)
})
