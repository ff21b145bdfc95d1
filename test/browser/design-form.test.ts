/** The form of a design in a real Chromium: every section with the mouse and with keys alone, mistakes at their fields, axe in both themes. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Locator, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INSTALL_MS } from '../debian-package.ts'
import { findAxeViolations } from './axe.ts'
import { launchChromium, serveLab, watchComplaints, type ServedLab } from './served-lab.ts'

const PICTURES = path.join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'pictures')

describe('the form of a design', { timeout: 120_000 }, () => {
  let browser: Browser
  let lab: ServedLab

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true })
    ;[browser, lab] = await Promise.all([launchChromium(), serveLab()])
  }, INSTALL_MS)
  afterAll(async () => {
    await browser?.close()
    await lab?.close()
  })

  async function openDesign(): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, reducedMotion: 'reduce' })
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    const complaints = watchComplaints(page)
    await page.goto(lab.address)
    await page.getByRole('button', { name: /^quick/ }).click()
    return { page, complaints }
  }

  const field = (page: Page, place: string): Locator => page.locator(`[data-field="${place}"]`)
  const control = (page: Page, place: string): Locator => field(page, place).locator('input, select')

  it('reaches hyperparameters with the mouse, shows every mistake at its field, and takes a step back', async () => {
    const { page, complaints } = await openDesign()
    const start = page.getByRole('button', { name: 'Start' })
    await expect.poll(() => start.isEnabled()).toBe(true)
    const warmup = page.getByRole('group', { name: 'Warm-up' })
    await warmup.getByRole('button', { name: 'Optimiser' }).click()
    await control(page, 'warmup.optimizer.kind').selectOption('sgd')
    await control(page, 'warmup.optimizer.momentum').fill('0.9')
    expect(await field(page, 'warmup.optimizer.beta1').count()).toBe(0)
    await control(page, 'warmup.target').fill('2')
    await control(page, 'training.dropout').fill('1')
    await field(page, 'warmup.target').getByText('Too big').waitFor()
    await field(page, 'training.dropout').getByText('Too big').waitFor()
    expect(await control(page, 'warmup.target').getAttribute('aria-invalid')).toBe('true')
    expect(await start.isEnabled()).toBe(false)
    await page.screenshot({ path: path.join(PICTURES, 'form-mistakes.png') })
    await page
      .getByRole('complementary', { name: 'What it comes to' })
      .getByRole('button', { name: /dropout/i })
      .click()
    await expect
      .poll(() => control(page, 'training.dropout').evaluate((input) => input === document.activeElement))
      .toBe(true)
    await control(page, 'training.dropout').fill('0')
    await control(page, 'warmup.target').fill('0.9')
    await expect.poll(() => start.isEnabled()).toBe(true)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => control(page, 'warmup.target').inputValue()).not.toBe('0.9')
    await page.getByRole('button', { name: 'Redo' }).click()
    await control(page, 'warmup.steps').fill('50')
    await control(page, 'warmup.curriculumIncrement').fill('5')
    await control(page, 'warmup.maxConvergenceSteps').fill('101')
    await page.getByRole('img', { name: /reaches 101 at step 20 of 50/ }).waitFor()
    const memory = page.getByRole('region', { name: 'Memory of a training step' })
    const amount = memory.locator('.amount').first()
    await expect.poll(() => amount.textContent()).toMatch(/\d+ MB of [\d.]+ GB/)
    const before = await amount.getAttribute('title')
    await control(page, 'training.batch').fill('256')
    await expect.poll(() => amount.getAttribute('title')).not.toBe(before)
    await control(page, 'dataset.kind').selectOption('denoising')
    await control(page, 'dataset.forbiddenSteps').fill('7')
    await expect.poll(() => start.isEnabled()).toBe(true)
    await field(page, 'warmup.curriculumIncrement').locator('.explain').click()
    await field(page, 'warmup.curriculumIncrement').getByText('M* begins at 1').waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('opens sections, explains and changes fields with keys alone', async () => {
    const { page, complaints } = await openDesign()
    const data = page.getByRole('button', { name: 'Data', exact: true })
    await data.focus()
    await page.keyboard.press('Enter')
    expect(await data.getAttribute('aria-expanded')).toBe('false')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await expect.poll(() => control(page, 'name').evaluate((input) => input === document.activeElement)).toBe(true)
    await page.keyboard.press('Tab')
    await page.keyboard.press('F1')
    await field(page, 'dataset.kind').getByText('generated from the seed').waitFor()
    const help = field(page, 'dataset.kind').locator('.help')
    expect(await help.evaluate((text) => text.classList.contains('visually-hidden'))).toBe(false)
    await page.keyboard.press('Escape')
    await expect.poll(() => help.evaluate((text) => text.classList.contains('visually-hidden'))).toBe(true)
    await page.keyboard.press('Tab')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('33')
    await expect.poll(() => control(page, 'dataset.steps').inputValue()).toBe('33')
    const regulariser = page.getByRole('button', { name: 'Regulariser' })
    await regulariser.focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await control(page, 'training.regulariser.weight').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('0.5')
    await expect.poll(() => control(page, 'training.regulariser.weight').inputValue()).toBe('0.5')
    await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('draws examples of each kind of dataset with their statistics, and MNIST as images', async () => {
    const { page, complaints } = await openDesign()
    const preview = page.getByRole('region', { name: 'Examples and statistics' })
    await expect.poll(() => preview.getByRole('img', { name: /100 steps/ }).count()).toBe(4)
    await control(page, 'dataset.kind').selectOption('denoising')
    await expect.poll(() => preview.getByRole('row', { name: /input 1/ }).count()).toBe(1)
    await expect.poll(() => preview.locator('circle').count()).toBe(4 * 5)
    await control(page, 'dataset.kind').selectOption('mnist')
    await expect.poll(() => preview.getByRole('img', { name: 'Image of class' }).count(), { timeout: 20_000 }).toBe(8)
    const drawn = await preview
      .locator('canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
        return { size: [canvas.width, canvas.height], shades: new Set(data).size }
      })
    expect(drawn.size).toEqual([28, 28])
    expect(drawn.shades).toBeGreaterThan(10)
    expect(await preview.getByRole('list', { name: 'Series of each class' }).getByRole('listitem').count()).toBe(10)
    expect(await findAxeViolations(page)).toEqual([])
    await preview.scrollIntoViewIfNeeded()
    await page.screenshot({ path: path.join(PICTURES, 'form-mnist.png') })
    await control(page, 'dataset.kind').selectOption('file')
    await field(page, 'dataset.path').locator('.error').waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('is without a violation that axe finds and without overflow, everything open, in both themes', async () => {
    const { page, complaints } = await openDesign()
    const closed = page.locator('fieldset button[aria-expanded="false"]')
    while ((await closed.count()) > 0) await closed.first().click()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(colorScheme)
      expect(await findAxeViolations(page), colorScheme).toEqual([])
      for (const [width, height] of [
        [1280, 720],
        [1920, 1080],
      ] as const) {
        await page.setViewportSize({ width, height })
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0)
        await page.screenshot({ path: path.join(PICTURES, `form-${colorScheme}-${width}.png`) })
      }
    }
    await page.getByRole('button', { name: 'Regulariser' }).scrollIntoViewIfNeeded()
    await page.screenshot({ path: path.join(PICTURES, 'form-lower.png') })
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
