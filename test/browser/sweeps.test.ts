/**
 * A sweep in a real Chromium: from a design with one click, killed in the middle, resumed, a failed run run again; its table, its chart and
 * the chart's files against a script that reads the folders by itself. Then some of its runs are compared.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { installDebianPackage } from '../debian-package.ts'
import { findAxeViolations } from './axe.ts'
import { openDesign } from './file-chooser.ts'
import type { FolderGroup, FolderRun } from './results-from-folders.ts'
import { lookAtLab, PICTURES } from './look-at-lab.ts'

const SCRIPT = path.join(import.meta.dirname, 'results-from-folders.ts')
/** The same sums in another order. */
const DIGITS = 12
const CONFIG = {
  name: 'study',
  dataset: { kind: 'copy-first-input', steps: 12, counts: { train: 256, validation: 32, test: 64 } },
  layers: [{ cell: 'gru', units: 8 }],
  strategies: ['none', 'warmed-up', 'double'],
  warmup: { steps: 10, batch: 8, maxConvergenceSteps: 20 },
  training: { steps: 250, batch: 8 },
  measures: { everySteps: 100, vaa: { series: 8, convergenceSteps: 30 }, vaaStar: null },
  checkpointEverySteps: 20,
  seeds: [0, 1, 2],
}

const at = lookAtLab()
let page: Page
let complaints: string[]

beforeAll(async () => {
  ;({ page, complaints } = await at.openPage())
  await openDesign(page, CONFIG)
})

const state = (): Promise<string | null> => page.getByTestId('sweep-state').textContent()
const doneCount = async (): Promise<number> =>
  Number((await page.locator('article .facts').textContent())?.match(/(\d+) \/ 18 runs/)?.[1] ?? -1)
const recordOf = (id: string): { status: string } =>
  JSON.parse(readFileSync(path.join(at.lab.home, 'runs', id, 'run.json'), 'utf8')) as { status: string }
const runIds = (): string[] => readdirSync(path.join(at.lab.home, 'runs')).filter((name) => !name.startsWith('.'))
const fromFolders = (): { runs: FolderRun[]; groups: FolderGroup[] } =>
  JSON.parse(execFileSync(process.execPath, [SCRIPT, at.lab.home], { encoding: 'utf8' })) as {
    runs: FolderRun[]
    groups: FolderGroup[]
  }

async function save(title: string, format: string): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await page.getByRole('combobox', { name: `Save ${title}` }).selectOption(format)
  return readFile(await (await download).path())
}

const STRATEGY_NAMES: Readonly<Record<string, string>> = {
  none: 'No warm-up',
  'warmed-up': 'Warmed up',
  double: 'Double layer',
}

