/** An executor killed at seeded moments of a training: the run goes on by itself with another one, and ends with the bits of an undisturbed run. */
import { expect, it } from 'vitest'
import { forkExecutor } from '../../../../main/engine/executor/fork-executor.ts'
import { ALARM_CLOCK } from '../../../../main/engine/alarm-clock.ts'
import { openRemoteBackend } from '../../../../shared/backends/remote/remote-backend.ts'
import type { RemotePort } from '../../../../shared/backends/remote/remote-port.ts'
import { wasmBackend } from '../../../../shared/backends/wasm/wasm-backend.ts'
import { LossMoments, trainTiny, withLosses } from '../../../faults/losing-devices.ts'

it('a run whose executor is killed again and again ends with the bits of one that is left alone', async () => {
  const whole = await trainTiny(wasmBackend)
  let executor: RemotePort | null = null
  const backend = await openRemoteBackend({
    clock: ALARM_CLOCK,
    where: 'wasm',
    open: async () => (executor = forkExecutor({ backend: 'wasm', options: { threads: 1 } })),
  })
  const moments = new LossMoments(1)
  const run = await trainTiny(withLosses(backend, moments, () => executor!.close()))
  backend.close()
  expect(moments.lossCount).toBeGreaterThan(3)
  expect(run.record.deviceLosses.length).toBeGreaterThan(3)
  expect(run.weights).toEqual(whole.weights)
  expect(JSON.stringify(run.events)).toBe(JSON.stringify(whole.events))
})
