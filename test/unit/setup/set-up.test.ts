/** The set-up of TensorFlow on machines that are pretended: what it lacks, where it goes on, and that nothing looks whole that is not. */
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { rm, utimes } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { findInstallation, installationFolder, tensorflowFolder } from '../../../main/engine/tensorflow/installation.ts'
import { noteUse } from '../../../main/engine/tensorflow/uses.ts'
import { removeTensorflow, setUpTensorflow, type SetUpResult } from '../../../main/setup/tensorflow/set-up.ts'
import type { StartTrial, TrialAnswer } from '../../../main/setup/tensorflow/trial.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { TensorflowFlavour, TensorflowStep } from '../../../shared/protocol/tensorflow.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import { storeWithRun } from '../store/store-helpers.ts'
import { pretendTools, type PretendedMachine, type PretendedTools } from './pretended-tools.ts'
import { LINUX_X64_LACK, describeUnless } from '../../needs.ts'

const WHOLE = ['npm', 'pip tensorflow-cpu==2.21.0', 'unpack', 'compile']
const TRAINED: StartTrial = answering({ kind: 'trained', usesGpu: false })

/** A process that answers at once. */
function answering(answer: TrialAnswer): StartTrial {
  return () => ({
    hearAnswer: (hear) => queueMicrotask(() => hear(answer)),
    hearEnd: () => undefined,
    lastWords: () => '',
    kill: () => undefined,
  })
}