describe('a sweep of 3 strategies x 3 cells x 2 lengths x 3 seeds', () => {
  it('is one click from a design, and says what it comes to', async () => {
    await page.getByRole('button', { name: 'Sweep…' }).click()
    await expect
      .poll(() => page.getByTestId('sweep-check').textContent())
      .toContain('6 points, with every strategy 18 runs of 3 seeds each: 54 networks.')
    await page.screenshot({ path: path.join(PICTURES, 'sweep-form.png') })
    expect(await findAxeViolations(page)).toEqual([])
    await page.getByTestId('start-sweep').click()
    await page.waitForURL(/\/sweeps\/study-\d/)
    await expect.poll(state).toBe('Running')
  })

  it('goes on after the lab was killed, past a run that fails, and runs that one again', async () => {
    await expect.poll(doneCount).toBeGreaterThanOrEqual(5)
    await expect.poll(() => runIds().some((id) => recordOf(id).status === 'running')).toBe(true)
    await at.lab.restart('SIGKILL')
    const finished = runIds().filter((id) => recordOf(id).status === 'finished')
    const [killed] = runIds().filter((id) => recordOf(id).status === 'running')
    // It failed for a reason that is gone by the rerun: its folder says so. (Ones that fail again: test/unit/lab/sweeps.test.ts.)
    const error = { code: 'non-finite', message: 'the loss was NaN' }
    const file = path.join(at.lab.home, 'runs', killed!, 'run.json')
    writeFileSync(file, JSON.stringify({ ...recordOf(killed!), status: 'failed', error, recordSha256: undefined }))
    await page.goto(at.lab.address)
    await page.goto(new URL('/sweeps', at.lab.address).href)
    await page.locator('a.sweep', { hasText: 'study' }).click() // the queue of the last session names it, too
    await expect.poll(state).toBe('Paused')
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await expect.poll(state).toBe('Some failed')
    expect(recordOf(killed!).status).toBe('failed')
    await page.screenshot({ path: path.join(PICTURES, 'sweep-failed.png') })
    await page.getByRole('button', { name: 'Rerun failed (1)' }).click()
    await expect.poll(state).toBe('Finished')
    // What was done before the kill was not done again.
    for (const id of finished) expect(recordOf(id).status).toBe('finished')
    expect(runIds()).toHaveLength(18)
  })

  it('ends in the table that the folders hold', async () => {
    const { runs, groups } = fromFolders()
    expect(groups).toHaveLength(18)
    await expect.poll(() => page.locator('section.rows tr[data-status="finished"]').count()).toBe(18)
    const rows = await page.locator('section.rows tbody tr').evaluateAll((trs) =>
      trs.map((tr) => {
        const cell = (name: string): HTMLElement => tr.querySelector(`td.${CSS.escape(name)}`)!
        return {
          cell: cell('layers.*.cell').title,
          steps: Number(cell('dataset.steps').title),
          strategy: cell('strategy').title,
          mean: Number(cell('mean').title),
          std: Number(cell('std').title),
          count: Number(cell('seeds').title),
        }
      }),
    )
    expect(rows).toHaveLength(18)
    for (const row of rows) {
      const expected = groups.find(
        ({ cell, steps, strategy }) =>
          cell === row.cell && steps === row.steps && STRATEGY_NAMES[strategy] === row.strategy,
      )!
      expect(row.mean).toBeCloseTo(expected.mean, DIGITS)
      expect(row.std).toBeCloseTo(expected.std, DIGITS)
      expect(row.count).toBe(3)
    }
    expect(runs.every(({ status }) => status === 'finished')).toBe(true)
  })

  it('ends in the chart that the folders hold, saved as values, drawing, picture and PDF with text as text', async () => {
    const { groups } = fromFolders()
    const title = 'Result by layers.*.cell'
    const csv = (await save(title, 'csv')).toString().trim().split('\n')
    expect(csv[0]).toBe('layers.*.cell,strategy,dataset.steps,test mse,std,seeds,Runs')
    expect(csv).toHaveLength(19)
    for (const line of csv.slice(1)) {
      const [cell, strategy, steps, mean, std, seeds, runCount] = line.split(',')
      const expected = groups.find(
        (group) => group.cell === cell && String(group.steps) === steps && STRATEGY_NAMES[group.strategy] === strategy,
      )!
      expect(Number(mean)).toBeCloseTo(expected.mean, DIGITS)
      expect(Number(std)).toBeCloseTo(expected.std, DIGITS)
      expect([seeds, runCount]).toEqual(['3', '1'])
    }
    const words = ['No warm-up', 'Warmed up', 'Double layer', 'gru', 'test mse', 'dataset.steps 24']
    const svg = (await save(title, 'svg')).toString()
    for (const word of words) expect(svg).toContain(`>${word}</text>`)
    const png = await save(title, 'png')
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    const file = path.join(PICTURES, 'sweep-chart.pdf')
    writeFileSync(file, await save(title, 'pdf'))
    installDebianPackage('poppler-utils', '/usr/bin/pdftotext')
    const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' })
    for (const word of words) expect(text).toContain(word)
    expect(execFileSync('pdfinfo', [file], { encoding: 'utf8' })).toMatch(/^Subject: +study-\d/m)
    execFileSync('pdftoppm', ['-png', '-r', '80', '-singlefile', file, path.join(PICTURES, 'sweep-chart-pdf')])
    // The drawing in another program than the one that made it.
    const viewer = await at.browser.newPage({ viewport: { width: 920, height: 400 } })
    await viewer.goto(`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`)
    expect(await viewer.locator('text', { hasText: /^Double layer$/ }).isVisible()).toBe(true)
    expect(await viewer.locator('parsererror').count()).toBe(0)
    await viewer.screenshot({ path: path.join(PICTURES, 'sweep-chart-svg.png') })
    await viewer.close()
  })

  it('is drawn over all axes at once, with a line for every run', async () => {
    const { runs } = fromFolders()
    await page.getByRole('tab', { name: 'All axes' }).click()
    const csv = (await save('Every run over all axes', 'csv')).toString().trim().split('\n')
    expect(csv[0]).toBe('layers.*.cell,dataset.steps,strategy,test mse,std,seeds,run')
    const lines = csv.slice(1).map((line) => line.split(','))
    expect(lines.map((cells) => cells[6]).sort()).toEqual(runs.map(({ id }) => id).sort())
    for (const [cell, steps, strategy, mean, , , id] of lines) {
      const run = runs.find((known) => known.id === id)!
      expect([cell, Number(steps), strategy]).toEqual([run.cell, run.steps, STRATEGY_NAMES[run.strategy]])
      expect(Number(mean)).toBeCloseTo(run.values.reduce((sum, value) => sum + value, 0) / 3, DIGITS)
    }
    const svg = (await save('Every run over all axes', 'svg')).toString()
    for (const word of ['layers.*.cell', 'dataset.steps', 'test mse', 'Double layer', '24'])
      expect(svg).toContain(`>${word}</text>`)
    await page.getByRole('group', { name: 'Every run over all axes' }).focus()
    await page.keyboard.press('Home')
    await expect.poll(() => page.getByTestId('figure-cursor').textContent()).toMatch(/^layers\.\*\.cell gru, /)
    await page.screenshot({ path: path.join(PICTURES, 'sweep-parallel.png') })
    expect(await findAxeViolations(page)).toEqual([])
  })

  it('says how much each axis matters, as the sums of squares of the folders do', async () => {
    const { groups } = fromFolders()
    await page.getByRole('tab', { name: 'What matters' }).click()
    await page.getByRole('checkbox', { name: 'Logarithms of results' }).uncheck()
    const csv = (await save('How much each axis matters', 'csv')).toString().trim().split('\n')
    const shares = new Map(csv.slice(1).map((line) => [line.split(',')[0]!, Number(line.split(',')[1])]))
    const means = groups.map(({ mean }) => mean)
    const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const squares = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + (value - average(values)) ** 2, 0)
    for (const [axis, field] of [
      ['layers.*.cell', 'cell'],
      ['dataset.steps', 'steps'],
      ['strategy', 'strategy'],
    ] as const) {
      const levels = [...new Set(groups.map((group) => group[field]))]
      const within = levels
        .map((level) => squares(groups.filter((group) => group[field] === level).map(({ mean }) => mean)))
        .reduce((sum, value) => sum + value, 0)
      const chance = ((levels.length - 1) * within) / (means.length - levels.length)
      const expected = Math.max(0, (squares(means) - within - chance) / squares(means))
      expect(shares.get(axis)).toBeCloseTo(expected, DIGITS)
    }
    await page.screenshot({ path: path.join(PICTURES, 'sweep-effects.png') })
    expect(await findAxeViolations(page)).toEqual([])
    await page.getByRole('tab', { name: 'By axis' }).click()
  })

  it.each(['light', 'dark'])('has no violation of accessibility in %s', async (theme) => {
    await page.getByLabel('Theme').selectOption(theme)
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme)
    await page.screenshot({ path: path.join(PICTURES, `sweep-${theme}.png`) })
    expect(await findAxeViolations(page)).toEqual([])
  })

  it('is read with the keyboard alone', async () => {
    const chart = page.getByRole('group', { name: 'Result by layers.*.cell' }).first()
    await chart.focus()
    await page.keyboard.press('End')
    await expect
      .poll(() => page.getByTestId('figure-cursor').textContent())
      .toMatch(/^layers\.\*\.cell \w+, strategy Double layer, dataset\.steps 24, test mse [\d.e-]+/)
  })
})

