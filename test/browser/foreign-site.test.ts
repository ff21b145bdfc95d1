/** The lab beside another service of this machine, in a real Chromium: what that service is sent opens nothing, and what its page does ends nothing. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { bearer, doorOf, RawConnection, upgradeText, type Door } from '../faults/door.ts'
import { openAndDropPages, serveForeignSite, type ForeignSite } from '../faults/foreign-page.ts'
import { ScriptWindow } from '../faults/script-window.ts'
import { launchChromium, serveLab, type ServedLab } from './served-lab.ts'

const PAGES = 4
const ATTEMPTS_PER_PAGE = 24

describe('a service on another port', () => {
  let browser: Browser
  let lab: ServedLab
  let door: Door

  beforeAll(async () => {
    browser = await launchChromium()
    lab = await serveLab()
    door = doorOf(lab.address)
  })
  afterAll(async () => {
    await browser?.close()
    await lab?.close()
  })

  async function makeSite(): Promise<ForeignSite> {
    const site = await serveForeignSite(door)
    onTestFinished(() => site.close())
    return site
  }

  const isUpgraded = async (headers: readonly string[]): Promise<boolean> => {
    const connection = await RawConnection.open(door)
    await connection.write(upgradeText(door, headers))
    await connection.until((received) => received.includes('\r\n\r\n'))
    await connection.reset()
    return connection.received.toString('latin1').startsWith('HTTP/1.1 101 ')
  }

  it('is sent the browser’s cookie of the lab, which holds no token and opens no socket', async () => {
    const site = await makeSite()
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(lab.address)
    await page.getByRole('button', { name: 'Start' }).waitFor()
    expect(page.url()).not.toMatch(/token|key/)
    const other = await context.newPage()
    await other.goto(site.address)
    expect(site.cookies[0]).toContain(`warmup-lab-${door.port}=`)
    expect(site.cookies.join()).not.toContain(door.token)
    expect(await isUpgraded([`Cookie: ${site.cookies[0]}`, `Origin: http://127.0.0.1:${door.port}`])).toBe(false)
    expect(await isUpgraded([bearer(door)])).toBe(true)
    // What the lab's page keeps is its origin's, which a port is part of.
    expect(await other.evaluate(() => indexedDB.databases())).toEqual([])
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(door.token)
    await context.close()
  })

  it('could stand between the lab and a page of `localhost`, so that name leads to 127.0.0.1', async () => {
    const page = await browser.newPage()
    await page.goto(lab.address.replace('127.0.0.1', 'localhost'))
    await page.getByRole('button', { name: 'Start' }).waitFor()
    expect(new URL(page.url()).hostname).toBe('127.0.0.1')
    await page.goto(`http://localhost:${door.port}/runs`)
    await page.getByRole('heading', { name: 'Runs' }).waitFor()
    expect(page.url()).toBe(`http://127.0.0.1:${door.port}/runs`)
    await page.close()
  })

  it('leads to the lab with a key of its own in the address: the lab’s page keeps the one that it has', async () => {
    const page = await browser.newPage()
    await page.goto(lab.address)
    await page.getByRole('button', { name: 'Start' }).waitFor()
    for (const made of ['1-a.AAAA', 'no-key', `${Math.floor(Date.now() / 1000)}-${'a'.repeat(16)}.${'A'.repeat(43)}`]) {
      await page.goto('about:blank')
      await page.goto(`http://127.0.0.1:${door.port}/runs#key=${made}`)
      await page.getByText('Connected').waitFor()
      expect(page.url()).toBe(`http://127.0.0.1:${door.port}/runs`)
    }
    await page.goto('about:blank')
    await page.goto(`http://127.0.0.1:${door.port}/runs`)
    await page.getByText('Connected').waitFor()
    await page.close()
  })

  it('has a page that opens sockets and drops them: the lab answers on', async () => {
    const site = await makeSite()
    const window = await ScriptWindow.open(door)
    let pages = 0
    const attempts = await openAndDropPages(browser, site, ATTEMPTS_PER_PAGE, () => pages++ === PAGES)
    expect(attempts).toBeGreaterThanOrEqual(PAGES * ATTEMPTS_PER_PAGE)
    expect(await window.execute('presets.list', {})).not.toEqual([])
    await window.close()
  })
})
