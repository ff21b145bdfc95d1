/** Calls of a device in this thread are answered in time, or the device counts as lost. */
import { expect, it, vi } from 'vitest'
import type { Backend } from '../../../../shared/backends/backend.ts'
import { boundedBackend } from '../../../../shared/backends/calls/bounded-backend.ts'
import { FIRST_CALL_LIMIT_MS, type AlarmClock } from '../../../../shared/backends/calls/call-limits.ts'
import { referenceBackend } from '../../../../shared/backends/reference/reference-backend.ts'
import { aroundCalls } from '../around-calls.ts'
import { batch } from '../networks.ts'
import { callEverything, NETWORK, REPLICAS } from '../remote/every-call.ts'

const series = batch(NETWORK, 9, 5, 3)

/** Alarms ring when the test says so. */
class TestClock implements AlarmClock {
  readonly alarms = new Map<() => void, number>()

  now(): number {
    return 0
  }

  after(ms: number, act: () => void): () => void {
    this.alarms.set(act, ms)
    return () => void this.alarms.delete(act)
  }

  ring(): void {
    for (const act of this.alarms.keys()) act()
  }
}

function bound(backend: Backend): { backend: Backend; clock: TestClock; giveUp: () => void } {
  const clock = new TestClock()
  const giveUp = vi.fn()
  return { backend: boundedBackend(backend, clock, giveUp), clock, giveUp }
}

it('changes no answer, and leaves no alarm behind', async () => {
  const { backend, clock, giveUp } = bound(referenceBackend)
  expect(await callEverything(await backend.createEngine(NETWORK, REPLICAS))).toEqual(
    await callEverything(await referenceBackend.createEngine(NETWORK, REPLICAS)),
  )
  expect(clock.alarms.size).toBe(0)
  expect(giveUp).not.toHaveBeenCalled()
})

it('a call that is never answered fails as a lost device, which is given up', async () => {
  const hanging = aroundCalls(
    referenceBackend,
    () => (call, carryOut) => (call === 'evaluate' ? new Promise(() => undefined) : carryOut()),
  )
  const { backend, clock, giveUp } = bound(hanging)
  const engine = await backend.createEngine(NETWORK, 1)
  const answer = expect(engine.evaluate([series])).rejects.toMatchObject({
    code: 'device-lost',
    summary: 'the device does not answer.',
  })
  expect([...clock.alarms.values()]).toEqual([FIRST_CALL_LIMIT_MS])
  clock.ring()
  await answer
  expect(giveUp).toHaveBeenCalledOnce()
})

it('an error of a call stays what it is', async () => {
  const failing = aroundCalls(referenceBackend, () => () => Promise.reject(new TypeError('mine')))
  const { backend, clock } = bound(failing)
  await expect((await backend.createEngine(NETWORK, 1)).evaluate([series])).rejects.toThrow(new TypeError('mine'))
  expect(clock.alarms.size).toBe(0)
})

it('time does not count while the caller has its turn', async () => {
  let alarmCount = -1
  const breathing = aroundCalls(referenceBackend, () => async (call, carryOut, parameters) => {
    if (call === 'converge') await (parameters[1] as () => Promise<void>)()
    return carryOut()
  })
  const { backend, clock } = bound(breathing)
  const engine = await backend.createEngine(NETWORK, 1)
  const request = { truncations: series.lengths, perturbation: new Float32Array(2), convergenceSteps: 3 }
  await engine.converge([{ batch: series, ...request, stopResidual: null }], async () => {
    alarmCount = clock.alarms.size
  })
  expect(alarmCount).toBe(0)
})
