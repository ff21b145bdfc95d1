/**
 * What others do to run folders under an open window, in a real Chromium: a record that is broken, folders that are removed or moved into the
 * trash, lines of metrics that are damaged; in a home with more finished runs than are watched one by one.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import type { RunRecord } from '../../shared/runs/run.ts'
import { makeRuns } from '../bench/lab/make-runs.ts'
import { findAxeViolations } from './axe.ts'
import { lookAtLab, PICTURES } from './look-at-lab.ts'
import { serveLab } from './served-lab.ts'

const ROOT = path.join(import.meta.dirname, '..', '..')
const RUN_COUNT = 420
describe('run folders that others change', () => {
  const at = lookAtLab(async () => {
    const home = path.join(ROOT, 'node_modules', '.cache', `test-outside-${process.pid}`)
    await makeRuns(home, RUN_COUNT, () => undefined)
    writeFileSync(path.join(home, 'settings.json'), JSON.stringify({ tourDone: true }))
    return serveLab({ home, isHomeRemoved: true })
  })
  let page: Page
  let complaints: string[]
  /** Oldest first. */
  let finished: string[]
  const folder = (id: string): string => path.join(at.lab.home, 'runs', id)
  const open = (address: string): Promise<unknown> => page.goto(new URL(address, at.lab.address).href)
  const gone = () => page.getByTestId('run-gone')

  beforeAll(async () => {
    ;({ page, complaints } = await at.openPage())
    await page.getByRole('link', { name: 'Runs' }).waitFor()
    finished = readdirSync(path.join(at.lab.home, 'runs'))
      .map((id) => JSON.parse(readFileSync(path.join(folder(id), 'run.json'), 'utf8')) as RunRecord)
      .filter(({ status }) => status === 'finished')
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt))
      .map(({ id }) => id)
  })

  it('a record that is broken shows in the table, and in the run that is open', async () => {
    const [inTable, opened] = finished as [string, string]
    await open('/runs')
    await page.getByRole('searchbox', { name: 'Search runs' }).fill(inTable)
    const row = page.getByRole('grid').getByRole('row').nth(1)
    await row.getByText('Finished').waitFor()
    writeFileSync(path.join(folder(inTable), 'run.json'), '{"broken')
    await row.getByText('Damaged').waitFor()
    await open(`/runs/${opened}`)
    await expect.poll(() => page.getByTestId('state').textContent()).toBe('Finished')
    writeFileSync(path.join(folder(opened), 'run.json'), '{"broken')
    await expect.poll(() => page.getByTestId('state').textContent()).toBe('Damaged')
  })

  it('a run that is removed under its view is told to be gone, an old one and a new one', async () => {
    for (const id of [finished[2]!, finished.at(-1)!]) {
      await open(`/runs/${id}`)
      await page.getByTestId('state').waitFor()
      rmSync(folder(id), { recursive: true })
      await gone().getByText('neither among the runs nor in the trash').waitFor()
      expect(await gone().textContent()).toContain(id)
      expect(await gone().getByRole('link').count()).toBe(0)
    }
    expect(await findAxeViolations(page)).toEqual([])
    await page.screenshot({ path: path.join(PICTURES, 'run-gone.png') })
  })

  it('one that another process deletes is shown in the trash, and is back when it is restored', async () => {
    const id = finished[3]!
    await open(`/runs/${id}`)
    await page.getByTestId('state').waitFor()
    const trashed = path.join(at.lab.home, 'trash', id)
    mkdirSync(path.dirname(trashed), { recursive: true })
    renameSync(folder(id), trashed)
    await gone().getByText('It lies in the trash').waitFor()
    renameSync(trashed, folder(id))
    await expect.poll(() => page.getByTestId('state').textContent()).toBe('Finished')
    renameSync(folder(id), trashed)
    await gone().getByRole('link', { name: 'Show it in the trash' }).press('Enter')
    await page.getByRole('grid', { name: 'Deleted runs and sweeps' }).locator(`[title^="${id}"]`).waitFor()
    expect(await page.getByTestId('trash-found').textContent()).toContain('1')
  })

  it('many that are removed at once, the open one among them', async () => {
    await open(`/runs/${finished[4]!}`)
    await page.getByTestId('state').waitFor()
    for (const id of finished.slice(4, 104)) rmSync(folder(id), { recursive: true })
    await expect.poll(() => gone().textContent()).toContain('neither among the runs nor in the trash')
  })

  it('damaged lines of metrics are told beside the chart, which has all others, and in Compare', async () => {
    const [id, other] = finished.slice(110) as [string, string]
    const file = path.join(folder(id), 'metrics.jsonl')
    const lines = readFileSync(file, 'utf8').split('\n')
    const byte = lines.slice(0, 5).join('\n').length + 1
    lines[5] = lines[5]!.slice(0, 30)
    lines[9] = ''
    writeFileSync(file, lines.join('\n'))
    await open(`/runs/${id}`)
    const note = page.getByTestId('damaged-lines').first()
    await note.waitFor()
    const text = (await note.textContent())!
    expect(text).toContain('The metrics are not what was written when the run came to rest')
    expect(text).toContain('CSV files lack what is missing. 2 lines of the metrics cannot be read')
    expect(text).toContain(`line 6, at byte ${byte}`)
    expect(text).toContain(file)
    await expect.poll(() => page.getByTestId('last-position').textContent()).toBe('40')
    await page.screenshot({ path: path.join(PICTURES, 'damaged-lines.png') })
    expect(await findAxeViolations(page)).toEqual([])
    const download = page.waitForEvent('download')
    await page.getByRole('combobox', { name: 'Save chart' }).selectOption('csv')
    const csv = await readFile(await (await download).path(), 'utf8')
    const steps = csv
      .split('\n')
      .flatMap((row) => (row.startsWith('loss,training,') ? [Number(row.split(',')[2])] : []))
    expect(new Set(steps).size).toBe(38)
    await page.getByRole('tab', { name: 'Insight' }).click()
    await expect.poll(() => page.getByTestId('damaged-lines').count()).toBe(2)
    expect(await page.locator('article.notice').count()).toBe(0)

    await open(`/compare/${id},${other}`)
    await note.waitFor()
    expect(await page.getByTestId('damaged-lines').count()).toBe(1)
    expect(await note.textContent()).toContain('2 lines of the metrics cannot be read')
    expect(await page.locator('article.notice').count()).toBe(0)
    await page.screenshot({ path: path.join(PICTURES, 'damaged-lines-compare.png') })
    expect(complaints).toEqual([])
  })
})
