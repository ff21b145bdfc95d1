/** The queue of an earlier session in a real Chromium: held until it is taken up, by mouse and by keys, also after the lab was killed. */
import type { ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Locator, Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { Lab } from '../../main/lab/lab.ts'
import { makeLabHome } from '../lab-home.ts'
import { jsonLines, lab as terminal, when, type LabResult } from '../unit/cli/lab.ts'
import { LONG_CONFIG, SMALL_CONFIG } from '../unit/lab/lab-helpers.ts'
import { inspectView } from './inspect.ts'
import { tabTo } from './keyboard.ts'
import { lookAtLab } from './look-at-lab.ts'
import { serveLab } from './served-lab.ts'

const PLAIN = { ...SMALL_CONFIG, strategies: ['none'], measures: { vaa: null, vaaStar: null } }

const stop = (child: ChildProcess): void => void child.kill('SIGTERM')

/** A home whose last session ended over a line of five jobs; the first was being trained. */
async function homeWithQueue(): Promise<string> {
  const home = await makeLabHome(false)
  const lab = await Lab.open(home)
  const isTraining = new Promise<void>((resolve) => {
    lab.listen((event) => {
      if (event.type === 'run-events' && event.firstIndex > 0) resolve()
    })
  })
  await lab.execute('run.start', { config: LONG_CONFIG })
  await lab.execute('run.start', { config: { ...PLAIN, name: 'pair', strategies: ['none', 'warmed-up'] } })
  await lab.execute('sweep.start', { definition: { name: 'grid', config: PLAIN, grid: { 'dataset.steps': [8, 12] } } })
  for (const name of ['unwanted', 'last']) await lab.execute('run.start', { config: { ...PLAIN, name } })
  await isTraining
  await lab.close()
  return home
}

describe('the queue of the last session', () => {
  const at = lookAtLab(async () => {
    const home = await homeWithQueue()
    words = await terminal(['serve'], home, null, when('stdout', 'Ctrl-C', stop))
    json = await terminal(['serve', '--json'], home, null, when('stdout', '"serve"', stop))
    return serveLab({ home, isHomeRemoved: true })
  })
  let page: Page
  let complaints: string[]
  /** What `lab serve` says of it, in words and as JSON. */
  let words: LabResult
  let json: LabResult

  beforeAll(async () => {
    ;({ page, complaints } = await at.openPage())
  })

  const held = (): Locator => page.getByRole('region', { name: 'Last session' })
  const namesIn = (region: Locator): Promise<string[]> =>
    region.locator('li .name > span:first-child').allTextContents()
  const heldNames = (): Promise<string[]> => namesIn(held())
  const queueNames = (): Promise<string[]> => namesIn(page.getByRole('region', { name: 'Queue', exact: true }))
  const isFocused = (locator: Locator): Promise<boolean> => locator.evaluate((one) => one === document.activeElement)
  const records = (): { name: string; status: string; startedAt: string | null }[] =>
    readdirSync(path.join(at.lab.home, 'runs'))
      .filter((id) => !id.startsWith('.'))
      .map((id) => JSON.parse(readFileSync(path.join(at.lab.home, 'runs', id, 'run.json'), 'utf8')) as RunFile)
      .map(({ config, status, startedAt }) => ({ name: config.name, status, startedAt }))

  it('is told by `lab serve`, which leaves it as it is', () => {
    expect(words.stdout).toContain('5 jobs of the last session are held')
    expect(jsonLines(json.stdout)).toMatchObject([{ type: 'serve', heldJobs: 5 }])
  })

  it('waits: the status bar says so in every view, and leads to it; nothing has begun', async () => {
    await page.getByRole('link', { name: '5 jobs wait from the last session' }).click()
    await held().waitFor()
    expect(await heldNames()).toEqual(['long', 'pair', 'grid', 'unwanted', 'last'])
    await page.getByText('Nothing runs or waits.').waitFor()
    expect(records().map(({ status }) => status)).not.toContain('running')
    await page.keyboard.press('Control+K')
    await page.getByRole('combobox', { name: 'Command palette' }).fill('held')
    await page.getByRole('option', { name: 'Resume the held queue' }).waitFor()
    await page.keyboard.press('Escape')
  })

  it('is seen in both themes and sizes without a violation', () => inspectView(page, 'queue-held'))

  it('loses what is put away with the mouse, and the button of the next row has the focus', async () => {
    await page.getByRole('button', { name: 'Put unwanted away' }).click()
    await expect.poll(heldNames).toEqual(['long', 'pair', 'grid', 'last'])
    await expect.poll(() => isFocused(page.getByRole('button', { name: 'Put last away' }))).toBe(true)
  })

  it('gives one job to the queue with a key, and the next row has the focus', async () => {
    await tabTo(page, page.getByRole('button', { name: 'Resume long' }), 'Shift+Tab')
    await page.keyboard.press('Enter')
    await expect.poll(queueNames).toEqual(['long'])
    await expect.poll(heldNames).toEqual(['pair', 'grid', 'last'])
    await expect.poll(() => isFocused(page.getByRole('button', { name: 'Resume pair' }))).toBe(true)
    await expect.poll(() => records().find(({ name }) => name === 'long')?.status).toBe('running')
  })

  it('is held again once the lab was killed, what ran before the others', async () => {
    await at.lab.restart('SIGKILL')
    await expect.poll(heldNames).toEqual(['long', 'pair', 'grid', 'last'])
    expect(await queueNames()).toEqual([])
  })

  it('is resumed whole with two keys, from any view', async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('d')
    await page.getByRole('button', { name: 'Start' }).waitFor()
    await page.keyboard.press('r')
    await page.keyboard.press('q')
    await expect.poll(queueNames).toEqual(['long', 'pair', 'grid', 'last'])
    await expect.poll(() => held().count()).toBe(0)
    expect(new URL(page.url()).pathname).toBe('/sweeps')
    expect(await page.getByText('from the last session').count()).toBe(0)
  })

  it('is resumed whole with its button, and runs to its end in its order; the queue has the focus', async () => {
    await at.lab.restart('SIGKILL')
    await held().waitFor()
    await tabTo(page, page.getByRole('button', { name: 'Resume all' }))
    await page.keyboard.press('Enter')
    await expect.poll(queueNames).toEqual(['long', 'pair', 'grid', 'last'])
    await expect.poll(() => isFocused(page.getByRole('region', { name: 'Queue', exact: true }))).toBe(true)
    // Too long to wait for; it is paused.
    await page.getByRole('button', { name: 'Take long out of the queue' }).click()
    await page.getByText('Nothing runs or waits.').waitFor()
    const ended = records().filter(({ status }) => status === 'finished')
    ended.sort((a, b) => a.startedAt!.localeCompare(b.startedAt!))
    expect(ended.map(({ name }) => name)).toEqual(['pair', 'pair', 'grid 1', 'grid 2', 'last'])
    expect(records().find(({ name }) => name === 'unwanted')?.status).toBe('queued')
    // Chromium complains of the line that broke when the lab was killed.
    expect(complaints.filter((text) => !/WebSocket|ERR_CONNECTION|Failed to load resource/.test(text))).toEqual([])
  })
})

interface RunFile {
  readonly config: { readonly name: string }
  readonly status: string
  readonly startedAt: string | null
}
