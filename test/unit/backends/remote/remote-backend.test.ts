/** An engine at the other end of a MessagePort computes what it computes here, and nothing that goes wrong there is lost on the way. */
import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Backend, Engine } from '../../../../shared/backends/backend.ts'
import { referenceBackend } from '../../../../shared/backends/reference/reference-backend.ts'
import { openRemoteBackend, type RemoteBackend } from '../../../../shared/backends/remote/remote-backend.ts'
import type { AlarmClock } from '../../../../shared/backends/calls/call-limits.ts'
import { serveBackend } from '../../../../shared/backends/remote/serve-backend.ts'
import { wasmBackend } from '../../../../shared/backends/wasm/wasm-backend.ts'
import { LabError } from '../../../../shared/errors/errors.ts'
import { ALARM_CLOCK } from '../../../../main/engine/alarm-clock.ts'
import { overMessagePort } from '../../../../main/engine/executor/message-port.ts'
import { aroundCalls } from '../around-calls.ts'
import { batch } from '../networks.ts'
import { callEverything, NETWORK, REPLICAS } from './every-call.ts'

const opened: RemoteBackend[] = []

afterEach(() => {
  for (const backend of opened.splice(0)) backend.close()
})

/** @returns the backend through a line, and the executor's death */
async function throughLine(
  backend: Backend | Promise<Backend>,
  clock: AlarmClock = ALARM_CLOCK,
): Promise<{ remote: RemoteBackend; kill: () => void; startCount: () => number }> {
  let kill = (): void => undefined
  let startCount = 0
  const remote = await openRemoteBackend({
    clock,
    where: 'here',
    open: async () => {
      startCount++
      const { port1, port2 } = new MessageChannel()
      serveBackend(overMessagePort(port2), Promise.resolve(backend))
      kill = () => port2.close()
      return overMessagePort(port1)
    },
  })
  opened.push(remote)
  return { remote, kill: () => kill(), startCount: () => startCount }
}

/** A backend whose engines do something else where the test says so. */
function withEngine(change: (engine: Engine) => Partial<Engine>): Backend {
  return aroundCalls(referenceBackend, (engine) => {
    const changed = change(engine) as Readonly<Record<string, ((...all: unknown[]) => unknown) | undefined>>
    return (call, carryOut, parameters) => changed[call]?.(...parameters) ?? carryOut()
  })
}

/** It lets others have their turn once in a run of Algorithm 1. */
const inTwoParts = withEngine((engine) => ({
  async converge(requests, breathe) {
    await breathe?.()
    return engine.converge(requests)
  },
}))

const lost = expect.objectContaining({ code: 'device-lost' })
const never = (): Promise<never> => new Promise(() => undefined)
const series = batch(NETWORK, 9, 5, 3)
const converging = {
  batch: series,
  truncations: series.lengths,
  perturbation: new Float32Array(2),
  convergenceSteps: 500,
  stopResidual: null,
}

describe.each([referenceBackend, wasmBackend])('$name at the other end', (backend) => {
  it('answers every call with the bits of the same calls made here', async () => {
    const { remote } = await throughLine(backend)
    expect(remote).toMatchObject({ name: backend.name, precision: backend.precision })
    const [here, there] = await Promise.all(
      [backend, remote].map(async (each) => callEverything(await each.createEngine(NETWORK, REPLICAS))),
    )
    expect(there).toEqual(here)
  })

  it('takes as much memory as it says', async () => {
    const { remote } = await throughLine(backend)
    const [here, there] = await Promise.all([backend, remote].map((each) => each.createEngine(NETWORK, 1)))
    expect(await there!.memoryBytes()).toBe(await here!.memoryBytes())
  })
})

