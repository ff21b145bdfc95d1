/** Electron on this machine: whether its program and a display are there, and the desktop started with it. Nothing is downloaded here. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { ensureBuilt } from '../server/build-app.ts'
import { homeOf } from './open-store.ts'

export type FoundElectron =
  | { readonly program: string }
  /** In words that begin a sentence. */
  | { readonly program: null; readonly why: string }

export async function findElectron(environment: NodeJS.ProcessEnv = process.env): Promise<FoundElectron> {
  if (process.platform === 'linux' && !environment.DISPLAY && !environment.WAYLAND_DISPLAY)
    return { program: null, why: 'No display (DISPLAY and WAYLAND_DISPLAY are not set)' }
  const program = await electronProgram(environment)
  return program === null
    ? { program, why: 'Electron’s program is not installed (`npx electron --version` fetches it)' }
    : { program }
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
export async function runDesktop(program: string, options: Readonly<Record<string, unknown>>): Promise<number> {
  const [folder] = await Promise.all([ensureBuilt('electron'), ensureBuilt('renderer')])
  const isRoot = process.getuid?.() === 0
  const child = spawn(program, [...(isRoot ? ['--no-sandbox'] : []), path.join(folder, 'main.cjs')], {
    stdio: 'inherit',
    env: { ...process.env, WARMUP_LAB_HOME: homeOf(options) },
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}
