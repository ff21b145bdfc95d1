/** The trash in a real Chromium, a thousand deleted runs in it: found, chosen by keys and mouse, restored, erased, and seen by another window. */
import { existsSync, mkdirSync, readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Locator, Page } from 'playwright'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeRuns } from '../bench/lab/make-runs.ts'
import { jsonLines, lab as terminal, runsOf } from '../unit/cli/lab.ts'
import { inspectView } from './inspect.ts'
import { tabTo } from './keyboard.ts'
import { lookAtLab, type OpenPage } from './look-at-lab.ts'
import { serveLab } from './served-lab.ts'

const ROOT = path.join(import.meta.dirname, '..', '..')
const KEPT = 5
const DELETED = 1000
const TINY = {
  name: 'tiny',
  dataset: { kind: 'copy-first-input', steps: 12, counts: { train: 64, validation: 16, test: 16 } },
  layers: [{ cell: 'mgu', units: 8 }],
  strategies: ['none'],
  training: { steps: 20, batch: 8 },
  measures: { vaa: null, vaaStar: null },
  seeds: [0],
}

/** Moves all but some runs into the trash, a minute apart, the first now and without a note of when. @returns them, the newest first */
function fillTrash(home: string): string[] {
  const trash = path.join(home, 'trash')
  mkdirSync(trash, { recursive: true })
  const ids = readdirSync(path.join(home, 'runs')).sort().slice(KEPT)
  for (const [index, id] of ids.entries()) {
    renameSync(path.join(home, 'runs', id), path.join(trash, id))
    if (index === 0) continue
    const deletedAt = new Date(Date.UTC(2026, 0, 1, 12) - index * 60_000).toISOString()
    writeFileSync(path.join(trash, `.${id}.deletion.json`), JSON.stringify({ formatVersion: 1, deletedAt }))
  }
  return ids
}