describe('a line to an executor', () => {
  it('carries calls out in their order, though none is waited for', async () => {
    const { remote } = await throughLine(wasmBackend)
    const engine = await remote.createEngine(NETWORK, 1)
    const before = engine.readParameters(0)
    const ones = new Map(
      [...(await before)].map(([name, { shape, data }]) => [name, { shape, data: data.slice().fill(1) }]),
    )
    const written = engine.writeParameters(0, ones)
    const after = engine.readParameters(0)
    for (const { data } of ones.values()) data.fill(2) // what was asked for was read when it was asked
    await written
    expect([...(await after).values()].every(({ data }) => data.every((value) => value === 1))).toBe(true)
  })

  it('brings a tuning there, and the one that the engine has then back', async () => {
    const tuned: Backend = {
      ...referenceBackend,
      async createEngine(network, replicas, tuning) {
        const engine = await referenceBackend.createEngine(network, replicas)
        return Object.assign(engine, { tuning: { ...tuning, measured: [2] } })
      },
    }
    const { remote } = await throughLine(tuned)
    const engine = await remote.createEngine(NETWORK, 1, { given: { slices: 1 } })
    expect(engine.tuning).toEqual({ given: { slices: 1 }, measured: [2] })
    const untuned = await (await throughLine(referenceBackend)).remote.createEngine(NETWORK, 1)
    expect(untuned.tuning).toBeUndefined()
  })

  it('leaves what is asked with to its owner', async () => {
    const { remote } = await throughLine(referenceBackend)
    const engine = await remote.createEngine(NETWORK, 1)
    const before = structuredClone(series)
    await engine.evaluate([series])
    expect(series).toEqual(before)
  })

  it('brings errors with code, place and remedy', async () => {
    const error = new LabError('device-memory', 'too little.', { where: 'card', found: '3 GB', remedy: 'Take less.' })
    const { remote } = await throughLine(withEngine(() => ({ evaluate: () => Promise.reject(error) })))
    const engine = await remote.createEngine(NETWORK, 1)
    await expect(engine.evaluate([series])).rejects.toMatchObject({
      code: 'device-memory',
      message: error.message,
      detail: { where: 'card', found: '3 GB', remedy: 'Take less.' },
    })
    expect(await engine.readParameters(0)).toBeInstanceOf(Map) // and goes on
  })

  it('says why a backend could not be loaded on the other side', async () => {
    const refused = Promise.reject(new LabError('backend', 'there is no adapter.'))
    await expect(throughLine(refused)).rejects.toMatchObject({ code: 'backend', summary: 'there is no adapter.' })
  })

  it('refuses calls to an engine that was disposed of', async () => {
    const { remote } = await throughLine(referenceBackend)
    const engine = await remote.createEngine(NETWORK, 1)
    await engine.dispose()
    await expect(engine.memoryBytes()).rejects.toMatchObject({ code: 'internal' })
  })

  it('gives the caller its turn on the way of a long call', async () => {
    const { remote } = await throughLine(inTwoParts)
    const engine = await remote.createEngine(NETWORK, 1)
    const breathe = vi.fn(async () => undefined)
    await engine.converge([converging], breathe)
    expect(breathe).toHaveBeenCalledOnce()
  })

  it('gives a call up with what the caller throws in its turn, as it was thrown', async () => {
    class Pause extends Error {}
    const pause = new Pause()
    const { remote } = await throughLine(inTwoParts)
    const engine = await remote.createEngine(NETWORK, 1)
    await expect(engine.converge([converging], () => Promise.reject(pause))).rejects.toBe(pause)
    expect(await engine.readParameters(0)).toBeInstanceOf(Map)
  })

  it('fails every open call when the executor dies, and later ones of the same engine', async () => {
    const { remote, kill } = await throughLine(withEngine(() => ({ evaluate: never, gradientByLag: never })))
    const engine = await remote.createEngine(NETWORK, 1)
    const open = [engine.evaluate([series]), engine.gradientByLag([{ batch: series, lags: [1] }])]
    const ends = Promise.allSettled(open)
    kill()
    expect((await ends).map((end) => end.status === 'rejected' && end.reason)).toEqual([lost, lost])
    await expect(engine.readParameters(0)).rejects.toEqual(lost)
    await engine.dispose()
  })

  it('starts another executor for the next engine', async () => {
    const { remote, kill, startCount } = await throughLine(inTwoParts)
    const first = await remote.createEngine(NETWORK, 1)
    const waiting = expect(first.converge([converging], never)).rejects.toEqual(lost)
    kill()
    await waiting
    const second = await remote.createEngine(NETWORK, REPLICAS)
    expect(await callEverything(second)).toEqual(
      await callEverything(await referenceBackend.createEngine(NETWORK, REPLICAS)),
    )
    expect(startCount()).toBe(2)
  })

  it('counts a device that never answers as lost, and ends its executor', async () => {
    const alarms: (() => void)[] = []
    const clock: AlarmClock = {
      now: () => 0,
      after(_, act) {
        alarms.push(act)
        return () => alarms.splice(alarms.indexOf(act), 1)
      },
    }
    const { remote, startCount } = await throughLine(
      withEngine(() => ({ evaluate: never })),
      clock,
    )
    const engine = await remote.createEngine(NETWORK, 1)
    const answer = expect(engine.evaluate([series])).rejects.toMatchObject({
      code: 'device-lost',
      summary: 'the device does not answer.',
    })
    expect(alarms).toHaveLength(1)
    alarms[0]!()
    await answer
    await remote.createEngine(NETWORK, 1)
    expect(startCount()).toBe(2)
  })

  it('brings the spans of a trace', async () => {
    const span = { thread: 0, kernel: 'rows', startMs: 1, endMs: 2 }
    const start = vi.fn(async () => undefined)
    const { remote } = await throughLine({ ...referenceBackend, tracing: { start, stop: async () => [span] } })
    await remote.tracing!.start(7)
    expect(start).toHaveBeenCalledWith(7)
    expect(await remote.tracing!.stop()).toEqual([span])
    expect((await throughLine(referenceBackend)).remote.tracing).toBeUndefined()
  })
})
