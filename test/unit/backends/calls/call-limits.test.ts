/** How long a device may be silent grows with what is asked of it. */
import { expect, it } from 'vitest'
import { CallLimits, FIRST_CALL_LIMIT_MS, workOf } from '../../../../shared/backends/calls/call-limits.ts'
import { ADAM, batch } from '../networks.ts'
import { NETWORK } from '../remote/every-call.ts'

const series = batch(NETWORK, 9, 5, 3)
const draw = { truncations: series.lengths, perturbations: [], convergenceSteps: 4 }

it('counts steps times series, convergence among them, of all replicas', () => {
  expect(workOf([[series, null, series]])).toBe(90)
  const train = { batch: series, truncateEvery: null, dropoutMasks: null }
  expect(workOf([[{ ...train, regulariser: null }], [ADAM]])).toBe(45)
  expect(workOf([[{ ...train, regulariser: { weight: 1, draw, target: 1, epsilon: 1 } }]])).toBe(65)
  expect(workOf([[{ batch: series, draw, target: 1, epsilon: 1, masked: true }]])).toBe(65)
  const measured = { batch: series, truncations: series.lengths, perturbation: new Float32Array(2) }
  expect(workOf([[{ ...measured, convergenceSteps: 100, stopResidual: null }]])).toBe(545)
  expect(workOf([[{ ...measured, maxConvergenceSteps: 1000, epsilon: 1, slices: [] }]])).toBe(5045)
  expect(workOf([0])).toBe(1)
})

it('a first call may compile; later ones have twenty times what the slowest took, and two minutes at least', () => {
  const limits = new CallLimits()
  expect(limits.limitMs('trainStep', 100)).toBe(FIRST_CALL_LIMIT_MS)
  limits.note('trainStep', 100, 50_000)
  limits.note('trainStep', 100, 20_000)
  expect(limits.limitMs('trainStep', 100)).toBe(1_000_000)
  expect(limits.limitMs('trainStep', 1)).toBe(120_000)
  expect(limits.limitMs('evaluate', 100)).toBe(FIRST_CALL_LIMIT_MS)
})
