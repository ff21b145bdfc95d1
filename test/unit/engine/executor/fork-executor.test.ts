/** An executor in a process of its own: the bits of this one, and its death is an error of the calls that it owes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import { openRemoteBackend, type RemoteBackend } from '../../../../shared/backends/remote/remote-backend.ts'
import type { RemotePort } from '../../../../shared/backends/remote/remote-port.ts'
import { referenceBackend } from '../../../../shared/backends/reference/reference-backend.ts'
import { forkExecutor } from '../../../../main/engine/executor/fork-executor.ts'
import { ALARM_CLOCK } from '../../../../main/engine/alarm-clock.ts'
import { callEverything, NETWORK, REPLICAS } from '../../backends/remote/every-call.ts'
import { itUnless, LINUX_LACK } from '../../../needs.ts'
import { runningProcesses } from '../../../processes.ts'
import { batch } from '../../backends/networks.ts'
import { temporaryFolder } from '../../store/store-helpers.ts'

let backend: RemoteBackend | null = null

afterEach(() => backend?.close())

async function open(name = 'reference'): Promise<{ backend: RemoteBackend; ports: RemotePort[] }> {
  const ports: RemotePort[] = []
  backend = await openRemoteBackend({
    clock: ALARM_CLOCK,
    where: name,
    open: async () => {
      const port = forkExecutor({ backend: name, options: {} })
      ports.push(port)
      return port
    },
  })
  return { backend, ports }
}

it('answers every call with the bits of the same calls made here', async () => {
  const { backend: remote } = await open()
  expect(await callEverything(await remote.createEngine(NETWORK, REPLICAS))).toEqual(
    await callEverything(await referenceBackend.createEngine(NETWORK, REPLICAS)),
  )
})

it('killed in the middle of a call, it is told, and the next engine has another process', async () => {
  const { backend: remote, ports } = await open()
  const engine = await remote.createEngine(NETWORK, 1)
  const answer = expect(engine.evaluate([batch(NETWORK, 2000, 64, 1)])).rejects.toMatchObject({
    code: 'device-lost',
    detail: { found: 'ended by SIGKILL' },
  })
  ports[0]!.close()
  await answer
  expect(await (await remote.createEngine(NETWORK, 1)).readParameters(0)).toBeInstanceOf(Map)
  expect(ports).toHaveLength(2)
})

it('says why its backend cannot be loaded', async () => {
  await expect(open('abacus')).rejects.toMatchObject({ code: 'backend', detail: { found: 'abacus' } })
})

it('does not keep a process alive that waits for nothing', async () => {
  const { backend: remote } = await open()
  const engine = await remote.createEngine(NETWORK, 1)
  const alive = (): string[] => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap')
  const idle = alive().length
  const answer = engine.evaluate([batch(NETWORK, 20, 4, 1)])
  expect(alive().length).toBeGreaterThan(idle)
  await answer
  expect(alive()).toHaveLength(idle)
})

it('says what the thread has died of that computes in it, and ends', async () => {
  const port = forkExecutor({ backend: 'reference', options: {} })
  onTestFinished(() => port.close())
  const told: unknown[] = []
  port.onMessage((message) => told.push(message))
  port.onEnd((cause) => told.push(cause))
  port.post(null, []) // which nobody says, and nobody expects
  await expect.poll(() => told).toEqual([{ kind: 'ended', cause: expect.stringContaining('null') }, 'exit code 1'])
})

itUnless(LINUX_LACK)('hears in the middle of a long call that its parent was killed, and ends', async () => {
  const folder = await temporaryFolder()
  const parent = spawn(process.execPath, [fileURLToPath(new URL('./endless-asker.ts', import.meta.url)), folder])
  const executors = async (): Promise<number[]> =>
    (await runningProcesses(folder)).map(({ pid }) => pid).filter((pid) => pid !== parent.pid)
  onTestFinished(async () => {
    for (const pid of await executors()) process.kill(pid, 'SIGKILL')
  })
  await once(parent.stdout, 'data')
  expect(await executors()).toHaveLength(1)
  parent.kill('SIGKILL')
  await expect.poll(executors).toEqual([])
})
