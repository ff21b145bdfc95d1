/** Own series of several subjects whose classes are words, in a real Chromium: kept together as their file names it, and told by name. */
import path from 'node:path'
import { expect, it } from 'vitest'
import { findAxeViolations } from './axe.ts'
import { openSection } from './form-section.ts'
import { lookAtLab, PICTURES } from './look-at-lab.ts'

const CLASSES = ['cycling', 'running', 'walking uphill']
const SUBJECTS = 10
const STEPS = 6
const ROWS = Array.from({ length: SUBJECTS * 3 * STEPS }, (_, row) => {
  const [subject, window, t] = [Math.floor(row / (3 * STEPS)), Math.floor(row / STEPS), row % STEPS]
  return `p${subject},w${window},${t},${Math.sin(t * ((window % 3) + 1))},${CLASSES[window % 3]}`
})
const CSV = ['subject,window,time,acceleration,label', ...ROWS].join('\n')

const at = lookAtLab()

it('classes are told by name and subjects kept together, from the file to the predictions', async () => {
  const { page, complaints } = await at.openPage()
  await page.getByRole('img', { name: /^Series 1/ }).waitFor()
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer()
    data.items.add(new File([text], 'activities.csv'))
    return data
  }, CSV)
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer })
  const panel = page.getByRole('region', { name: /^Own series/ })
  const use = (name: string) => panel.getByRole('combobox', { name: `Use of ${name}` })
  await use('subject').waitFor()
  expect(await use('subject').inputValue()).toBe('group')
  expect(await use('window').inputValue()).toBe('series')
  await panel.getByText('Groups: 6 for training, 2 for validation, 2 for the test.').waitFor()
  for (const name of CLASSES) await panel.getByRole('listitem').getByText(name).waitFor()
  await panel.getByRole('button', { name: 'Use these series' }).click()

  const field = (name: string) => page.locator(`[data-field="${name}"] input`)
  await expect.poll(() => field('dataset.split.group').inputValue()).toBe('subject')
  expect(await field('dataset.split.seed').inputValue()).toBe('0')
  expect(await field('dataset.split.given').getAttribute('placeholder')).toBe('drawn by shares')
  await openSection(page, 'Series and splits')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(colorScheme)
    await field('dataset.split.group').scrollIntoViewIfNeeded()
    expect(await findAxeViolations(page)).toEqual([])
    await page.screenshot({ path: path.join(PICTURES, `own-classes-design-${colorScheme}.png`) })
  }

  // A group that the file has not is told at its field, and none is none again.
  await field('dataset.split.group').fill('person')
  await page.locator('[data-field="dataset.split.group"] .error').waitFor()
  expect(await page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(false)
  await field('dataset.split.group').fill('')
  await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
  await field('dataset.split.group').fill('subject')

  await page.getByRole('spinbutton', { name: 'Units H' }).fill('8')
  await page.getByRole('checkbox', { name: 'Warmed up' }).uncheck()
  await page.getByRole('checkbox', { name: 'Double layer' }).uncheck()
  await field('training.steps').fill('30')
  await field('training.batch').fill('4')
  await field('seeds').fill('0')
  await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
  await page.keyboard.press('Control+Enter')
  await expect.poll(() => page.getByTestId('state').textContent()).toBe('Finished')
  await page.getByRole('tab', { name: 'Predictions' }).click()
  const confusion = page.getByRole('table').filter({ hasText: 'what it was taken for' })
  await confusion.waitFor()
  for (const name of CLASSES) {
    await confusion.getByRole('columnheader', { name, exact: true }).waitFor()
    await confusion.getByRole('rowheader', { name, exact: true }).waitFor()
  }
  await page
    .getByRole('img', { name: /^class (cycling|running|walking uphill) taken for \w/ })
    .first()
    .waitFor()
  expect(await findAxeViolations(page)).toEqual([])
  await confusion.scrollIntoViewIfNeeded()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(colorScheme)
    await page.screenshot({ path: path.join(PICTURES, `own-classes-predictions-${colorScheme}.png`) })
  }
  expect(complaints).toEqual([])
  await page.context().close()
})
