/**
 * The whole way in a real Chromium against the real lab, once with the mouse and once with keys alone: preset, another cell, split and
 * warm-up, start, charts that move, pause, resume, finish, figure and weights saved; and what other windows see of it.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { sectionToggle } from './form-section.ts'
import {
  askForWeights,
  checkPicture,
  checkRun,
  checkWeights,
  designByMouse,
  JOURNEY,
  LAST_POSITION,
  train,
  untilPositionIsOver,
} from './journey-steps.ts'
import { chooseIn, tabTo, typeInto } from './keyboard.ts'
import { lookAtLab, PICTURES, type OpenPage } from './look-at-lab.ts'
import { serveLab } from './served-lab.ts'

describe('the served lab', () => {
  const at = lookAtLab()

  async function openLab(address = at.lab.address): Promise<OpenPage> {
    const opened = await at.openPage({ height: 800, address })
    await opened.page.getByRole('button', { name: 'Start' }).waitFor()
    return opened
  }

  async function download(page: Page, ask: () => Promise<unknown>): Promise<{ name: string; bytes: Buffer }> {
    const [file] = await Promise.all([page.waitForEvent('download'), ask()])
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) }
  }

  it('takes a preset, changes it, trains it live, pauses, resumes, finishes it, and saves its figure and weights', async () => {
    const { page, complaints } = await openLab()
    expect(page.url()).not.toContain('token')
    await designByMouse(page)
    await page.screenshot({ path: path.join(PICTURES, 'design.png') })
    await page.getByRole('button', { name: 'Start' }).click()
    await train(page, async (name) => {
      await page.getByRole('button', { name }).click()
      if (name === 'Resume') await page.screenshot({ path: path.join(PICTURES, 'resumed.png') })
    })
    await page.screenshot({ path: path.join(PICTURES, 'finished.png') })

    const folder = checkRun(at.lab.home)
    const saved = page.getByRole('combobox', { name: 'Save chart' })
    const picture = await download(page, () => saved.selectOption('png'))
    expect(picture.name).toMatch(/\.png$/)
    checkPicture(picture.bytes)
    const drawing = await download(page, () => saved.selectOption('svg'))
    expect(drawing.bytes.toString()).toMatch(/^<svg .*<\/svg>\s*$/s)
    for (const format of ['safetensors', 'npz'] as const) {
      const weights = await download(page, () => askForWeights(page, format))
      expect(weights.name).toMatch(new RegExp(`\\.${format}$`))
      checkWeights(weights.bytes, weights.name, folder)
    }

    await page.getByLabel('Theme').selectOption('dark')
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
    await page.screenshot({ path: path.join(PICTURES, 'finished-dark.png') })
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('shows a second window the same state, and a reloaded one the whole run', async () => {
    const { page, complaints } = await openLab()
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('link', { name: /journey/ }).click()
    await untilPositionIsOver(page, LAST_POSITION - 20)
    await page.reload()
    await untilPositionIsOver(page, LAST_POSITION - 20)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('gives nothing without the token', async () => {
    const response = await fetch(at.lab.address.replace(/\?.*/, ''))
    expect(response.status).toBe(401)
  })

  it('is led through the same way with keys alone', async () => {
    const own = await serveLab()
    try {
      const { page, complaints } = await openLab(own.address)
      const { keyboard } = page
      await page.getByRole('img', { name: /^Series 1/ }).waitFor()
      await keyboard.press('/')
      await keyboard.type('quick')
      await tabTo(page, page.getByRole('button', { name: /^quick/ }))
      await keyboard.press('Enter')
      await typeInto(page, page.getByLabel('Name'), JOURNEY.name)
      await typeInto(page, page.getByLabel(/^Steps of a series/), `${JOURNEY.steps}`)
      for (const strategy of ['No warm-up', 'Warmed up']) {
        await tabTo(page, page.getByRole('checkbox', { name: strategy }))
        await keyboard.press('Space')
      }
      await chooseIn(page, page.getByLabel('Cell', { exact: true }), 'mgu')
      await typeInto(page, page.getByRole('spinbutton', { name: 'Units H' }), `${JOURNEY.units}`)
      await tabTo(page, page.getByRole('slider', { name: 'Warmed units' }))
      await keyboard.press('ArrowRight')
      await expect.poll(() => page.getByText('9 | 7').count()).toBe(1)
      const group = (name: string) => page.getByRole('group', { name }).getByLabel(/^Steps/)
      await typeInto(page, group('Warm-up'), `${JOURNEY.warmupSteps}`)
      await typeInto(page, group('Training'), `${JOURNEY.trainingSteps}`)
      await typeInto(page, page.getByLabel('Seeds'), JOURNEY.seeds)
      await tabTo(page, sectionToggle(page, 'Measures'))
      await keyboard.press('Enter')
      await typeInto(page, page.getByLabel('Measure every'), '200')
      await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
      await keyboard.press('Control+Enter')
      await page.getByTestId('state').waitFor()
      await train(page, () => keyboard.press('p'))

      const folder = checkRun(own.home)
      const picture = await download(page, () =>
        chooseIn(page, page.getByRole('combobox', { name: 'Save chart' }), 'Pic'),
      )
      checkPicture(picture.bytes)
      const weights = await download(page, async () => {
        await tabTo(page, page.getByRole('button', { name: 'Export…' }), 'Shift+Tab')
        await keyboard.press('Enter')
        await tabTo(page, page.getByRole('button', { name: /^Export weights of seed \d+$/ }))
        await keyboard.press('Enter')
      })
      checkWeights(weights.bytes, weights.name, folder)
      expect(complaints).toEqual([])
      await page.context().close()
    } finally {
      await own.close()
    }
  })
})
