/** What a run records of VAA: with a given M a point, at rest an interval that is a point where every state came to rest. */
import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import { wasmBackend } from '../../../shared/backends/wasm/wasm-backend.ts'
import type { VaaConfig } from '../../../shared/experiments/config.ts'
import { takeMeasures, type VaaMeasurement } from '../../../shared/training/measure.ts'
import { network, part, weights } from '../backends/networks.ts'
import { toyDataset } from './toy.ts'

const AT_REST: VaaConfig = {
  series: 4,
  convergenceSteps: null,
  maxConvergenceSteps: 640,
  epsilon: 1e-4,
  draws: 2,
  stopResidual: null,
}
const CONTRACTING = "h' = 0.5 * h + tanh(W x)"
const LEAKING = "h' = h - 1e-5 * (h - tanh(W x))"

describe.each([referenceBackend, wasmBackend])('on $name', (backend) => {
  /** One layer of each cell, side by side. */
  async function measure(cells: readonly string[], change: Partial<VaaConfig> = {}): Promise<VaaMeasurement> {
    const net = network([cells.map((cell) => part(cell, 2))], { inputs: 1, outputs: 1 })
    const engine = await backend.createEngine(net, 1)
    await engine.writeParameters(0, weights(net, 1, 1))
    const subject = { engine, datasets: [toyDataset(0)], seeds: [0], breathe: () => Promise.resolve() }
    const config = { everySteps: null, vaa: { ...AT_REST, ...change }, vaaStar: null, histograms: false }
    const { vaa } = await takeMeasures(subject, config, [{ phase: 'training', step: 0 }])
    await engine.dispose()
    return vaa![0]!
  }

  it('at rest VAA is a point, with the steps that it took', async () => {
    const measured = await measure([CONTRACTING])
    expect(measured).toMatchObject({
      vaa: 0.25,
      vaaLow: 0.25,
      vaaHigh: 0.25,
      fixedCount: 8,
      unconvergedCount: 0,
      convergenceSteps: null,
      maxConvergenceSteps: 640,
    })
    expect(measured.usedSteps).toHaveLength(2)
    for (const steps of measured.usedSteps) expect(steps).toBeLessThan(640)
  })

  it('where states are on their way it is none, and has both ends', async () => {
    const measured = await measure([LEAKING])
    expect(measured).toMatchObject({ vaa: null, vaaLow: 0.25, vaaHigh: 1, unconvergedCount: 8, usedSteps: [640, 640] })
  })

  it('a part that is at rest beside one that is not has a point of its own', async () => {
    const { vaa, parts } = await measure([CONTRACTING, LEAKING])
    expect(vaa).toBeNull()
    expect(parts).toMatchObject([
      { partIndex: 0, vaa: 0.25, fixedCount: 8, unconvergedCount: 0 },
      { partIndex: 1, vaa: null, vaaLow: 0.25, vaaHigh: 1, fixedCount: 0, unconvergedCount: 8 },
    ])
  })

  it('with a given M it is what Algorithm 1 says, converged or not, as before', async () => {
    const measured = await measure([LEAKING], { convergenceSteps: 50 })
    expect(measured).toMatchObject({
      vaaLow: null,
      vaaHigh: null,
      convergenceSteps: 50,
      maxConvergenceSteps: null,
      usedSteps: [50, 50],
    })
    expect(measured.vaa).toEqual(expect.any(Number))
  })
})
