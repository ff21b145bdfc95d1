/** Executors that only the main thread can start, as under Electron: a thread asks for one and calls it through that thread. */
import { beforeEach, expect, it } from 'vitest'
import { referenceBackend } from '../../../../shared/backends/reference/reference-backend.ts'
import type { RemotePort } from '../../../../shared/backends/remote/remote-port.ts'
import { LabError } from '../../../../shared/errors/errors.ts'
import type { ExecutorRequest } from '../../../../main/engine/executor/executor-request.ts'
import { forkExecutor } from '../../../../main/engine/executor/fork-executor.ts'
import { offerExecutors } from '../../../../main/engine/executor/offer-executors.ts'
import { startThread } from '../../../../main/engine/start-thread.ts'
import { callEverything, NETWORK, REPLICAS } from '../../backends/remote/every-call.ts'

const asked: string[] = []
let ended: string[] = []

beforeEach(() => {
  asked.length = 0
  ended = []
})

/** @param spoil what becomes of an executor once it is there */
function offer(spoil: (executor: RemotePort) => void = () => undefined): void {
  offerExecutors(async (request: ExecutorRequest) => {
    asked.push(request.backend)
    if (request.backend === 'abacus') throw new LabError('backend', 'there is no such window.')
    const executor = forkExecutor(request)
    executor.onEnd((cause) => ended.push(cause))
    spoil(executor)
    return executor
  })
}

/** @returns what the thread tells, once it has ended */
async function runThread(backend: string, onlyDescribes = false): Promise<{ answers?: unknown; error?: unknown }> {
  const worker = startThread(new URL('./asking-thread.ts', import.meta.url), { backend, onlyDescribes })
  let told = {}
  worker.on('message', (message: object) => (told = message))
  await new Promise((resolve, reject) => worker.on('error', reject).on('exit', resolve))
  return told
}

it('a thread calls through its main thread with the bits of the same calls made here, and its executor ends with it', async () => {
  offer()
  const { answers } = await runThread('reference')
  expect(answers).toEqual(await callEverything(await referenceBackend.createEngine(NETWORK, REPLICAS)))
  expect(asked).toEqual(['reference'])
  await expect.poll(() => ended).toEqual(['ended by SIGKILL'])
})

it('an executor that dies is told with its cause', async () => {
  offer((executor) => executor.onMessage(() => executor.close()))
  expect((await runThread('reference')).error).toMatchObject({ code: 'device-lost', found: 'ended by SIGKILL' })
})

it('an executor that a thread has not waited for is ended', async () => {
  let begin = (): void => undefined
  const begun = new Promise<void>((resolve) => (begin = resolve))
  let open = (): void => undefined
  const opening = new Promise<void>((resolve) => (open = resolve))
  offerExecutors(async (request) => {
    begin()
    await opening
    const executor = forkExecutor(request)
    executor.onEnd((cause) => ended.push(cause))
    return executor
  })
  const worker = startThread(new URL('./asking-thread.ts', import.meta.url), { backend: 'reference' })
  await begun
  await worker.terminate()
  open()
  await expect.poll(() => ended).toEqual(['ended by SIGKILL'])
})

it('a thread hears why no executor can be started', async () => {
  offer()
  expect((await runThread('abacus')).error).toMatchObject({ code: 'backend', summary: 'there is no such window.' })
})

it('what an executor computes on is asked once for all threads, and of one that is gone with its answer', async () => {
  offer()
  const told = [...(await Promise.all([1, 2].map(() => runThread('wasm', true)))), await runThread('wasm', true)]
  expect(told).toEqual(told.map(() => ({ answers: {} })))
  expect(asked).toEqual(['wasm'])
  await expect.poll(() => ended).toEqual(['ended by SIGKILL'])
  expect((await runThread('abacus', true)).error).toMatchObject({
    code: 'backend',
    summary: 'there is no such window.',
  })
})

it('an executor whose backend cannot be had is ended', async () => {
  offer()
  expect((await runThread('sundial', true)).error).toMatchObject({ code: 'backend' })
  await expect.poll(() => ended).toEqual(['ended by SIGKILL'])
})
