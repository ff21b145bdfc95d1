/**
 * Electron on this machine: whether its program, a display and a sandbox for its pages are there, and the desktop started with it. Nothing
 * is downloaded here, and no page opens without a sandbox that the user has not given up.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { engineEnvironment } from '../engine/engine-options.ts'
import { ensureBuilt } from '../server/build-app.ts'
import { homeOf } from './open-store.ts'

/** Set to 1 it opens the desktop without Chromium's sandbox: for root, and for containers in which there is none. */
const NO_SANDBOX = 'WARMUP_LAB_NO_SANDBOX'

export interface FoundProgram {
  readonly program: string
  readonly isSandboxed: boolean
}

export type FoundElectron =
  | FoundProgram
  /** In words that begin a sentence. */
  | { readonly program: null; readonly why: string }

/** @param isRoot whose pages Chromium does not put into its sandbox, under Linux */
export async function findElectron(
  environment: NodeJS.ProcessEnv = process.env,
  isRoot = process.platform === 'linux' && process.getuid?.() === 0,
): Promise<FoundElectron> {
  if (process.platform === 'linux' && !environment.DISPLAY && !environment.WAYLAND_DISPLAY)
    return { program: null, why: 'No display (DISPLAY and WAYLAND_DISPLAY are not set)' }
  const program = await electronProgram(environment)
  if (program === null)
    return { program, why: 'Electron’s program is not installed (`npx electron --version` fetches it)' }
  const isSandboxed = environment[NO_SANDBOX] !== '1'
  return isRoot && isSandboxed
    ? { program: null, why: `For root the desktop has no sandbox (${NO_SANDBOX}=1 opens it without one)` }
    : { program, isSandboxed }
}

/** Where Electron's own package would look, without its download. */
async function electronProgram(environment: NodeJS.ProcessEnv): Promise<string | null> {
  const name =
    process.platform === 'darwin'
      ? 'Electron.app/Contents/MacOS/Electron'
      : process.platform === 'win32'
        ? 'electron.exe'
        : 'electron'
  const override = environment.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return existsOrNull(path.join(override, name))
  let packageFolder: string
  try {
    packageFolder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  } catch {
    return null // a development dependency: left out by `npm ci --omit=dev`
  }
  const told = await readFile(path.join(packageFolder, 'path.txt'), 'utf8').catch(() => name)
  return existsOrNull(path.join(packageFolder, 'dist', told.trim()))
}

function existsOrNull(file: string): string | null {
  return existsSync(file) ? file : null
}

/** @returns its exit code, once it has ended */
export async function runDesktop(
  { program, isSandboxed }: FoundProgram,
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const [folder] = await Promise.all([ensureBuilt('electron'), ensureBuilt('renderer')])
  if (!isSandboxed) process.stderr.write(`${NO_SANDBOX}=1: the desktop opens without Chromium’s sandbox.\n`)
  const child = spawn(program, [...(isSandboxed ? [] : ['--no-sandbox']), path.join(folder, 'main.cjs')], {
    stdio: 'inherit',
    env: { ...process.env, WARMUP_LAB_HOME: homeOf(options), ...engineEnvironment(options) },
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}
