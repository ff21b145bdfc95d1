/** TensorFlow in the settings, in a real Chromium, on a machine whose Python, npm and compiler are pretended: what it lacks, set up, cancelled, removed. */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { Locator, Page } from 'playwright'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { noteUse } from '../../main/engine/tensorflow/uses.ts'
import { setUpTensorflow } from '../../main/setup/tensorflow/set-up.ts'
import { makeLabHome } from '../lab-home.ts'
import { pretendTools, type PretendedTools } from '../unit/setup/pretended-tools.ts'
import { storeWithRun } from '../unit/store/store-helpers.ts'
import { inspectView } from './inspect.ts'
import { tabTo } from './keyboard.ts'
import { lookAtLab } from './look-at-lab.ts'
import { serveLab } from './served-lab.ts'
import { LINUX_X64_LACK, describeUnless } from '../needs.ts'

describeUnless(LINUX_X64_LACK)('TensorFlow in the settings', () => {
  let place: string
  let tools: PretendedTools
  let page: Page
  let complaints: string[]
  const cache = (): string => path.join(place, 'cache', 'warmup-lab')
  const under = lookAtLab(async () => {
    place = await makeLabHome(false)
    tools = pretendTools(place)
    tools.fail('npm', 'npm error network ENOTFOUND')
    const environment = { PATH: tools.folder, CXX: '', XDG_CACHE_HOME: path.join(place, 'cache') }
    return serveLab({ home: place, isHomeRemoved: true, environment })
  })

  beforeAll(async () => {
    ;({ page, complaints } = await under.openPage())
    await page.getByRole('link', { name: 'Settings' }).click()
    await panel().getByText('It is not set up.').waitFor()
  })

  afterAll(() => rm(place, { recursive: true, force: true }))

  const panel = (): Locator => page.getByTestId('tensorflow')
  const engine = (): Locator => page.locator('[data-device=tensorflow]')
  const button = (name: string): Locator => panel().getByRole('button', { name, exact: true })
  const flavour = (name: RegExp): Locator => panel().getByRole('radio', { name })
  const isFocused = (locator: Locator): Promise<boolean> => locator.evaluate((one) => one === document.activeElement)

  it('says what each flavour costs before anything is fetched', async () => {
    await inspectView(page, 'settings-tensorflow-absent')
    await flavour(/processor 274 MB to fetch, \d+ MB on the disk/).waitFor()
    await flavour(/CUDA.* 3\.39 GB to fetch, 5\.\d+ GB on the disk/).waitFor()
  })

  it('says what the machine lacks, in the language of the screens', async () => {
    await tabTo(page, button('Set up'))
    await page.keyboard.press('Enter')
    await panel().getByText('It could not be set up.').waitFor()
    await panel().getByText('npm does not reach its package registry (npm error network ENOTFOUND).').waitFor()
    await inspectView(page, 'settings-tensorflow-failed')
    await page.getByRole('radio', { name: 'Français' }).click()
    await panel().getByText('npm n’atteint pas son registre de paquets (npm error network ENOTFOUND).').waitFor()
    await page.getByRole('radio', { name: 'English' }).click()
  })

  it('shows how far it has come, in every window, and is cancelled', async () => {
    tools.fail(null)
    tools.hang('compile')
    await button('Set up').click()
    await panel().getByText('5 of 7: Compiling what joins them').waitFor()
    const other = (await under.openPage()).page
    await other.getByRole('link', { name: 'Settings' }).click()
    await other.getByText('5 of 7: Compiling what joins them').waitFor()
    await inspectView(page, 'settings-tensorflow-progress')
    await tabTo(page, button('Cancel'))
    await page.keyboard.press('Enter')
    for (const one of [page, other]) await one.getByText('It is not set up.').waitFor()
    await other.close()
  })

  it('is ended with the lab, and what has arrived is kept', async () => {
    await button('Set up').click()
    await panel().getByText('5 of 7: Compiling what joins them').waitFor()
    await under.lab.restart('SIGTERM')
    expect(tools.calls()).toEqual(['npm', 'pip tensorflow-cpu==2.21.0', 'unpack', 'compile', 'compile'])
    ;({ page, complaints } = await under.openPage())
    await page.getByRole('link', { name: 'Settings' }).click()
    await panel().getByText('It is not set up.').waitFor()
  })

  it('shows what a command line has set up and removed meanwhile, whenever the settings are opened', async () => {
    tools.hang(null)
    vi.stubEnv('PATH', tools.folder)
    onTestFinished(() => void vi.unstubAllEnvs())
    await setUpTensorflow({
      flavour: 'cpu',
      cache: cache(),
      startTrial: () => ({
        hearAnswer: (hear) => queueMicrotask(() => hear({ kind: 'trained', usesGpu: false })),
        hearEnd: () => undefined,
        lastWords: () => '',
        kill: () => undefined,
      }),
      tell: () => undefined,
      signal: new AbortController().signal,
    })
    await page.getByRole('link', { name: 'Design' }).click()
    await page.getByRole('link', { name: 'Settings' }).click()
    await panel().getByText('Set up for the processor.').waitFor()
    await engine().getByText('TensorFlow 2.21.0 (cpu)').waitFor()
    expect(await button('Set up').isDisabled()).toBe(true)
    await inspectView(page, 'settings-tensorflow-ready')
    await flavour(/CUDA/).click()
    await button('Set up instead').waitFor()
  })

  it('is not removed while a run is trained on it, which is named', async () => {
    const { store, id, folder } = await storeWithRun()
    const writer = await store.openWriter(id)
    const giveFree = await noteUse(cache(), { runId: id, folder })
    await button('Remove…').click()
    await panel().getByRole('button', { name: 'Remove', exact: true }).click()
    await panel().getByText(`A run is trained on it: ${id}.`).waitFor()
    await panel().getByText('Set up for the processor.').waitFor()
    await inspectView(page, 'settings-tensorflow-in-use')
    await writer.close()
    await giveFree()
  })

  it('is removed after a question that Enter answers with no', async () => {
    await tabTo(page, button('Remove…'))
    await page.keyboard.press('Enter')
    const question = panel().getByRole('group', { name: /^Remove TensorFlow, .*\?/ })
    await expect.poll(() => isFocused(question.getByRole('button', { name: 'Keep' }))).toBe(true)
    await page.keyboard.press('Enter')
    await button('Remove…').click()
    await question.getByRole('button', { name: 'Remove', exact: true }).click()
    await panel().getByText('It is not set up.').waitFor()
    await engine().getByText('TensorFlow is not set up on this machine.').waitFor()
    expect(complaints).toEqual([])
  })
})
