/** A real Electron with the lab in it: found, built, and started under a display of its own where there is none. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmod, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { _electron, chromium, errors, type ElectronApplication, type Page } from 'playwright'
import { findElectron, type FoundElectron } from '../../main/cli/desktop.ts'
import { ensureBuilt } from '../../main/server/build-app.ts'
import { installDebianPackage } from '../debian-package.ts'
import { makeLabHome } from '../lab-home.ts'
import type { Lack } from '../needs.ts'
import { PATIENCE_MS } from '../patience.ts'

const MOST_LAUNCHES = 3
/** The folder of an Electron that can do what an old one cannot. Beside it, `ELECTRON_OVERRIDE_DIST_PATH` names the oldest that the lab runs on. */
const NEWEST = 'WARMUP_LAB_TESTS_NEWEST_ELECTRON'
/** Set to 1, tests that need Electron fail without it. */
const ELECTRON_DEMANDED = 'WARMUP_LAB_TESTS_NEED_ELECTRON'

/** The program's path, or why the desktop cannot be tested here: that of the environment, or what Electron's own package has downloaded. */
export function findTestElectron(): Promise<FoundElectron> {
  return findElectron({ ...process.env, DISPLAY: ':0' }, false)
}

/** For what an old Electron cannot do; the old one where no other can be had. */
export function findNewestTestElectron(): Promise<FoundElectron> {
  const folder = process.env[NEWEST] ?? process.env.ELECTRON_OVERRIDE_DIST_PATH
  return findElectron({ ...process.env, DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: folder }, false)
}

/** @throws where it is demanded and not there */
export function electronLack(found: FoundElectron): Lack {
  if (found.program !== null) return null
  if (process.env[ELECTRON_DEMANDED] === '1') throw new Error(found.why)
  return `${found.why}; ELECTRON_OVERRIDE_DIST_PATH names the folder of one`
}

/** Under Linux a display that nobody sees; elsewhere the one that is there. */
async function openDisplay(): Promise<{ name: string; close: () => void }> {
  if (process.platform !== 'linux') return { name: '', close: () => undefined }
  if (spawnSync('Xvfb', ['-help']).error) installDebianPackage('xvfb')
  const server: ChildProcess = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const name = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Xvfb gives no display')), PATIENCE_MS)
    server.on('error', () => reject(new Error('No Xvfb: on Debian and Ubuntu, `apt install xvfb`.')))
    server.stdio[3]!.on('data', (chunk: Buffer) => {
      clearTimeout(timer)
      resolve(`:${chunk.toString().trim()}`)
    })
  })
  return { name, close: () => server.kill() }
}

/** Playwright now and then misses that a program has started, and would wait for ever: it is then ended and started again. */
async function launch(options: Parameters<typeof _electron.launch>[0]): Promise<ElectronApplication> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await _electron.launch({ ...options, timeout: PATIENCE_MS })
    } catch (error) {
      if (!(error instanceof errors.TimeoutError) || attempt === MOST_LAUNCHES) throw error
      process.stderr.write(`Playwright has missed the start of Electron, attempt ${attempt}\n`)
    }
  }
}

/** Containers and root have no use of Chromium's sandbox. */
const NO_SANDBOX = '--no-sandbox'
/** The user without rights of every Linux. */
const NOBODY = 65_534

function environmentOf(home: string, display: string, more: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter((entry) => entry[1] !== undefined))
  return { ...(inherited as Record<string, string>), ...more, DISPLAY: display, WARMUP_LAB_HOME: home }
}

export interface DesktopLab {
  readonly app: ElectronApplication
  readonly page: Page
  readonly home: string
  /** On this process's clock: when Electron was started. */
  readonly launchedAtMs: number
  close(): Promise<void>
}

/**
 * @param environment beside that of this process
 * @param options.files of the home, by name, that are there already
 * @param options.home one that is there, and stays; else a new one
 * @param options.switches for Chromium
 */
export async function startDesktop(
  program: string,
  environment: Readonly<Record<string, string>> = {},
  given: { files?: Readonly<Record<string, string>>; home?: string; switches?: readonly string[] } = {},
): Promise<DesktopLab> {
  const [folder] = await Promise.all([ensureBuilt('electron'), ensureBuilt('renderer')])
  const home = given.home ?? (await makeLabHome(false))
  for (const [name, text] of Object.entries(given.files ?? {})) await writeFile(path.join(home, name), text)
  const display = await openDisplay()
  const launchedAtMs = performance.now()
  const app = await launch({
    executablePath: program,
    args: [NO_SANDBOX, ...(given.switches ?? []), path.join(folder, 'main.cjs')],
    env: environmentOf(home, display.name, environment),
  }).catch((error: unknown) => {
    display.close()
    throw error
  })
  return {
    app,
    home,
    launchedAtMs,
    page: await app.firstWindow({ timeout: PATIENCE_MS }),
    async close() {
      // A test that failed may leave a run behind, whose question nobody would answer.
      await app
        .evaluate(({ dialog }) => {
          dialog.showMessageBox = async () => ({ response: 0, checkboxChecked: false })
        })
        .catch(() => undefined) // it has quit already
      await app.close()
      display.close()
      if (given.home === undefined) await rm(home, { recursive: true, force: true })
    },
  }
}

export interface PackagedLab extends Pick<DesktopLab, 'page' | 'home' | 'close'> {
  /** What the program has written so far. */
  said(): string
}

/**
 * A packaged lab, whose main process lets no debugger in, so that only its page can be reached: through Chromium's port, not Node's.
 * @param given.arguments for the program, beside those that the test needs
 * @param given.isSandboxed as a user starts it; root starts it as nobody, since Chromium has no sandbox for root
 */
export async function startPackaged(
  program: string,
  given: {
    arguments?: readonly string[]
    environment?: Readonly<Record<string, string>>
    isSandboxed?: boolean
  } = {},
): Promise<PackagedLab> {
  const home = await makeLabHome(false)
  await chmod(home, 0o777)
  const isSandboxed = given.isSandboxed ?? false
  const display = await openDisplay()
  const sandbox = isSandboxed ? [] : [NO_SANDBOX]
  const child = spawn(program, [...sandbox, '--remote-debugging-port=0', ...(given.arguments ?? [])], {
    env: environmentOf(home, display.name, { HOME: home, ...given.environment }),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isSandboxed && process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}),
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let said = ''
  const address = new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString()
      const [, found] = /^DevTools listening on (ws:\S+)/m.exec(said) ?? []
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', reject)
    child.once('close', () => reject(new Error(`The packaged lab has ended: ${said}`)))
    setTimeout(() => reject(new Error(`The packaged lab opens no port: ${said}`)), PATIENCE_MS).unref()
  })
  const close = async (): Promise<void> => {
    child.kill()
    await ended
    display.close()
    await rm(home, { recursive: true, force: true })
  }
  try {
    // Of what Playwright sets in a browser, Electron refuses a part.
    const browser = await chromium.connectOverCDP(await address, { timeout: PATIENCE_MS, noDefaults: true })
    const [context] = browser.contexts()
    const page = context!.pages()[0] ?? (await context!.waitForEvent('page', { timeout: PATIENCE_MS }))
    page.setDefaultTimeout(PATIENCE_MS)
    return { page, home, said: () => said, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The page of the next window that the user sees; one that only computes, and may be gone by now, is not meant. */
export function nextWindow(app: ElectronApplication): Promise<Page> {
  return app.waitForEvent('window', (page) =>
    page.waitForLoadState().then(
      () => !page.url().endsWith('/engine.html'),
      () => false,
    ),
  )
}
