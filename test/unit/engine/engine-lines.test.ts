/** Jobs on several devices: each has its line, and a line has one job at a time. The devices are pretended: wasm engines of one thread each. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'
import { EngineHost, type HostEvent } from '../../../main/engine/host/engine-host.ts'
import { engineLines, type EngineLine } from '../../../main/engine/host/engine-lines.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import { LONG_CONFIG, makeHome } from '../lab/lab-helpers.ts'

const ONE_THREAD = readEngineOptions({ threads: '1' }, {})
const TWO_LINES: readonly EngineLine[] = [
  { id: 'first', engine: ONE_THREAD, backend: null },
  { id: 'wasm:1', engine: ONE_THREAD, backend: 'wasm' },
]

async function openHost() {
  const home = await makeHome()
  const store = new RunStore(home)
  const events: HostEvent[] = []
  let check = (): void => undefined
  const host = new EngineHost(home, ONE_THREAD, (event) => {
    events.push(event)
    check()
  })
  onTestFinished(() => host.close())
  const startJob = async (backend: string): Promise<string> => {
    const config = parseConfig(LONG_CONFIG, 'test')
    const [record] = await store.createGroup(config, ['none'], { lab: '0', node: '0' })
    host.start({ kind: 'group', groupId: record!.groupId, name: backend }, [record!.id], backend)
    return record!.id
  }
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      check = () => {
        if (holds()) resolve()
      }
      check()
    })
  const isTraining = (id: string): boolean =>
    events.some(
      (event) =>
        event.type === 'events' && event.runId === id && event.events.some(({ type }) => type === 'train-step'),
    )
  const running = (): string[] => host.queue().flatMap(({ runIds, isRunning }) => (isRunning ? [runIds[0]!] : []))
  return { host, events, startJob, until, isTraining, running }
}

describe('a host with two devices', () => {
  it('trains a job on each at the same time, and the third waits', async () => {
    const { host, startJob, until, isTraining, running } = await openHost()
    host.setLines(TWO_LINES)
    const [a, b, c] = [await startJob('wasm'), await startJob('wasm'), await startJob('wasm')]
    await until(() => isTraining(a) && isTraining(b))
    expect(running()).toEqual([a, b])
    host.pause(a)
    await until(() => isTraining(c))
    expect(running()).toEqual([b, c])
  })

  it('leaves jobs that only the first can take to the first', async () => {
    const { host, startJob, until, isTraining, running } = await openHost()
    host.setLines(TWO_LINES)
    const [a, b, c] = [await startJob('reference'), await startJob('reference'), await startJob('wasm')]
    await until(() => isTraining(c))
    expect(running()).toEqual([a, c])
    expect(host.holds(b)).toBe(true)
  })

  it('makes the job on the one line save for another that is put before it, and not the job on the other', async () => {
    const { host, events, startJob, until, isTraining, running } = await openHost()
    host.setLines(TWO_LINES)
    const [a, b, c] = [await startJob('wasm'), await startJob('wasm'), await startJob('reference')]
    await until(() => isTraining(a) && isTraining(b))
    host.move(host.queue()[2]!.id, 0)
    expect(host.queue().map(({ runIds: [id], isSaving }) => [id, isSaving])).toEqual([
      [c, false],
      [a, true],
      [b, false],
    ])
    await until(() => isTraining(c))
    expect(running()).toEqual([c, b])
    expect(events.some((event) => event.type === 'ended' && event.record.id === b)).toBe(false)
  })
})

it('a device that is found later takes what waits', async () => {
  const { host, startJob, until, isTraining, running } = await openHost()
  const [a, b] = [await startJob('wasm'), await startJob('wasm')]
  await until(() => isTraining(a))
  expect(running()).toEqual([a])
  host.setLines(TWO_LINES)
  await until(() => isTraining(b))
  expect(running()).toEqual([a, b])
})

describe('the lines of a machine', () => {
  const gpu = (id: string, given: Partial<DeviceReport> = {}): DeviceReport => ({
    id,
    backend: 'webgpu',
    name: id,
    kind: 'gpu',
    vendor: null,
    driver: null,
    memoryBytes: null,
    refusal: null,
    ...given,
  })
  const refusal = toWireError(new LabError('backend', 'It computes wrong.'))

  it('are one for all jobs, and one for each further graphics processor that is real and works', () => {
    const devices = [
      gpu('wasm', { backend: 'wasm', kind: 'processor' }),
      gpu('webgpu'),
      gpu('webgpu:1'),
      gpu('webgpu:2', { refusal }),
      gpu('webgpu:3', { kind: 'software-gpu' }),
    ]
    const lines = engineLines(ONE_THREAD, devices)
    expect(lines.map(({ id, backend, engine: { adapter } }) => ({ id, backend, adapter }))).toEqual([
      { id: 'first', backend: null, adapter: null },
      { id: 'webgpu:1', backend: 'webgpu', adapter: 'webgpu:1' },
    ])
  })

  it('are one where the user has named the graphics processor', () => {
    const engine = { ...ONE_THREAD, adapter: 'webgpu:1' }
    expect(engineLines(engine, [gpu('webgpu'), gpu('webgpu:1')])).toHaveLength(1)
  })
})
