/** Own series in a real Chromium: chosen or dropped, told what is what with a preview, refused with their reason, and trained. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { writeNpz } from '../../shared/numerics/npz.ts'
import { findAxeViolations } from './axe.ts'
import { giveFile } from './file-chooser.ts'
import { lookAtLab, PICTURES, type OpenPage } from './look-at-lab.ts'

const SERIES = 40
const STEPS = 12

const range = (count: number, first = 0) => Array.from({ length: count }, (_, i) => first + i)
const values = (count: number, of: (index: number) => number) => Float32Array.from({ length: count }, (_, i) => of(i))
/** The target of a series is its first value; half of each series is there. */
const ARCHIVE = writeNpz([
  ['waves', { shape: [SERIES, STEPS, 1], data: values(SERIES * STEPS, (i) => Math.sin(i)) }],
  ['first', { shape: [SERIES], data: values(SERIES, (i) => Math.sin(i * STEPS)) }],
  ['valid_steps', { shape: [SERIES], data: values(SERIES, (i) => 6 + (i % 6)) }],
  ['comment', { shape: [2], data: values(2, (i) => i) }],
])
const CSV = [
  'trial,time,voltage,noise,answer',
  ...Array.from(
    { length: 60 },
    (_, i) => `${Math.floor(i / 6)},${i % 6},${Math.sin(i)},${i % 3},${i % 6 === 5 ? i : ''}`,
  ),
].join('\n')