describe('the trash', () => {
  const under = lookAtLab(async () => {
    const home = path.join(ROOT, 'node_modules', '.cache', `test-trash-${process.pid}`)
    await makeRuns(home, KEPT + DELETED, () => undefined)
    deleted = fillTrash(home)
    truncateSync(path.join(home, 'trash', deleted[2]!, 'run.json'), 100)
    writeFileSync(path.join(home, 'settings.json'), JSON.stringify({ tourDone: true }))
    return serveLab({ home, isHomeRemoved: true })
  })
  let page: Page
  let other: Page
  let complaints: string[]
  let deleted: string[]

  async function open(): Promise<OpenPage> {
    const opened = await under.openPage()
    await opened.page.getByRole('link', { name: 'Design' }).waitFor()
    return opened
  }

  beforeAll(async () => {
    ;({ page, complaints } = await open())
    other = (await open()).page
  })

  const amount = (): Promise<string | null> => page.getByTestId('trash-amount').textContent()
  const otherAmount = (): Promise<string | null> => other.getByTestId('trash-amount').textContent()
  const found = (): Promise<string | null> => page.getByTestId('trash-found').textContent()
  const grid = (): Locator => page.getByRole('grid', { name: 'Deleted runs and sweeps' })
  const cursor = (): Promise<string | null> => page.locator('.cursor').getAttribute('aria-rowindex')
  const bar = (): Locator => page.getByRole('region', { name: 'Chosen entries' })
  const question = (): Locator => page.getByRole('group', { name: /for good\?$/ })
  const row = (id: string): Locator => page.getByRole('row').filter({ has: page.locator(`[title^="${id}"]`) })
  const inTrash = (id: string): boolean => existsSync(path.join(under.lab.home, 'trash', id))
  const isFocused = (locator: Locator): Promise<boolean> => locator.evaluate((one) => one === document.activeElement)

  it('is reached from the table of runs, and holds a window of a thousand runs, the last deleted first', async () => {
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.getByRole('search').getByRole('link', { name: 'Trash' }).click()
    await expect.poll(amount).toMatch(/^1,000 runs, [\d.]+ MB$/)
    await row(deleted[0]!).waitFor()
    expect(await grid().getAttribute('aria-rowcount')).toBe(`${DELETED + 1}`)
    expect(await page.getByRole('row').count()).toBeLessThan(60)
    await grid().focus()
    await page.keyboard.press('j')
    await page.keyboard.press('ArrowDown')
    await expect.poll(cursor).toBe('4')
    await page.keyboard.press('End')
    await row(deleted.at(-1)!).waitFor()
    await expect.poll(cursor).toBe(`${DELETED + 1}`)
    await page.keyboard.press('Home')
    await row(deleted[0]!).waitFor()
  })

  it('shows a damaged run with what is wrong, and every size, for everybody in both themes', async () => {
    const damaged = row(deleted[2]!)
    await damaged.getByText('Damaged').waitFor()
    // Nobody has written down when: it is told as a guess.
    const guessed = row(deleted[0]!).locator('[data-column="deleted"]')
    expect(await guessed.textContent()).toMatch(/^\s*≈ /)
    expect(await guessed.getAttribute('title')).toContain('before the lab wrote this down')
    expect(await damaged.locator('[data-column="deleted"]').textContent()).not.toContain('≈')
    await damaged.getByText(/The record of the run|is not JSON/i).waitFor()
    for (const size of await page.locator('[data-column="size"]').allTextContents())
      expect(size.trim()).toMatch(/^\d+ kB$/)
    await grid().focus()
    await page.keyboard.press(' ')
    await bar().waitFor()
    await inspectView(page, 'trash')
    await page.keyboard.press('Escape')
    await bar().waitFor({ state: 'detached' })
  })

  it('is reached by keys, from the palette and from the settings, which tell its size', async () => {
    const text = (await amount())!
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await expect.poll(() => page.getByTestId('trash-size').textContent()).toBe(text)
    await page.getByRole('link', { name: 'Open the trash' }).click()
    await expect.poll(amount).toBe(text)
    await page.keyboard.press('g')
    await page.keyboard.press('d')
    await page.getByRole('button', { name: 'Start' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('trash')
    await page.keyboard.press('Enter')
    await expect.poll(amount).toBe(text)
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.getByRole('grid', { name: 'Runs' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('b')
    await expect.poll(amount).toBe(text)
    await other.keyboard.press('g')
    await other.keyboard.press('b')
    await expect.poll(otherAmount).toBe(text)
  })

  it('is searched, and restores all that was found, by keys alone', async () => {
    await page.keyboard.press('/')
    await page.keyboard.insertText('nbrc T600 double') // at once: what is found on the way is of no interest
    await expect.poll(found).toMatch(/^\d\d found$/)
    const count = Number.parseInt((await found())!, 10)
    for (const text of await page.locator('[data-column="network"]').allTextContents()) expect(text).toContain('nbrc')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => isFocused(grid())).toBe(true)
    await page.keyboard.press('Control+a')
    await expect.poll(() => bar().getByRole('status').textContent()).toBe(`${count} chosen`)
    await page.keyboard.press('r')
    await expect.poll(found).toBe('0 found')
    await page.getByText(`Restored ${count} runs.`).waitFor()
    await page.getByText('Nothing in the trash matches.').waitFor()
    expect(runsOf(under.lab.home)).toHaveLength(KEPT + count)
    const left = `${(DELETED - count).toLocaleString('en-US')} runs`
    await expect.poll(amount).toContain(left)
    await expect.poll(otherAmount).toContain(left)
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByText(/^Restored/).waitFor({ state: 'detached' })
  })

  it('asks, with count and size, before it erases, and Escape and Enter keep all', async () => {
    const ids = readdirSync(path.join(under.lab.home, 'trash'))
    await row(deleted[0]!).waitFor()
    await grid().focus()
    await page.keyboard.press('Home')
    await page.keyboard.press(' ')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Shift+ArrowDown')
    await expect.poll(() => bar().getByRole('status').textContent()).toBe('3 chosen')
    await page.keyboard.press('Delete')
    await question().waitFor()
    expect(await question().getAttribute('aria-label')).toMatch(/^Erase 3 runs, \d+ kB, for good\?$/)
    await question().getByText('This cannot be undone.').waitFor()
    await expect.poll(() => isFocused(question().getByRole('button', { name: 'Keep' }))).toBe(true)
    await inspectView(page, 'trash-question')
    await page.keyboard.press('Escape')
    await question().waitFor({ state: 'detached' })
    await expect.poll(() => isFocused(grid())).toBe(true)
    await page.keyboard.press('Delete')
    await question().waitFor()
    await page.keyboard.press('Enter')
    await question().waitFor({ state: 'detached' })
    expect(readdirSync(path.join(under.lab.home, 'trash'))).toEqual(ids)
  })

  it('erases what is chosen, by keys alone', async () => {
    const gone = deleted.slice(0, 3)
    await expect.poll(() => isFocused(grid())).toBe(true)
    await page.keyboard.press('Delete')
    await question().waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Erased 3 runs.').waitFor()
    for (const id of gone) expect(inTrash(id)).toBe(false)
    for (const id of gone) await row(id).waitFor({ state: 'detached' })
    await bar().waitFor({ state: 'detached' })
    await expect.poll(() => isFocused(grid())).toBe(true)
    await expect.poll(otherAmount).toBe(await amount())
  })

  it('chooses with the mouse: by box, with Shift, with Ctrl; and erases or restores with buttons', async () => {
    const shown = page.locator('.body > [role="row"]')
    const at = (index: number): Locator => page.locator(`.body > [role="row"][aria-rowindex="${index + 2}"]`)
    await expect.poll(() => shown.count()).toBeGreaterThan(8)
    const idOf = async (index: number): Promise<string> =>
      (await at(index).locator('[data-column="name"]').getAttribute('title'))!
    const ids = await Promise.all([0, 1, 2, 3, 4, 5].map(idOf))
    await at(0).getByRole('checkbox').click()
    expect(await at(0).getByRole('checkbox').isChecked()).toBe(true)
    await at(2).click({ modifiers: ['Shift'] })
    await at(5).click({ modifiers: ['ControlOrMeta'] })
    await expect.poll(() => bar().getByRole('status').textContent()).toBe('4 chosen')
    await at(1).getByRole('checkbox').click()
    await expect.poll(() => bar().getByRole('status').textContent()).toBe('3 chosen')
    await bar().getByRole('button', { name: 'Restore' }).click()
    await page.getByText('Restored 3 runs.').waitFor()
    expect([0, 2, 5].map((index) => existsSync(path.join(under.lab.home, 'runs', ids[index]!)))).toEqual([
      true,
      true,
      true,
    ])
    await row(ids[0]!).waitFor({ state: 'detached' })
    await row(ids[1]!).getByRole('checkbox').click()
    await bar().getByRole('button', { name: 'Erase…' }).click()
    await question().getByRole('button', { name: 'Erase for good' }).click()
    await page.getByText('Erased 1 run.').waitFor()
    await row(ids[1]!).waitFor({ state: 'detached' })
    expect(inTrash(ids[1]!)).toBe(false)
    expect(inTrash(ids[3]!)).toBe(true)
  })

  it('says what became of one that was restored elsewhere meanwhile', async () => {
    await grid().focus()
    await page.keyboard.press('Home')
    const id = (await page.locator('.cursor [data-column="name"]').getAttribute('title'))!
    await page.keyboard.press(' ')
    await bar().waitFor()
    expect(await terminal(['trash', 'restore', id], under.lab.home)).toMatchObject({ code: 0 })
    await page.keyboard.press('r')
    const notice = page.getByRole('log', { name: 'Notices' })
    await notice.getByText(/restored or erased meanwhile/).waitFor()
    await row(id).waitFor({ state: 'detached' })
    await bar().waitFor({ state: 'detached' })
    await notice.getByRole('button', { name: 'Dismiss' }).first().click()
  })

  it('has a deleted sweep with its runs, which it takes along', async () => {
    const file = path.join(under.lab.home, 'sweep.json')
    writeFileSync(file, JSON.stringify({ name: 'alpha', config: TINY, grid: { 'training.batch': [4, 8] } }))
    const { stdout } = await terminal(['sweep', file, '--json'], under.lab.home)
    const sweepId = (jsonLines(stdout)[0] as { id: string }).id
    const before = runsOf(under.lab.home).sort()
    await page.getByRole('link', { name: 'Sweeps' }).click()
    await page.locator('a.sweep', { hasText: 'alpha' }).waitFor()
    await tabTo(page, page.locator('a.sweep', { hasText: 'alpha' }))
    const remove = page.getByRole('button', { name: 'With its 2 runs' })
    // The page may not have heard yet that the terminal is done with the sweep, which is kept until then.
    await expect
      .poll(async () => {
        await page.keyboard.press('Delete')
        return remove.count()
      })
      .toBe(1)
    await remove.click()
    await page.getByText('Deleted the sweep alpha and its 2 runs.').waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.goto(new URL('/trash', under.lab.address).href)
    await row(sweepId).getByText('with the 2 runs deleted with it').waitFor()
    await expect.poll(amount).toMatch(/ runs and 1 sweep, [\d.]+ MB$/)
    await page.getByRole('searchbox').fill('alpha')
    await expect.poll(found).toBe('3 found')
    await inspectView(page, 'trash-sweep')
    await grid().focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Delete')
    await expect.poll(() => question().getAttribute('aria-label')).toMatch(/^Erase 2 runs and 1 sweep, \d+ kB, /)
    await page.keyboard.press('Escape')
    await grid().focus()
    await page.keyboard.press('r')
    await page.getByText('Restored 2 runs and 1 sweep.').waitFor()
    expect(runsOf(under.lab.home).sort()).toEqual(before)
    expect(existsSync(path.join(under.lab.home, 'sweeps', `${sweepId}.json`))).toBe(true)
    await page.getByRole('searchbox').fill('')
  })

  it('is emptied, after a question with count and size', async () => {
    await expect.poll(amount).toMatch(/ runs, /)
    const text = (await amount())!
    await page.getByRole('button', { name: 'Empty the trash…' }).click()
    await expect.poll(() => question().getAttribute('aria-label')).toBe(`Empty the trash: erase ${text}, for good?`)
    await page.getByRole('button', { name: 'Erase for good' }).click()
    await page.getByText(/^Erased \d+ runs\.$/).waitFor()
    await expect.poll(amount).toBe('The trash is empty.')
    await expect.poll(otherAmount).toBe('The trash is empty.')
    expect(await page.getByRole('button', { name: 'Empty the trash…' }).isDisabled()).toBe(true)
    expect(readdirSync(path.join(under.lab.home, 'trash'))).toEqual(['sweeps'])
    await page.getByText('Runs and sweeps that you delete lie here').waitFor()
    expect(complaints).toEqual([])
  })
})
