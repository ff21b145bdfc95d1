/**
 * The desktop around its page, in a real Electron: menu, file dialogs, windows that show one state, the rate of messages, a page that
 * is busy, a page that is killed, and what becomes of a run when its window is closed. Electron's dialogs are answered by the test.
 */
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import { makeLabHome } from '../lab-home.ts'
import { LONG_CONFIG, SMALL_CONFIG } from '../unit/lab/lab-helpers.ts'
import { electronLack, findTestElectron, nextWindow, startDesktop, type DesktopLab } from './electron-lab.ts'
import { PATIENCE_MS } from '../patience.ts'
import { describeUnless } from '../needs.ts'

const electron = await findTestElectron()
describeUnless(electronLack(electron))('the desktop’s shell', () => {
  let desktop: DesktopLab

  afterEach(() => desktop?.close())

  async function open(files: Readonly<Record<string, string>> = {}, home?: string): Promise<DesktopLab> {
    desktop = await startDesktop(electron.program!, {}, { files, home })
    desktop.page.setDefaultTimeout(PATIENCE_MS)
    await desktop.page.getByRole('button', { name: 'Start' }).waitFor()
    return desktop
  }

  /** Starts what a configuration file says, chosen in the dialog that the menu opens. */
  async function startFromFile({ app, page, home }: DesktopLab, config: object): Promise<void> {
    const file = path.join(home, 'design.json')
    await writeFile(file, JSON.stringify(config))
    await app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] })
    }, file)
    await choose('design.open')
    await page.getByRole('heading', { name: (config as { name: string }).name }).waitFor()
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByTestId('state').waitFor()
  }

  const choose = (id: string): Promise<void> =>
    desktop.app.evaluate(({ Menu }, item) => Menu.getApplicationMenu()!.getMenuItemById(item)!.click(), id)

  /** Of the page in Electron's own words: also of one that Playwright has lost. */
  const read = (script: string): Promise<unknown> =>
    desktop.app.evaluate(
      ({ BrowserWindow }, code) =>
        BrowserWindow.getAllWindows()
          .find((window) => window.isVisible())!
          .webContents.executeJavaScript(code) as Promise<unknown>,
      script,
    )
  const position = (): Promise<unknown> =>
    read(`Number(document.querySelector('[data-testid="last-position"]')?.textContent ?? -1)`)

  it('leads from view to view by its menu, and every action of the menu is one that the page knows', async () => {
    const { page, app } = await open()
    await choose('go.runs')
    await expect.poll(() => page.url()).toContain('/runs')
    await choose('go.settings')
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    await choose('run.fork') // of no run: nothing happens
    await choose('help.shortcuts')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    const accelerators = await app.evaluate(({ Menu }) => {
      const all: string[] = []
      const walk = (menu: Electron.Menu): void =>
        menu.items.forEach((item) => {
          if (item.accelerator) all.push(String(item.accelerator))
          if (item.submenu) walk(item.submenu)
        })
      walk(Menu.getApplicationMenu()!)
      return all
    })
    expect(new Set(accelerators).size).toBe(accelerators.length)
    expect(accelerators).toContain('CmdOrCtrl+O')
  })

  it('saves and opens files by the system’s dialogs, and refuses what is no request', async () => {
    const { page, app, home } = await open()
    const target = path.join(home, 'saved.json')
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath })
    }, target)
    await choose('design.save')
    await expect.poll(() => existsSync(target)).toBe(true)
    expect(JSON.parse(await readFile(target, 'utf8'))).toHaveProperty('training')

    await app.evaluate(({ dialog }) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath: '/no/such/folder/file' })
    })
    await choose('design.save')
    await page.getByText('this file cannot be written').waitFor()

    const answers = await page.evaluate(async () => {
      const bridge = window as unknown as { warmupLab: { saveFile(request: unknown): Promise<unknown> } }
      return Promise.all(
        [
          { fileName: '../escaped', mediaType: 'text/plain', base64: '' },
          { fileName: 'name', mediaType: 'text/plain', base64: 'no base64!' },
          { fileName: 'name', mediaType: 'text/plain', base64: '', path: '/etc/passwd' },
          null,
        ].map((request) => bridge.warmupLab.saveFile(request)),
      )
    })
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, error: { code: 'protocol' } })
  })

  it('opens where the last window stood, unless that is on no screen of today', async () => {
    const bounds = { x: 60, y: 40, width: 1000, height: 640 }
    const boundsOf = (): Promise<unknown> =>
      desktop.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()
          .find((window) => window.isVisible())!
          .getNormalBounds(),
      )
    await open({ 'window.json': JSON.stringify({ bounds, isMaximized: false }) })
    expect(await boundsOf()).toMatchObject({ width: 1000, height: 640 })
    await desktop.close()
    await open({ 'window.json': JSON.stringify({ bounds: { ...bounds, x: 9000 }, isMaximized: false }) })
    expect(await boundsOf()).toMatchObject({ width: 1280, height: 840 })
    await desktop.close()
    await open({ 'window.json': '{ no' })
    expect(await boundsOf()).toMatchObject({ width: 1280, height: 840 })
  })

  it('puts a link to the design into the clipboard, and may ask for nothing else of the machine', async () => {
    const { app, page } = await open()
    await choose('design.copy-link')
    await page.getByText('Link copied').waitFor()
    expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toMatch(/^lab:\/\/app\/design#design=[\w-]+$/)
    const states = await page.evaluate(() =>
      Promise.all(
        ['clipboard-read', 'geolocation', 'notifications', 'camera', 'midi'].map((name) =>
          navigator.permissions.query({ name: name as PermissionName }).then(({ state }) => state),
        ),
      ),
    )
    expect(states).not.toContain('granted')
  })

  it('answers what is no command with an error or not at all, and goes on', async () => {
    const { page } = await open()
    const answers = await page.evaluate(async () => {
      const { warmupLab } = window as unknown as { warmupLab: { send(message: unknown): void } }
      const nothing = [null, 7, 'run.delete', [], {}, { kind: 'command' }, { kind: 'result', id: 1 }]
      const named = ['__proto__', 'constructor', 'rm', '', 'x'.repeat(1000)].map((name) => ({ name, payload: {} }))
      const wrong = [
        { name: 'run.delete', payload: { runId: 7 } },
        { name: 'run.delete', payload: { runId: '../..' } },
      ]
      for (const message of nothing) warmupLab.send(message)
      ;[...named, ...wrong].forEach((message, id) => warmupLab.send({ kind: 'command', id: 9000 + id, ...message }))
      return nothing.length + named.length + wrong.length
    })
    expect(answers).toBeGreaterThan(10)
    await page.getByRole('link', { name: /^Runs/ }).click()
    await page.getByRole('link', { name: 'Design' }).click()
    await page.getByRole('button', { name: /^quick/ }).click()
    await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
  })

  it('shows one state in two windows', async () => {
    const { page, app } = await open()
    const opened = nextWindow(app)
    await app.evaluate(({ Menu }) => {
      const file = Menu.getApplicationMenu()!.items.find(({ submenu }) =>
        submenu?.items.some(({ label }) => label === 'New Window'),
      )!
      file.submenu!.items.find(({ label }) => label === 'New Window')!.click()
    })
    const second = await opened
    second.setDefaultTimeout(PATIENCE_MS)
    await second.getByRole('button', { name: 'Start' }).waitFor()
    await page.getByRole('link', { name: /^Runs/ }).click()
    // The new window is in front: the menu speaks to it.
    await startFromFile({ ...desktop, page: second }, { ...SMALL_CONFIG, strategies: ['none'] })
    await page.getByRole('link', { name: 'small', exact: true }).click()
    for (const window of [page, second])
      await expect.poll(() => window.getByTestId('state').textContent()).toBe('Finished')
    await second.getByLabel('Theme').selectOption('dark')
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
    await second.close()
  })

  it('sends a window at most 30 batches a second, few to one that is busy, and no event is lost', async () => {
    await open()
    await desktop.app.evaluate(({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.getAllWindows().find((window) => window.isVisible())!
      const send = webContents.send.bind(webContents)
      const times: number[] = []
      ;(globalThis as { sentAt?: number[] }).sentAt = times
      webContents.send = (channel: string, ...rest: unknown[]) => {
        if (String(rest[1]).startsWith('{"kind":"events"')) times.push(performance.now())
        send(channel, ...rest)
      }
    })
    const sentAt = (): Promise<number[]> =>
      desktop.app.evaluate(() => [...(globalThis as unknown as { sentAt: number[] }).sentAt])
    await startFromFile(desktop, {
      ...SMALL_CONFIG,
      strategies: ['none'],
      seeds: [0, 1, 2, 3, 4, 5, 6, 7],
      training: { steps: 3000, batch: 8 },
    })
    await expect.poll(position).toBeGreaterThan(100)
    const before = (await sentAt()).length
    await desktop.page.evaluate(() => {
      const end = performance.now() + 2000
      while (performance.now() < end);
    })
    // What was under way when the page became busy, what it answered before, and no more.
    expect((await sentAt()).length - before).toBeLessThan(30)
    await expect.poll(() => desktop.page.getByTestId('state').textContent()).toBe('Finished')
    await expect.poll(position).toBe(3000)
    const times = await sentAt()
    for (const time of times)
      expect(times.filter((other) => other >= time && other < time + 1000).length).toBeLessThanOrEqual(31)
  })

  it('brings a killed page back, whole, while the run goes on', async () => {
    await open()
    await startFromFile(desktop, LONG_CONFIG)
    await expect.poll(position).toBeGreaterThan(50)
    const before = (await position()) as number
    await desktop.app.evaluate(({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.getAllWindows().find((window) => window.isVisible())!
      return new Promise<void>((resolve) => {
        webContents.once('render-process-gone', () => resolve())
        process.kill(webContents.getOSProcessId(), 'SIGKILL')
      })
    })
    await expect.poll(() => position().catch(() => -1)).toBeGreaterThan(before)
    expect(await read(`document.querySelector('[data-testid="state"]').textContent`)).toBe('Running')
    await read(`window.dispatchEvent(new KeyboardEvent('keydown', { key: 'p' }))`)
    await expect.poll(() => read(`document.querySelector('[data-testid="state"]').textContent`)).toBe('Paused')
  })

  it('asks before a window with a running run closes: cancelled, it stays; trained on, the run goes on and a new window shows it', async () => {
    const { app } = await open()
    await startFromFile(desktop, LONG_CONFIG)
    await expect.poll(position).toBeGreaterThan(50)
    await app.evaluate(({ app: electronApp, dialog, BrowserWindow }) => {
      const state = { asked: 0, response: 2 }
      ;(globalThis as { answers?: typeof state }).answers = state
      dialog.showMessageBox = async () => {
        state.asked++
        return { response: state.response, checkboxChecked: false }
      }
      BrowserWindow.getAllWindows()
        .find((window) => window.isVisible())!
        .close()
      void electronApp
    })
    const asked = (): Promise<number> =>
      app.evaluate(() => (globalThis as unknown as { answers: { asked: number } }).answers.asked)
    const windowCount = (): Promise<number> =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().filter((window) => window.isVisible()).length)
    await expect.poll(asked).toBe(1)
    expect(await windowCount()).toBe(1)
    await app.evaluate(({ BrowserWindow }) => {
      ;(globalThis as unknown as { answers: { response: number } }).answers.response = 0
      BrowserWindow.getAllWindows()
        .find((window) => window.isVisible())!
        .close()
    })
    await expect.poll(windowCount).toBe(0)
    const reopened = nextWindow(app)
    await app.evaluate(({ app: electronApp }) => electronApp.emit('second-instance'))
    const page = await reopened
    await page.getByRole('link', { name: /^Runs/ }).click()
    await page.getByRole('link', { name: 'long', exact: true }).click()
    await expect.poll(() => page.getByTestId('state').textContent()).toBe('Running')
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect.poll(() => page.getByTestId('state').textContent()).toBe('Paused')
  })

  it('saves before it quits, and only one instance has the home', async () => {
    const { app, home } = await open()
    await startFromFile(desktop, LONG_CONFIG)
    await expect.poll(position).toBeGreaterThan(50)
    expect(await app.evaluate(({ app: electronApp }) => electronApp.hasSingleInstanceLock())).toBe(true)
    const runId = decodeURIComponent(new URL(desktop.page.url()).pathname.split('/').at(-1)!)
    await app.evaluate(({ dialog }) => {
      dialog.showMessageBox = async () => ({ response: 0, checkboxChecked: false })
    })
    await app.close() // as the menu's Quit does
    const record = JSON.parse(await readFile(path.join(home, 'runs', runId, 'run.json'), 'utf8')) as { status: string }
    expect(record.status).toBe('paused')
    expect(existsSync(path.join(home, 'runs', runId, 'checkpoint.safetensors'))).toBe(true)
    const window = JSON.parse(await readFile(path.join(home, 'window.json'), 'utf8')) as { bounds: { width: number } }
    expect(window.bounds.width).toBeGreaterThan(700)
  })

  it('says at the quit that it keeps the queue, and offers it at the next start', async () => {
    const home = await makeLabHome(false)
    onTestFinished(() => rm(home, { recursive: true, force: true }))
    const { app } = await open({}, home)
    const names = ['first', 'second', 'third']
    for (const name of names) await startFromFile(desktop, { ...LONG_CONFIG, name })
    await app.evaluate(({ app: electronApp, dialog }) => {
      const answers = { detail: '', response: 1 }
      ;(globalThis as { answers?: typeof answers }).answers = answers
      dialog.showMessageBox = async (...given: unknown[]) => {
        answers.detail = (given.at(-1) as { detail: string }).detail
        return { response: answers.response, checkboxChecked: false }
      }
      electronApp.quit()
    })
    const detail = (): Promise<string> =>
      app.evaluate(() => (globalThis as unknown as { answers: { detail: string } }).answers.detail)
    await expect.poll(detail).toContain('the queue of 3 jobs')
    await app.evaluate(() => {
      ;(globalThis as unknown as { answers: { response: number } }).answers.response = 0
    })
    await desktop.close()

    const { page } = await open({}, home)
    await page.getByRole('link', { name: '3 jobs wait from the last session' }).click()
    const namesIn = (region: string): Promise<string[]> =>
      page.getByRole('region', { name: region, exact: true }).locator('li .name > span:first-child').allTextContents()
    await expect.poll(() => namesIn('Last session')).toEqual(names)
    expect(await namesIn('Queue')).toEqual([])
    await choose('queue.resume-held')
    await expect.poll(() => namesIn('Queue')).toEqual(names)
    expect(await namesIn('Last session')).toEqual([])
  })
})
