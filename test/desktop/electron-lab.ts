/** A real Electron with the lab in it: found, built, and started under a display of its own where there is none. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { _electron, errors, type ElectronApplication, type Page } from 'playwright'
import { findElectron } from '../../main/cli/desktop.ts'
import { ensureBuilt } from '../../main/server/build-app.ts'
import { installDebianPackage } from '../debian-package.ts'
import { makeLabHome } from '../lab-home.ts'

const DISPLAY_MS = 10_000
/** Electron starts in a second or two. */
const LAUNCH_MS = 30_000
const MOST_LAUNCHES = 3
/** Beside the checkout, where there is one: prints the folder of an Electron for machines that cannot download one. */
const ELECTRON_TOOL = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'tools', 'electron-dist')

/** The program's path, or why the desktop cannot be tested here. */
export function findTestElectron(): Promise<Awaited<ReturnType<typeof findElectron>>> {
  const given = process.env.ELECTRON_OVERRIDE_DIST_PATH
  const folder =
    given || (existsSync(ELECTRON_TOOL) ? spawnSync(ELECTRON_TOOL, { encoding: 'utf8' }).stdout.trim() : '')
  return findElectron({ ...process.env, DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: folder })
}

/** Under Linux a display that nobody sees; elsewhere the one that is there. */
async function openDisplay(): Promise<{ name: string; close: () => void }> {
  if (process.platform !== 'linux') return { name: '', close: () => undefined }
  if (spawnSync('Xvfb', ['-help']).error) installDebianPackage('xvfb')
  const server: ChildProcess = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const name = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Xvfb gives no display')), DISPLAY_MS)
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
      return await _electron.launch({ ...options, timeout: LAUNCH_MS })
    } catch (error) {
      if (!(error instanceof errors.TimeoutError) || attempt === MOST_LAUNCHES) throw error
      process.stderr.write(`Playwright has missed the start of Electron, attempt ${attempt}\n`)
    }
  }
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
 * @param program Electron, or a packaged lab
 * @param environment beside that of this process
 * @param options.files of the home, by name, that are there already
 * @param options.home one that is there, and stays; else a new one
 */
export async function startDesktop(
  program: string,
  environment: Readonly<Record<string, string>> = {},
  given: { isPackaged?: boolean; files?: Readonly<Record<string, string>>; home?: string } = {},
): Promise<DesktopLab> {
  const [folder] = await Promise.all([ensureBuilt('electron'), ensureBuilt('renderer')])
  const home = given.home ?? (await makeLabHome(false))
  for (const [name, text] of Object.entries(given.files ?? {})) await writeFile(path.join(home, name), text)
  const display = await openDisplay()
  const inherited = Object.fromEntries(Object.entries(process.env).filter((entry) => entry[1] !== undefined))
  const launchedAtMs = performance.now()
  const app = await launch({
    executablePath: program,
    args: ['--no-sandbox', ...(given.isPackaged ? [] : [path.join(folder, 'main.cjs')])], // containers and root have no use of Chromium's sandbox
    env: {
      ...(inherited as Record<string, string>),
      ...environment,
      DISPLAY: display.name,
      WARMUP_LAB_HOME: home,
    },
  })
  return {
    app,
    home,
    launchedAtMs,
    page: await app.firstWindow(),
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