describe('own series', () => {
  const at = lookAtLab()

  async function openPage(): Promise<OpenPage> {
    const opened = await at.openPage()
    await opened.page.getByRole('img', { name: /^Series 1/ }).waitFor()
    return opened
  }

  const panel = (page: Page) => page.getByRole('region', { name: /^Own series/ })
  const use = (page: Page, name: string) => panel(page).getByRole('combobox', { name: `Use of ${name}` })
  const accept = (page: Page) => panel(page).getByRole('button', { name: 'Use these series' })

  async function drop(page: Page, ...files: (readonly [name: string, text: string])[]): Promise<void> {
    const transfer = await page.evaluateHandle((all) => {
      const data = new DataTransfer()
      for (const [name, text] of all) data.items.add(new File([text], name))
      return data
    }, files)
    await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer })
    await page.dispatchEvent('main', 'drop', { dataTransfer: transfer })
  }

  it('come from an archive whose arrays are mapped with keys, are previewed before they are taken, and are trained', async () => {
    const { page, complaints } = await openPage()
    const file = { name: 'waves.npz', bytes: Buffer.from(ARCHIVE) }
    await giveFile(page, file, () => page.keyboard.press('Control+i'))
    await panel(page).waitFor()
    await expect.poll(() => panel(page).evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await use(page, 'waves').inputValue()).toBe('inputs')
    expect(await use(page, 'first').inputValue()).toBe('targets')
    await panel(page).getByText('float32 [40, 12, 1]').waitFor()
    await panel(page)
      .getByRole('img', { name: /Series 1, 12 steps/ })
      .waitFor()

    // What does not fit is told in place, and cannot be taken.
    await use(page, 'first').selectOption('unused')
    await panel(page).getByText('Still to be chosen: Targets.').waitFor()
    expect(await accept(page).isEnabled()).toBe(false)
    await use(page, 'comment').selectOption('targets')
    await panel(page).getByRole('alert').getByText('array `comment`').waitFor()
    expect(await accept(page).isEnabled()).toBe(false)
    await page.screenshot({ path: path.join(PICTURES, 'own-file-mistake.png') })

    await use(page, 'comment').selectOption('unused')
    await use(page, 'first').focus()
    await page.keyboard.type('Targets')
    await use(page, 'valid_steps').focus()
    await page.keyboard.type('Lengths')
    await expect.poll(() => use(page, 'valid_steps').inputValue()).toBe('lengths')
    await panel(page)
      .getByRole('img', { name: /Series 1, (6|7|8|9|10|11) steps/ })
      .waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(colorScheme)
      expect(await findAxeViolations(page)).toEqual([])
      await page.screenshot({ path: path.join(PICTURES, `own-file-${colorScheme}.png`) })
    }
    await accept(page).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => panel(page).count()).toBe(0)
    const place = page.locator('[data-field="dataset.path"] input')
    await expect.poll(() => place.inputValue()).toMatch(/.datasets.waves-[0-9a-f]{8}\.npz$/)

    await page.getByRole('spinbutton', { name: 'Units H' }).fill('8')
    await page.getByRole('checkbox', { name: 'Warmed up' }).uncheck()
    await page.getByRole('checkbox', { name: 'Double layer' }).uncheck()
    await page.locator('[data-field="training.steps"] input').fill('20')
    await page.locator('[data-field="training.batch"] input').fill('400')
    await page
      .getByTestId('remarks')
      .getByText(/batch of the training is \d+ and not 400/)
      .waitFor()
    await page.locator('[data-field="training.batch"] input').fill('4')
    await page.locator('[data-field="seeds"] input').fill('0')
    await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
    await page.keyboard.press('Control+Enter')
    await expect.poll(() => page.getByTestId('state').textContent()).toBe('Finished')
    const runs = path.join(at.lab.home, 'runs')
    const { config } = JSON.parse(readFileSync(path.join(runs, readdirSync(runs)[0]!, 'run.json'), 'utf8')) as {
      config: { dataset: unknown }
    }
    await page.getByRole('tab', { name: 'Data' }).click()
    await expect.poll(() => page.getByTestId('data-digest').textContent()).toMatch(/^[0-9a-f]{64}$/)
    await page.getByLabel('The file lies now at').fill('/nowhere.npz')
    await page.getByRole('button', { name: 'It lies here' }).click()
    await page.getByRole('alert').getByText('the data of the run cannot be read').waitFor()
    expect(await findAxeViolations(page)).toEqual([])
    await page.screenshot({ path: path.join(PICTURES, 'run-data.png') })
    expect(config.dataset).toMatchObject({
      kind: 'file',
      arrays: { inputs: 'waves', targets: 'first', lengths: 'valid_steps', mask: null },
    })
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('come from a CSV that is dropped, are given up without a trace, mapped again later, and taken back by undo', async () => {
    const { page, complaints } = await openPage()
    await drop(page, ['trials.csv', CSV])
    await use(page, 'trial').waitFor()
    const guessed = ['trial', 'time', 'voltage', 'noise', 'answer'].map((name) => use(page, name).inputValue())
    expect(await Promise.all(guessed)).toEqual(['series', 'step', 'input', 'input', 'target'])
    await panel(page)
      .getByRole('img', { name: /Series 1, 6 steps/ })
      .waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => panel(page).count()).toBe(0)
    expect(await page.locator('[data-field="dataset.kind"] select').inputValue()).toBe('copy-first-input')

    await drop(page, ['trials.csv', CSV])
    await use(page, 'noise').selectOption('unused')
    await expect.poll(() => accept(page).isEnabled()).toBe(true)
    await accept(page).click()
    await expect.poll(() => page.locator('[data-field="dataset.kind"] select').inputValue()).toBe('file')
    await page.getByRole('button', { name: 'Say what is what' }).click()
    await expect.poll(() => use(page, 'noise').inputValue()).toBe('unused')
    await panel(page).getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => page.locator('[data-field="dataset.kind"] select').inputValue()).toBe('copy-first-input')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('come from a TRAIN and a TEST file of UCR that are dropped together, with nothing to be told', async () => {
    const { page, complaints } = await openPage()
    const line = (label: number, s: number) => `${label}\t${range(8, s).map(Math.sin).join('\t')}\tNaN`
    const train = range(12).map((s) => line(1 + (s % 2), s))
    await drop(page, ['Toy_TEST.tsv', [line(1, 20), line(2, 21)].join('\n')], ['Toy_TRAIN.tsv', train.join('\n')])
    await panel(page).getByText('12 series of 1 input, 8 steps').waitFor()
    await panel(page).getByText('2 different labels: 1, 2').waitFor()
    await panel(page)
      .getByText(/Test series: Toy_TEST-\w+\.tsv/)
      .waitFor()
    expect(await panel(page).getByRole('combobox').count()).toBe(1)
    await expect.poll(() => accept(page).isEnabled()).toBe(true)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(colorScheme)
      expect(await findAxeViolations(page)).toEqual([])
      await page.screenshot({ path: path.join(PICTURES, `own-file-ucr-${colorScheme}.png`) })
    }
    await accept(page).click()
    const field = (name: string) => page.locator(`[data-field="dataset.${name}"] input`)
    await expect.poll(() => field('path').inputValue()).toMatch(/Toy_TRAIN-\w+\.tsv$/)
    expect(await field('testPath').inputValue()).toMatch(/Toy_TEST-\w+\.tsv$/)

    // One after the other, and left out again.
    await drop(page, ['Toy_TRAIN.tsv', train.join('\n')])
    await panel(page).getByText('Bring Toy_TEST.tsv too').waitFor()
    await drop(page, ['Toy_TEST.tsv', line(1, 20)])
    await panel(page).getByRole('button', { name: 'Leave them out' }).click()
    await panel(page).getByText('Bring Toy_TEST.tsv too').waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('that cannot be read are refused where they were dropped; a dropped design is opened', async () => {
    const { page, complaints } = await openPage()
    await drop(page, ['broken.csv', 'a,b\n1,2\n3\n'])
    await panel(page)
      .getByRole('alert')
      .getByText(/broken-\w+\.csv, line 3/)
      .waitFor()
    await page.screenshot({ path: path.join(PICTURES, 'own-file-refused.png') })
    expect(await accept(page).isEnabled()).toBe(false)
    await drop(page, ['sheet.xlsx', 'PK'])
    await panel(page).getByRole('alert').getByText('.npz, .csv, .tsv, .txt, .ts or .arff').waitFor()
    await panel(page).getByRole('button', { name: 'Cancel' }).click()
    const design = { name: 'dropped', dataset: { kind: 'copy-first-input', steps: 9 } }
    await drop(page, ['dropped.json', JSON.stringify(design)])
    await page.getByRole('heading', { name: 'dropped' }).waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