describe('the compare view', () => {
  it('lays chosen runs over each other and tests their strategies over the same seeds', async () => {
    await page.getByLabel('Theme').selectOption('light')
    const { runs } = fromFolders()
    const chosen = runs.filter(({ cell, steps }) => cell === 'gru' && steps === 12)
    expect(chosen).toHaveLength(3)
    for (const { id } of chosen) await page.getByRole('checkbox', { name: `Choose ${id}` }).check()
    await page.getByRole('button', { name: 'Compare chosen (3)' }).click()
    await page.waitForURL(/\/compare\//)
    const table = page.getByRole('region', { name: 'Results' })
    await expect.poll(() => table.getByRole('row').count()).toBe(4)
    const valuesOf = (strategy: string): readonly number[] => chosen.find((run) => run.strategy === strategy)!.values
    const differences = valuesOf('double').map((value, i) => value - valuesOf('none')[i]!)
    const mean = differences.reduce((sum, value) => sum + value, 0) / 3
    const row = table.getByRole('row', { name: /Double layer/ })
    const shown = await row.locator('td.number').evaluateAll((cells) => cells.map((cell) => cell.textContent!.trim()))
    expect(shown[0]).toBe('mse')
    expect(Number(shown[4])).toBeCloseTo(mean, 2)
    // Student's t of three differences by its own formula: 2 degrees of freedom have a closed form.
    const std = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2)
    const t = Math.abs(mean / (std / Math.sqrt(3)))
    const p = 1 - t / Math.sqrt(2 + t * t)
    expect(Number(await row.locator('td.number').nth(5).getAttribute('title'))).toBeCloseTo(p, 10)
    expect(shown[7]).toBe('3')
    await page.getByText('The configurations are the same.').waitFor()
    await page.screenshot({ path: path.join(PICTURES, 'compare.png') })
  })

  it('draws every logged value into the CSV of the overlay', async () => {
    const { runs } = fromFolders()
    const ids = runs.filter(({ cell, steps }) => cell === 'gru' && steps === 12).map(({ id }) => id)
    await page.getByRole('combobox', { name: 'Series' }).selectOption('loss')
    const title = 'training of 3 runs'
    await page.getByRole('heading', { name: title }).waitFor()
    const lines = (await save(title, 'csv')).toString().trim().split('\n')
    expect(lines[0]).toBe('run,series,phase,step,seed,value')
    const logged = ids.flatMap((id) =>
      readFileSync(path.join(at.lab.home, 'runs', id, 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string; loss: number[] })
        .filter(({ type }) => type === 'train-step')
        .flatMap(({ loss }) => loss),
    )
    const values = lines.slice(1).map((line) => Number(line.split(',')[5]))
    expect(values).toHaveLength(logged.length)
    expect(new Set(values)).toEqual(new Set(logged))
  })

  it('shows what tells configurations apart, and bars of them', async () => {
    const { runs } = fromFolders()
    const ids = runs.filter(({ strategy }) => strategy !== 'warmed-up').map(({ id }) => id)
    await page.goto(new URL(`/compare/${ids.join(',')}`, at.lab.address).href)
    const differences = page.getByRole('region', { name: 'Differences of the configurations' })
    await differences.getByRole('row', { name: /dataset\.steps/ }).waitFor()
    expect(await differences.getByRole('rowheader').allTextContents()).toEqual(
      expect.arrayContaining(['dataset.steps', 'layers.0.cell', 'layers.0.coldCell']),
    )
    await page.getByRole('heading', { name: 'Test mse' }).waitFor()
    await page.screenshot({ path: path.join(PICTURES, 'compare-many.png'), fullPage: true })
  })

  it.each(['light', 'dark'])('has no violation of accessibility in %s', async (theme) => {
    await page.getByLabel('Theme').selectOption(theme)
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme)
    expect(await findAxeViolations(page)).toEqual([])
    await page.screenshot({ path: path.join(PICTURES, `compare-${theme}.png`) })
    // The lab was killed on purpose: Chromium complains of the line that broke.
    expect(complaints.filter((text) => !/WebSocket|ERR_CONNECTION|Failed to load resource/.test(text))).toEqual([])
  })
})
