/**
 * Electron's security checklist once more, for a page that is not the app's and yet stands in one of its windows (a defect would be needed
 * for that): it leads nowhere, opens and holds nothing, is granted nothing and is not heard.
 */
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureBuilt } from '../../main/server/build-app.ts'
import { electronLack, findNewestTestElectron, startDesktop, type DesktopLab } from './electron-lab.ts'
import { openForeignSite, type ForeignSite } from './foreign-site.ts'
import { describeUnless } from '../needs.ts'

const electron = await findNewestTestElectron()
/** The first that judges frames within a page. */
const FRAMES_SINCE = 25

describeUnless(electronLack(electron))('a foreign page in a window of the desktop', () => {
  let desktop: DesktopLab
  let foreign: ForeignSite
  let electronMajor: number

  beforeAll(async () => {
    foreign = await openForeignSite()
    desktop = await startDesktop(electron.program!)
    electronMajor = await desktop.app.evaluate(() => Number.parseInt(process.versions.electron, 10))
    const preload = path.join(await ensureBuilt('electron'), 'preload.cjs')
    // With all that the app's own window has, and more.
    await desktop.app.evaluate(
      async ({ BrowserWindow }, { url, script }) => {
        const window = new BrowserWindow({ show: false, webPreferences: { preload: script, webviewTag: true } })
        ;(globalThis as { foreignWindow?: unknown }).foreignWindow = window
        await window.loadURL(url)
      },
      { url: `${foreign.origin}/`, script: preload },
    )
  })

  afterAll(async () => {
    await desktop?.close()
    await foreign?.close()
  })

  /** A script in the foreign page, as if the user had clicked there. */
  const tryInPage = (script: string): Promise<unknown> =>
    desktop.app.evaluate(
      (_, code) =>
        (
          globalThis as unknown as { foreignWindow: Electron.BrowserWindow }
        ).foreignWindow.webContents.executeJavaScript(code, true) as Promise<unknown>,
      script,
    )

  /** Whether the first of these events that comes of what the page does has been prevented. */
  const isPrevented = (events: readonly string[], script: string): Promise<boolean> =>
    desktop.app.evaluate(
      (_, { names, code }) => {
        const { webContents } = (globalThis as unknown as { foreignWindow: Electron.BrowserWindow }).foreignWindow
        const judged = new Promise<boolean>((resolve) => {
          for (const name of names)
            webContents.once(name as 'will-navigate', (event) => resolve(event.defaultPrevented))
        })
        void webContents.executeJavaScript(code, true)
        return judged
      },
      { names: [...events], code: script },
    )

  it.each(['/elsewhere', 'lab://other/', 'https://example.com/'])('does not lead to %s (13)', async (target) => {
    expect(
      await isPrevented(['will-navigate', 'will-frame-navigate'], `location.href = ${JSON.stringify(target)}`),
    ).toBe(true)
    expect(foreign.asked).not.toContain('/elsewhere')
  })

  it('is not led on by a redirect (13)', async () => {
    const outcome = await desktop.app.evaluate(async ({ BrowserWindow }, url) => {
      const window = new BrowserWindow({ show: false })
      const loaded = await window.loadURL(url).then(
        () => true,
        () => false,
      )
      window.destroy()
      return loaded
    }, `${foreign.origin}/redirect`)
    expect(outcome).toBe(false)
    expect(foreign.asked).toContain('/redirect')
    expect(foreign.asked).not.toContain('/landed')
  })

  it('holds no frame (13)', async ({ skip }) => {
    skip(electronMajor < FRAMES_SINCE, 'This Electron does not judge frames.')
    await desktop.app.evaluate(async ({ BrowserWindow }, url) => {
      const window = new BrowserWindow({ show: false })
      await window.loadURL(url) // until all of it is loaded, or refused
      window.destroy()
    }, `${foreign.origin}/frame`)
    expect(foreign.asked).toContain('/frame')
    expect(foreign.asked).not.toContain('/framed')
  })

  it('holds no page of its own (11, 12)', async () => {
    const script = `document.body.append(Object.assign(document.createElement('webview'), { src: '/held', allowpopups: true }))`
    expect(await isPrevented(['will-attach-webview'], script)).toBe(true)
    expect(foreign.asked).not.toContain('/held')
  })

  it('opens no window (14)', async () => {
    expect(await tryInPage(`['/window', 'lab://app/', 'about:blank'].map((url) => window.open(url) === null)`)).toEqual(
      [true, true, true],
    )
  })

  it('is granted nothing, the clipboard neither (5)', async () => {
    const states = await tryInPage(`Promise.all(
      ['clipboard-write', 'clipboard-read', 'geolocation', 'notifications', 'camera', 'midi'].map((name) =>
        navigator.permissions.query({ name }).then(({ state }) => state)))`)
    expect(states).toEqual(new Array<string>(6).fill('denied'))
  })

  it('is not heard, though it has the bridge (17)', async () => {
    await desktop.app.evaluate(({ dialog }) => {
      dialog.showSaveDialog = async () => ({ canceled: true, filePath: '' })
      dialog.showOpenDialog = async () => ({ canceled: true, filePaths: [] })
    })
    const answer = await tryInPage(`(async () => {
      const heard = []
      warmupLab.connect((message) => heard.push(message))
      warmupLab.send({ id: 1, command: { type: 'runs.list' } })
      const answers = await Promise.all([
        warmupLab.saveFile({ fileName: 'a.txt', mediaType: 'text/plain', base64: '' }),
        warmupLab.openFile({ title: 'a', extensions: ['txt'], mostBytes: 1 }),
      ])
      return { heard, codes: answers.map(({ ok, error }) => !ok && error.code) }
    })()`)
    expect(answer).toEqual({ heard: [], codes: ['unauthorized', 'unauthorized'] })
  })
})
