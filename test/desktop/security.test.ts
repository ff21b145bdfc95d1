/**
 * Electron's security checklist (electronjs.org/docs/latest/tutorial/security), tried from within the app's own page: each test names its
 * items. Pages of others are in foreign-pages.test.ts, senders in unit/electron/sender.test.ts, the fuses (19) in packaged.test.ts; which
 * Electron is current (16) cannot be told here.
 */
import type { Request } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { contentSecurityPolicy } from '../../shared/protocol/content-security.ts'
import { DESKTOP_CHANNELS } from '../../shared/protocol/desktop-bridge.ts'
import { PAPER_URL } from '../../shared/protocol/external-links.ts'
import { PATIENCE_MS } from '../patience.ts'
import { electronLack, findNewestTestElectron, nextWindow, startDesktop, type DesktopLab } from './electron-lab.ts'
import { openForeignSite, type ForeignSite } from './foreign-site.ts'
import { describeUnless } from '../needs.ts'

/** Electron's types leave it out. */
interface Inspected {
  getLastWebPreferences(): Electron.WebPreferences
}

const electron = await findNewestTestElectron()

describeUnless(electronLack(electron))('the desktop’s page', () => {
  let desktop: DesktopLab
  let foreign: ForeignSite

  beforeAll(async () => {
    foreign = await openForeignSite()
    desktop = await startDesktop(electron.program!)
    desktop.page.setDefaultTimeout(PATIENCE_MS)
    await desktop.page.getByRole('button', { name: 'Start' }).waitFor()
  })

  afterAll(async () => {
    await desktop?.close()
    await foreign?.close()
  })

  /** A script in the page as if the user had clicked: what asks for a permission may ask. */
  const tryInPage = (script: string): Promise<unknown> =>
    desktop.app.evaluate(
      ({ BrowserWindow }, code) =>
        BrowserWindow.getAllWindows()
          .find((window) => window.isVisible())!
          .webContents.executeJavaScript(code, true) as Promise<unknown>,
      script,
    )

  // Playwright clicks nowhere after a navigation that was refused: the tests that click or load come first.
  it('comes from a scheme of its own, and so does all that it loads (1, 18)', async () => {
    const loaded: string[] = []
    const hear = (request: Request): void => void loaded.push(request.url())
    desktop.page.on('request', hear)
    await desktop.page.reload()
    await desktop.page.getByRole('button', { name: 'Start' }).waitFor()
    desktop.page.off('request', hear)
    expect(loaded.length).toBeGreaterThan(1)
    for (const url of loaded) expect(url).toMatch(/^(lab:\/\/app\/|data:|blob:lab:\/\/app\/)/)
  })

  it('opens no window, and in the user’s browser nothing but what the lab links to (14, 15)', async () => {
    await desktop.app.evaluate(({ shell }) => {
      const opened: string[] = []
      ;(globalThis as { opened?: string[] }).opened = opened
      shell.openExternal = async (url) => void opened.push(url)
    })
    const { page, app } = desktop
    const windows = await page.evaluate(
      (targets) => targets.map((url) => window.open(url) === null),
      [
        ...['lab://app/', 'about:blank', 'https://example.com/', 'http://example.com/', 'https://arxiv.org/'],
        ...['file:///etc/passwd', 'mailto:a@b.example', 'ms-msdt:/id', 'https://arxiv.org.example/abs/2106.01001'],
      ],
    )
    expect(windows).toEqual(windows.map(() => true))
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('link', { name: /arXiv:2106.01001/ }).click()
    const opened = (): Promise<unknown> => app.evaluate(() => (globalThis as { opened?: string[] }).opened)
    await expect.poll(opened).toEqual([PAPER_URL])
    expect(
      await app.evaluate(
        ({ BrowserWindow }) => BrowserWindow.getAllWindows().filter((window) => window.isVisible()).length,
      ),
    ).toBe(1)
  })

  it('can load nothing else, whichever way it tries (1, 7)', async () => {
    const refused = await desktop.page.evaluate(async (origin) => {
      const directives: string[] = []
      const wanted = 8
      const all = new Promise<void>((resolve) =>
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          directives.push(effectiveDirective)
          if (directives.length === wanted) resolve()
        }),
      )
      const add = (name: string, attributes: Record<string, string>): HTMLElement => {
        const element = Object.assign(document.createElement(name), attributes)
        document.body.append(element)
        return element
      }
      for (const url of [origin, 'file:///etc/passwd']) fetch(url).catch(() => undefined)
      new WebSocket(origin.replace('http', 'ws'))
      const added = [
        add('img', { src: origin }),
        add('script', { src: origin }),
        add('iframe', { src: origin }),
        add('object', { data: origin }),
        add('form', { action: origin, method: 'post' }),
      ]
      ;(added.at(-1) as HTMLFormElement).submit()
      await all
      for (const element of added) element.remove()
      return directives.sort()
    }, foreign.origin)
    expect(refused).toEqual([
      'connect-src',
      'connect-src',
      'connect-src',
      'form-action',
      'frame-src',
      'img-src',
      'object-src',
      'script-src-elem',
    ])
    expect(foreign.asked).toEqual([])
  })

  it('has nothing of Node or Electron but the lab’s bridge, and no way through it (2, 3, 20)', async () => {
    const seen = await desktop.page.evaluate(() => {
      const scope = window as unknown as Record<string, unknown>
      const bridge = scope.warmupLab as Record<string, () => unknown>
      const send = bridge.send!
      bridge.send = () => 'changed'
      return {
        globals: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter(
          (name) => scope[name] !== undefined,
        ),
        bridge: Object.entries(bridge).map(([name, value]) => `${name}: ${typeof value}`),
        isUnchanged: bridge.send === send,
        // Of an object of the preload's own world this would be a world with `require`.
        isOfThisWorld: send.constructor === Function && Object.getPrototypeOf(bridge) === Object.prototype,
      }
    })
    expect(seen).toEqual({
      globals: [],
      bridge: ['connect', 'send', 'onAction', 'saveFile', 'openFile'].map((name) => `${name}: function`),
      isUnchanged: true,
      isOfThisWorld: true,
    })
  })

  it('is sandboxed and isolated, with Chromium’s own security and no experiments, in every window (2, 3, 4, 6, 8 to 12)', async () => {
    const opened = nextWindow(desktop.app)
    await desktop.app.evaluate(({ Menu }) => {
      const newWindow = Menu.getApplicationMenu()!.items.flatMap(({ submenu }) => submenu?.items ?? [])
      newWindow.find(({ accelerator }) => accelerator === 'CmdOrCtrl+Shift+N')!.click()
    })
    const second = await opened
    const visibleCount = (): Promise<number> =>
      desktop.app.evaluate(
        ({ BrowserWindow }) => BrowserWindow.getAllWindows().filter((window) => window.isVisible()).length,
      )
    await expect.poll(visibleCount).toBe(2)
    // One that asks for graphics processors may be there, too.
    const preferences = await desktop.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map(({ webContents }) =>
        (webContents as unknown as Inspected).getLastWebPreferences(),
      ),
    )
    await second.close()
    for (const preference of preferences) {
      expect(preference).toMatchObject({
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
      })
      expect(preference.nodeIntegrationInWorker ?? false).toBe(false)
      expect(preference.enableBlinkFeatures ?? '').toBe('')
    }
  })

  it('may put a text into the clipboard, and is refused all else that it asks of the machine (5)', async () => {
    const states = (await tryInPage(`Promise.all(
      ['clipboard-write', 'clipboard-read', 'geolocation', 'notifications', 'camera', 'microphone', 'midi'].map((name) =>
        navigator.permissions.query({ name }).then(({ state }) => state)))`)) as string[]
    expect(states).toEqual(['granted', ...new Array<string>(6).fill('denied')])
    const refusals = await tryInPage(`Promise.all(Object.entries({
      camera: () => navigator.mediaDevices.getUserMedia({ video: true }),
      screen: () => navigator.mediaDevices.getDisplayMedia(),
      place: () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
      midi: () => navigator.requestMIDIAccess({ sysex: true }),
      notification: async () => { if (await Notification.requestPermission() === 'denied') throw new Error() },
      usb: async () => { await navigator.usb.requestDevice({ filters: [] }) },
      serial: async () => { await navigator.serial.requestPort() },
      hid: async () => { if ((await navigator.hid.requestDevice({ filters: [] })).length === 0) throw new Error() },
    }).map(([name, ask]) => ask().then(() => name, () => 'refused')))`)
    expect(new Set(refusals as string[])).toEqual(new Set(['refused']))
  })

  it('is served with the strict policy and its companions, and so is what is not there (7)', async () => {
    const answers = await desktop.page.evaluate(() =>
      Promise.all(
        ['/', '/runs', '/index.html', '/no-such.js', '/..%2f..%2fpackage.json', '/%2e%2e/electron/main.cjs'].map(
          async (path) => {
            const { status, headers } = await fetch(path)
            const read = (name: string): string | null => headers.get(name)
            return [
              path,
              status,
              read('content-security-policy'),
              read('x-content-type-options'),
              read('cross-origin-opener-policy'),
            ]
          },
        ),
      ),
    )
    const expected = (path: string, status: number): unknown[] => [
      path,
      status,
      contentSecurityPolicy([]),
      'nosniff',
      'same-origin',
    ]
    expect(answers).toEqual([
      ...['/', '/runs', '/index.html'].map((path) => expected(path, 200)),
      ...['/no-such.js', '/..%2f..%2fpackage.json', '/%2e%2e/electron/main.cjs'].map((path) => expected(path, 404)),
    ])
    for (const source of ["'unsafe-inline'", "'unsafe-eval'", '*', 'http:', 'https:'])
      expect(contentSecurityPolicy([])).not.toContain(source)
  })

  it('runs no text as a script (7)', async () => {
    const outcome = await desktop.page.evaluate(async () => {
      await new Promise((resolve) => setTimeout(resolve)) // what Playwright itself begins may evaluate texts
      const script = document.createElement('script')
      script.textContent = 'window.hasRun = true'
      document.body.append(script)
      script.remove()
      const link = Object.assign(document.createElement('a'), { href: 'javascript:window.hasRun = true' })
      document.body.append(link)
      link.click()
      link.remove()
      let error = ''
      try {
        new Function('window.hasRun = true')()
      } catch (caught) {
        error = (caught as Error).name
      }
      return { error, hasRun: (window as { hasRun?: boolean }).hasRun ?? false }
    })
    expect(outcome).toEqual({ error: 'EvalError', hasRun: false })
  })

  it('saves no file past the dialogs, and leaves no cookie', async () => {
    const isPrevented = await desktop.app.evaluate(({ BrowserWindow, session }) => {
      const judged = new Promise<boolean>((resolve) =>
        session.defaultSession.once('will-download', (event) => {
          resolve(event.defaultPrevented)
          event.preventDefault()
        }),
      )
      void BrowserWindow.getAllWindows()
        .find((window) => window.isVisible())!
        .webContents.executeJavaScript(
          `document.cookie = 'a=b'
        Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob(['a'])), download: 'a.txt' }).click()`,
          true,
        )
      return judged
    })
    expect(isPrevented).toBe(true)
    expect(await desktop.app.evaluate(({ session }) => session.defaultSession.cookies.get({}))).toEqual([])
  })

  it('is heard on the lab’s channels alone (17)', async () => {
    const names = await desktop.app.evaluate(({ ipcMain }) => ipcMain.eventNames().filter((name) => name !== 'error'))
    const { command, connect, received, executorFailed } = DESKTOP_CHANNELS
    // The last one is heard while a window computes, and of that alone.
    expect(new Set([...names, executorFailed])).toEqual(new Set([command, connect, received, executorFailed]))
  })

  it('leads nowhere else (13)', async () => {
    const address = desktop.page.url()
    for (const target of [`${foreign.origin}/left`, 'https://example.com/', 'lab://other/', 'lab://apple/']) {
      const isPrevented = await desktop.app.evaluate(({ BrowserWindow }, url) => {
        const { webContents } = BrowserWindow.getAllWindows().find((window) => window.isVisible())!
        const judged = new Promise<boolean>((resolve) => {
          // Whichever comes: a navigation that is prevented is not judged further.
          webContents.once('will-navigate', (event) => resolve(event.defaultPrevented))
          webContents.once('will-frame-navigate', (event) => resolve(event.defaultPrevented))
        })
        void webContents.executeJavaScript(`location.href = ${JSON.stringify(url)}`, true)
        return judged
      }, target)
      expect(isPrevented, target).toBe(true)
    }
    expect(desktop.page.url()).toBe(address)
    expect(foreign.asked).toEqual([])
  })
})
