/** A cell of the user's own, from a copy of the lab's to a trained run: a mistake on the way, found, gone to and mended with keys alone. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, expect, it } from 'vitest'
import { findAxeViolations } from './axe.ts'
import { openDesign } from './file-chooser.ts'
import { inspectView } from './inspect.ts'
import { lookAtLab, PICTURES } from './look-at-lab.ts'

const CONFIG = {
  name: 'owned',
  dataset: { kind: 'copy-first-input', steps: 12, counts: { train: 256, validation: 32, test: 32 } },
  layers: [{ cell: 'mgu', units: 8 }],
  strategies: ['none'],
  training: { steps: 40, batch: 8 },
  measures: { vaa: null, vaaStar: null },
  seeds: [0],
}

const at = lookAtLab()
let page: Page
let complaints: string[]

beforeAll(async () => {
  ;({ page, complaints } = await at.openPage({ height: 800 }))
  await openDesign(page, CONFIG)
})

it('shows the equations of a cell as formulas', async () => {
  await page.getByRole('button', { name: 'Equations of mgu' }).click()
  const panel = page.getByRole('region', { name: 'Equations of mgu', exact: true })
  await expect.poll(() => panel.evaluate((element) => element === document.activeElement)).toBe(true)
  const formulas = page.getByRole('list', { name: 'Equations' })
  await expect.poll(() => formulas.locator('math').count()).toBeGreaterThan(1)
  expect(await formulas.first().textContent()).toContain('σ')
})

it('draws a step: what reads what, and through which matrices', async () => {
  const diagram = page.getByRole('img', { name: /^Diagram of a step: .*U_f h → f/ })
  const seen = await diagram.locator('text').allTextContents()
  expect(seen.map((text) => text.trim())).toEqual(expect.arrayContaining(['x', 'h', 'f', "h'", 'W_f', 'U_f']))
})

it('lists its parameters with their shapes, sizes in this design, roles and initial values, those that are alike in one row', async () => {
  const rows = page.getByRole('table', { name: 'Parameters of the cell' }).getByRole('row')
  const told = await rows.evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent!.trim())),
  )
  expect(told).toContainEqual(['U_f, U_h', '[H, H]', '8 × 8', 'recurrent matrix', 'xavier'])
  expect(await findAxeViolations(page, '.cell-panel')).toEqual([])
})

it('makes it the user’s own, says what is wrong, and trains it once it is right', async () => {
  await page.getByRole('button', { name: 'Change them' }).click()
  const editor = page.getByRole('textbox', { name: /^Equations of this cell/ })
  await editor.waitFor()
  expect(await page.getByLabel('Cell', { exact: true }).inputValue()).toBe('my-mgu')
  const right = await editor.inputValue()
  const formulas = page.getByRole('list', { name: 'Equations' }).locator('math')
  const count = await formulas.count()

  await editor.fill(right.replace("h' =", "h' = 2 ** "))
  const mistake = page.getByTestId('cell-mistake')
  await expect.poll(() => mistake.textContent()).toMatch(/my-mgu, line \d+, column \d+/)
  expect(await formulas.count()).toBe(count) // the last ones that could be read
  await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(false)
  await page.screenshot({ path: path.join(PICTURES, 'cell-mistake.png') })

  await page.getByRole('button', { name: 'Go there' }).press('Enter')
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
  const caret = await editor.evaluate((area) => (area as HTMLTextAreaElement).selectionStart)
  expect((await editor.inputValue()).slice(0, caret)).toMatch(/h' = 2 \*{1,2} ?\*?$/)

  await editor.fill("cell my-mgu\nh' = tanh(W x + b)")
  const warnings = page.getByTestId('cell-warnings')
  const isToldTwice = async (): Promise<boolean> => {
    const texts = await warnings.allTextContents() // in the editor, and beside Start
    return texts.length === 2 && texts.every((text) => text.includes('my-mgu has no recurrence'))
  }
  await expect.poll(isToldTwice).toBe(true)
  await page.screenshot({ path: path.join(PICTURES, 'cell-warning.png') })
  await editor.fill("cell my-mgu\nh' = tanh(W x - b)")
  const outcome = page.getByRole('complementary', { name: 'What it comes to' })
  await expect.poll(() => outcome.locator('code').allTextContents()).toEqual(["h' = tanh(W x - b)"])

  for (const name of ['my-own', 'my-mgu']) {
    await editor.fill(right.replace('cell my-mgu', `cell ${name}`))
    await expect.poll(() => mistake.textContent()).toContain(`called \`${name}\` in its text`)
    await page.getByRole('button', { name: `Call it ${name} everywhere` }).click()
    await expect.poll(() => page.getByLabel('Cell', { exact: true }).inputValue()).toBe(name)
    await page.getByText('The equations are understood.').waitFor()
  }

  await editor.focus()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(right.replace("h' =", "h' = 0.5 * h + 0.5 * "))
  await page.getByText('The equations are understood.').waitFor()

  for (const theme of ['light', 'dark']) {
    await page.getByLabel('Theme').selectOption(theme)
    expect(await findAxeViolations(page, '.cell-panel')).toEqual([])
    await page.screenshot({ path: path.join(PICTURES, `cell-${theme}.png`) })
  }
  await page.getByLabel('Theme').selectOption('system')
  await page.getByRole('button', { name: 'Start' }).click()
  await expect.poll(() => page.getByTestId('state').textContent()).toBe('Finished')
  const runs = path.join(at.lab.home, 'runs')
  const { config } = JSON.parse(readFileSync(path.join(runs, readdirSync(runs)[0]!, 'run.json'), 'utf8')) as {
    config: { layers: { cell: string }[]; cells: Record<string, string> }
  }
  expect(config.layers[0]!.cell).toBe('my-mgu')
  expect(config.cells['my-mgu']).toContain('0.5 * h + 0.5 *')
  expect(complaints).toEqual([])
})

it('closes the panel with Escape, back where it was opened, and follows a part’s own cell', async () => {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Design' }).click()
  await page.getByRole('button', { name: 'Edit part by part' }).click()
  const part = page.getByRole('group', { name: 'Part 1' })
  await part.getByRole('button', { name: 'Equations of my-mgu' }).click()
  await page.getByRole('textbox', { name: /^Equations of this cell/ }).waitFor()
  await part.getByLabel('Cell', { exact: true }).selectOption('lstm')
  const panel = page.getByRole('region', { name: 'Equations of lstm', exact: true })
  await panel.getByText("c' = f * c + i * g").waitFor()
  await inspectView(page, 'cell-panel')
  await panel.focus()
  await page.keyboard.press('Escape')
  await expect.poll(() => panel.count()).toBe(0)
  const after = part.getByRole('button', { name: 'Equations of lstm' })
  await expect.poll(() => after.evaluate((element) => element === document.activeElement)).toBe(true)
  expect(complaints).toEqual([])
})
