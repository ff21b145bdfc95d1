/** The engine in a worker of a real Chromium's page, called from here: the page and the worker are those of the desktop's hidden window. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyCase } from '../../main/engine/verify.ts'
import { ALARM_CLOCK } from '../../main/engine/alarm-clock.ts'
import { referenceBackend } from '../../shared/backends/reference/reference-backend.ts'
import { openRemoteBackend, type RemoteBackend } from '../../shared/backends/remote/remote-backend.ts'
import { launchChromium } from '../browser/served-lab.ts'
import { batch, relativeError } from '../unit/backends/networks.ts'
import { callEverything, NETWORK, numbersOf, REPLICAS } from '../unit/backends/remote/every-call.ts'
import { openEnginePages, WEBGPU_SWITCHES, type EnginePages } from './engine-page.ts'

const GOLDEN = path.join(import.meta.dirname, '..', 'golden')
/** Of float64: browsers’ and Node’s own exp and tanh are not the same to the last bit. */
const FUNCTIONS_DIFFER = 1e-12
/** Of a few steps in float32, relative to the largest number of all. */
const SINGLE_PRECISION = 1e-5

describe('a worker of a browser', () => {
  let browser: Browser
  let engines: EnginePages

  beforeAll(async () => {
    browser = await launchChromium(WEBGPU_SWITCHES)
    engines = await openEnginePages(browser)
  })

  afterAll(async () => {
    await engines?.close()
    await browser?.close()
  })

  let webgpu: Promise<RemoteBackend> | null = null
  /** One for all tests: software adapters take long to compile. */
  const openWebGpu = (): Promise<RemoteBackend> => (webgpu ??= open('webgpu'))
  const open = (backend: string): Promise<RemoteBackend> =>
    openRemoteBackend({ open: () => engines.open(backend), clock: ALARM_CLOCK, where: 'page' })

  it('answers every call with the numbers of the same calls made here', async () => {
    const [there, here] = await Promise.all(
      [await open('reference'), referenceBackend].map(async (backend) =>
        numbersOf(await callEverything(await backend.createEngine(NETWORK, REPLICAS))),
      ),
    )
    expect(there).toHaveLength(here!.length)
    expect(relativeError(there!, here!)).toBeLessThan(FUNCTIONS_DIFFER)
  })

  it('computes on the browser’s graphics processor what the reference does', async () => {
    const remote = await openWebGpu()
    expect(remote).toMatchObject({ name: 'webgpu', isSoftwareDevice: expect.any(Boolean) })
    const [there, here] = await Promise.all(
      [remote, referenceBackend].map(async (backend) =>
        numbersOf(await callEverything(await backend.createEngine(NETWORK, REPLICAS))),
      ),
    )
    expect(there).toHaveLength(here!.length)
    expect(relativeError(there!, here!)).toBeLessThan(SINGLE_PRECISION)
  })

  it.each(['train-gru-double', 'warmup-lstm'])('agrees with the authors’ code on %s', async (name) => {
    const text = await readFile(path.join(GOLDEN, `${name}.json`), 'utf8')
    const { ok, maxError } = await verifyCase(text, name, await openWebGpu())
    expect({ ok, maxError }).toEqual({ ok: true, maxError })
  })

  it('refuses a backend that it does not have', async () => {
    await expect(open('abacus')).rejects.toMatchObject({ code: 'backend', detail: { found: 'abacus' } })
  })

  it('closed in the middle of a call, it is told, and the next engine has another page', async () => {
    const remote = await open('reference')
    const engine = await remote.createEngine(NETWORK, 1)
    const answer = expect(engine.evaluate([batch(NETWORK, 3000, 64, 1)])).rejects.toMatchObject({
      code: 'device-lost',
      detail: { found: 'the page was closed' },
    })
    const count = engines.pages.length
    await engines.pages.at(-1)!.close()
    await answer
    expect(await (await remote.createEngine(NETWORK, 1)).readParameters(0)).toBeInstanceOf(Map)
    expect(engines.pages).toHaveLength(count + 1)
  })
})
