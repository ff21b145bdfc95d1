/** The frame of every view: tour, shortcuts, settings and themes, with keys alone, without a violation that axe finds and without a complaint. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { giveFile } from './file-chooser.ts'
import { inspectView, themeOf } from './inspect.ts'
import { lookAtLab, PICTURES, type OpenPage } from './look-at-lab.ts'
import { serveLab } from './served-lab.ts'

describe('the frame', () => {
  const at = lookAtLab(() => serveLab({ isFirstRun: true }))

  async function openPage(): Promise<OpenPage> {
    const opened = await at.openPage()
    await opened.page.getByRole('link', { name: 'Design' }).waitFor()
    return opened
  }

  it('begins with a tour that keys lead through, that trains the quick preset, and that does not come back', async () => {
    const { page, complaints } = await openPage()
    const tour = page.getByRole('dialog', { name: 'Tour' })
    await tour.waitFor()
    await expect.poll(() => tour.evaluate((panel) => panel === document.activeElement)).toBe(true)
    await inspectView(page, 'tour', '.tour')
    for (const heading of ['Design an experiment', 'Train your first networks']) {
      await tour.getByRole('button', { name: 'Next' }).press('Enter')
      await tour.getByRole('heading', { name: heading }).waitFor()
      await expect.poll(() => tour.evaluate((panel) => panel === document.activeElement)).toBe(true)
    }
    await tour.getByRole('button', { name: 'Train the quick preset' }).press('Enter')
    await tour.getByRole('heading', { name: 'Watch it live' }).waitFor()
    await expect.poll(() => page.getByTestId('state').textContent()).toBe('Running')
    await page.screenshot({ path: path.join(PICTURES, 'tour-watch.png') })
    await page.keyboard.press('Escape')
    await expect.poll(() => tour.count()).toBe(0)
    await page.keyboard.press('p')
    await expect.poll(() => page.getByTestId('state').textContent()).toBe('Paused')
    await page.reload()
    await expect.poll(() => page.getByTestId('state').textContent()).toBe('Paused')
    expect(await tour.count()).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('shows all shortcuts on `?`, and the keys that it shows do what it says', async () => {
    const { page, complaints } = await openPage()
    await page.keyboard.press('?')
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await dialog.waitFor()
    await inspectView(page, 'shortcuts')
    await page.keyboard.press('Escape')
    await expect.poll(() => dialog.count()).toBe(0)
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await expect.poll(() => page.url()).toContain('/runs')
    await page.locator('a.run').first().waitFor()
    await page.keyboard.press('j')
    await page.getByRole('grid').press('Enter')
    await expect.poll(() => page.url()).toMatch(/\/runs\/.+/)
    await page.keyboard.press('/')
    const search = page.getByRole('searchbox')
    await expect.poll(() => search.evaluate((field) => field === document.activeElement)).toBe(true)
    await page.keyboard.type('gx?')
    expect(await search.inputValue()).toBe('gx?')
    expect(await dialog.count()).toBe(0)
    await search.fill('')
    await page.keyboard.press('Tab')
    await page.keyboard.press('g')
    await page.keyboard.press('t')
    await page.getByRole('dialog', { name: 'Tour' }).waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('has settings that hold at once and in every window; single keys can be switched off', async () => {
    const { page, complaints } = await openPage()
    const other = await openPage()
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    await inspectView(page, 'settings')
    await page.getByRole('radio', { name: 'Dark' }).check()
    await expect.poll(() => themeOf(other.page)).toBe('dark')
    await page.getByRole('radio', { name: 'Light' }).check()
    await expect.poll(() => themeOf(other.page)).toBe('light')
    await page.getByRole('checkbox', { name: 'Single keys' }).uncheck()
    await expect.poll(() => page.getByRole('checkbox', { name: 'Single keys' }).isChecked()).toBe(false)
    const saved = (): Promise<string> => readFile(path.join(at.lab.home, 'settings.json'), 'utf8')
    await expect.poll(saved).toContain('"singleKeys": false')
    // It is on the disk before the page hears of it; what is changed after it is heard of after it.
    await page.getByRole('radio', { name: 'Dark' }).check()
    await expect.poll(() => themeOf(page)).toBe('dark')
    await page.getByRole('heading', { name: 'Settings' }).click()
    await page.keyboard.press('?')
    await page.keyboard.press('g')
    await page.keyboard.press('d')
    expect(await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).count()).toBe(0)
    expect(page.url()).toContain('/settings')
    await page.getByRole('checkbox', { name: 'Single keys' }).check()
    await page.getByRole('radio', { name: 'System', exact: true }).check()
    expect([...complaints, ...other.complaints]).toEqual([])
    await page.context().close()
    await other.page.context().close()
  })

  it('saves the design to a file by Ctrl+S and opens it again by Ctrl+O; a file that is none is told with its remedy', async () => {
    const { page, complaints } = await openPage()
    await page.getByRole('button', { name: 'Start' }).waitFor()
    const downloading = page.waitForEvent('download')
    await page.keyboard.press('Control+s')
    const download = await downloading
    expect(download.suggestedFilename()).toMatch(/\.json$/)
    const saved = await download.path()
    await page.getByLabel('Name').fill('another')
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Control+o')])
    // An input outside of the page is collected under its open dialog, and with it the answer.
    expect(await chooser.element().evaluate((input) => input.isConnected)).toBe(true)
    await chooser.setFiles(saved)
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe(path.parse(download.suggestedFilename()).name)
    await giveFile(page, { name: 'broken.json', bytes: Buffer.from('{ no') }, () => page.keyboard.press('Control+o'))
    expect(await page.locator('input[type=file]').count()).toBe(0)
    await page.getByText('Choose a configuration that the lab has saved').waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