describeUnless(LINUX_X64_LACK)('a set-up of TensorFlow', () => {
  let place: string
  let cache: string
  let tools: PretendedTools

  beforeEach(() => {
    place = mkdtempSync(path.join(os.tmpdir(), 'warmup-lab-setup-'))
    cache = path.join(place, 'cache')
    onTestFinished(() => rm(place, { recursive: true, force: true }))
  })

  /** From here on these are all the programs that there are. */
  function pretend(machine: PretendedMachine = {}): void {
    tools = pretendTools(place, machine)
    vi.stubEnv('PATH', tools.folder)
    vi.stubEnv('CXX', '')
    onTestFinished(() => void vi.unstubAllEnvs())
  }

  function setUp(
    given: { flavour?: TensorflowFlavour; startTrial?: StartTrial; tell?: (step: TensorflowStep) => void } = {},
    signal = new AbortController().signal,
  ): Promise<SetUpResult> {
    const { flavour = 'cpu', startTrial = TRAINED, tell = () => undefined } = given
    return setUpTensorflow({ flavour, cache, startTrial, tell: ({ step }) => tell(step), signal })
  }

  const failureOf = (work: Promise<unknown>): Promise<LabError> =>
    work.then(
      () => Promise.reject(new Error('it was set up')),
      (error: unknown) => (error instanceof LabError ? error : Promise.reject(error)),
    )

  it('fetches, unpacks, compiles, tries and puts in its place, and keeps only what is loaded', async () => {
    pretend()
    const steps: TensorflowStep[] = []
    const { installation, wasThere } = await setUp({ tell: (step) => steps.at(-1) !== step && steps.push(step) })
    expect(tools.calls()).toEqual(WHOLE)
    expect(steps).toEqual(['check', 'package', 'library', 'unpack', 'compile', 'trial', 'finish'])
    expect(wasThere).toBe(false)
    expect(installation).toEqual(await findInstallation(cache))
    expect(readdirSync(installation.folder).sort()).toEqual([
      'node_modules',
      'package.json',
      'set-up.json',
      'tensorflow',
    ])
    expect(readdirSync(path.join(installation.folder, 'node_modules')).sort()).toEqual(['@tensorflow', 'some.js'])
    expect(readdirSync(tensorflowFolder(cache))).toEqual(['installed'])
  })

  it('says that it is there already, and does nothing', async () => {
    pretend()
    await setUp()
    expect(await setUp()).toMatchObject({ wasThere: true, installation: { flavour: 'cpu' } })
    expect(tools.calls()).toEqual(WHOLE)
  })

  it('names everything that a machine lacks at once, with what brings it, and fetches nothing', async () => {
    pretend({ programs: ['python3'], hasPip: false, hasVenv: false, freeBytes: 1e9 })
    const { code, message, detail } = await failureOf(setUp())
    expect(code).toBe('setup')
    for (const words of ['pip', '1.0 GB of space', 'no C++ compiler', 'no npm', 'apt install g++'])
      expect(message).toContain(words)
    expect(detail.fault).toMatchObject({ id: 'setupLacks', values: { lacks: 'pip,space,compiler,npm', free: '1.0' } })
    expect(tools.calls()).toEqual([])
  })

  it('says so on a machine without Python', async () => {
    pretend({ programs: ['npm', 'g++'] })
    expect((await failureOf(setUp())).message).toContain('no Python 3.8 or newer')
  })

  it('says with npm’s words that the registry is not reached', async () => {
    pretend()
    tools.fail('npm', 'npm error network ENOTFOUND')
    const { message, detail } = await failureOf(setUp())
    expect(message).toContain('npm error network ENOTFOUND')
    expect(detail.fault?.values.lacks).toBe('network')
  })

  it('tells the last words of a program that fails, and goes on with that step the next time', async () => {
    pretend()
    tools.fail('compile', 'fatal error: no such header')
    expect((await failureOf(setUp())).message).toContain('fatal error: no such header')
    expect(await findInstallation(cache)).toBeNull()
    tools.fail(null)
    await setUp()
    expect(tools.calls()).toEqual([...WHOLE, 'compile'])
  })

  it.each(['npm', 'pip', 'unpack', 'compile'] as const)(
    'is cancelled while %s works, leaves nothing that looks whole, and goes on from there',
    async (kind) => {
      pretend()
      tools.hang(kind)
      const cancelling = new AbortController()
      const work = failureOf(setUp({}, cancelling.signal))
      await expect.poll(() => tools.calls().at(-1)).toMatch(new RegExp(`^${kind}`))
      cancelling.abort()
      expect((await work).code).toBe('interrupted')
      expect(existsSync(installationFolder(cache))).toBe(false)
      tools.hang(null)
      const done = tools.calls()
      await setUp()
      expect(tools.calls().slice(done.length)).toEqual(WHOLE.slice(WHOLE.findIndex((call) => call.startsWith(kind))))
    },
  )

  it('does not fetch the wheels again that have come whole', async () => {
    pretend()
    tools.hang('pip', 'cudnn')
    const cancelling = new AbortController()
    const work = failureOf(setUp({ flavour: 'cuda' }, cancelling.signal))
    await expect.poll(() => tools.calls().at(-1)).toContain('cudnn')
    cancelling.abort()
    await work
    const before = tools.calls()
    tools.hang(null)
    await setUp({ flavour: 'cuda' })
    const wheels = tools.calls().filter((call) => call.startsWith('pip'))
    expect(before.length).toBeGreaterThan(2)
    expect(wheels.filter((call) => call.includes('cudnn'))).toHaveLength(2)
    expect(new Set(wheels).size).toBe(wheels.length - 1)
  })

  it('puts nothing in its place that does not train here', async () => {
    pretend()
    const wrong = new LabError('backend', 'TensorFlow loads, and computes wrong numbers on this machine.')
    const startTrial = answering({ kind: 'failed', error: toWireError(wrong) })
    expect(await failureOf(setUp({ startTrial }))).toMatchObject({ code: 'backend', summary: wrong.summary })
    expect(await findInstallation(cache)).toBeNull()
  })

  it('tells how a process ended that the library took along', async () => {
    pretend()
    const startTrial: StartTrial = () => ({
      hearAnswer: () => undefined,
      hearEnd: (hear) => queueMicrotask(() => hear('ended by SIGILL')),
      lastWords: () => 'illegal instruction',
      kill: () => undefined,
    })
    expect((await failureOf(setUp({ startTrial }))).message).toContain('ended by SIGILL: illegal instruction')
  })

  it('does nothing anew but the trial where that has failed', async () => {
    pretend()
    await failureOf(
      setUp({ startTrial: answering({ kind: 'failed', error: toWireError(new LabError('backend', 'no')) }) }),
    )
    await setUp()
    expect(tools.calls()).toEqual(WHOLE)
  })

  it('takes the place of another flavour only when it is whole', async () => {
    pretend()
    await setUp()
    tools.fail('unpack', 'disk full')
    await failureOf(setUp({ flavour: 'cuda' }))
    expect(await findInstallation(cache)).toMatchObject({ flavour: 'cpu' })
    tools.fail(null)
    await setUp({ flavour: 'cuda' })
    expect(await findInstallation(cache)).toMatchObject({ flavour: 'cuda' })
    expect(readdirSync(tensorflowFolder(cache))).toEqual(['installed'])
  })

  it('is not set up twice at once', async () => {
    pretend()
    tools.hang('npm')
    const cancelling = new AbortController()
    const first = failureOf(setUp({}, cancelling.signal))
    await expect.poll(() => tools.calls()).toEqual(['npm'])
    expect((await failureOf(setUp())).message).toContain('is being set up or removed already')
    cancelling.abort()
    await first
  })

  it('does not count as an installation when a part of it is gone, and is set up anew', async () => {
    pretend()
    const { installation } = await setUp()
    await rm(path.join(installation.folder, 'tensorflow', 'libtensorflow_cc.so.2'))
    expect(await findInstallation(cache)).toBeNull()
    expect(await setUp()).toMatchObject({ wasThere: false })
  })

  it('begins anew where the notes of an earlier set-up are torn', async () => {
    pretend()
    tools.fail('compile', 'no')
    await failureOf(setUp())
    writeFileSync(path.join(tensorflowFolder(cache), 'setting-up-cpu', 'steps-done.json'), '{"recipe"')
    tools.fail(null)
    await setUp()
    expect(tools.calls()).toEqual([...WHOLE, ...WHOLE])
  })

  it('stays as it is while a run is trained on it, which is named', async () => {
    pretend()
    const { installation } = await setUp()
    const { store, id, folder } = await storeWithRun()
    const writer = await store.openWriter(id)
    const giveFree = await noteUse(cache, { runId: id, folder })
    for (const change of [() => removeTensorflow(cache), () => setUp({ flavour: 'cuda' })])
      expect(await failureOf(change())).toMatchObject({ code: 'setup', detail: { found: id } })
    expect(await findInstallation(cache)).toEqual(installation)
    expect(tools.calls()).toEqual(WHOLE)
    await giveFree()
    await writer.close()
    expect(await removeTensorflow(cache)).toBe(true)
  })

  it('is not kept by what a killed process has noted', async () => {
    pretend()
    await setUp()
    const { store, id, folder } = await storeWithRun()
    await noteUse(cache, { runId: id, folder })
    await utimes(path.join(tensorflowFolder(cache), 'uses', `${id}.json`), new Date(0), new Date(0))
    await setUp({ flavour: 'cuda' })
    const writer = await store.openWriter(id) // taken up again, on another engine
    expect(await removeTensorflow(cache)).toBe(true)
    await writer.close()
  })

  it('is removed with all that cancelled set-ups have left', async () => {
    pretend()
    await setUp()
    tools.fail('pip', 'no')
    await failureOf(setUp({ flavour: 'cuda' }))
    expect(await removeTensorflow(cache)).toBe(true)
    expect(existsSync(tensorflowFolder(cache))).toBe(false)
    expect(await removeTensorflow(cache)).toBe(false)
  })
})
