/** A served lab in a process and a home of its own, and a real Chromium looking at it: what the browser tests share. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { chromium, type Browser, type Page } from 'playwright'
import { installDebianPackage } from '../debian-package.ts'
import { makeLabHome } from '../lab-home.ts'
import { PATIENCE_MS } from '../patience.ts'

const BIN = path.join(import.meta.dirname, '..', '..', 'main', 'cli', 'bin.ts')

export interface ServedLab {
  readonly home: string
  readonly address: string
  /** Milliseconds from its start to the line with the address. */
  readonly startMs: number
  readonly process: ChildProcess
  /** Ends the lab and starts it again on the same home. @param signal SIGTERM saves first, SIGKILL is a crash */
  restart(signal: NodeJS.Signals): Promise<void>
  /** The same, on this port. */
  restartAt(port: number): Promise<void>
  close(): Promise<void>
}

/**
 * `npm start` without a display; prints a loopback address with a token.
 * @param given.home one that is there, and stays unless `isHomeRemoved`; else a new one
 * @param given.environment beside that of this process
 * @throws when it does not within 20 s
 */
export async function serveLab(
  given: {
    isFirstRun?: boolean
    home?: string
    isHomeRemoved?: boolean
    environment?: Readonly<Record<string, string>>
  } = {},
): Promise<ServedLab> {
  const home = given.home ?? (await makeLabHome(given.isFirstRun ?? false))
  const { environment = {} } = given
  let started = await startProcess(home, environment)
  return {
    home,
    get address() {
      return started.address
    },
    get startMs() {
      return started.startMs
    },
    get process() {
      return started.process
    },
    async restart(signal) {
      await end(started.process, signal)
      started = await startProcess(home, environment)
    },
    async restartAt(port) {
      await end(started.process, 'SIGTERM')
      started = await startProcess(home, environment, ['--port', `${port}`])
    },
    async close() {
      await end(started.process, 'SIGTERM')
      if (given.home === undefined || given.isHomeRemoved) await rm(home, { recursive: true, force: true })
    },
  }
}

async function startProcess(
  home: string,
  environment: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Promise<{ address: string; startMs: number; process: ChildProcess }> {
  const begin = performance.now()
  const child = spawn(process.execPath, [BIN, 'start', ...more], {
    env: { ...process.env, ...environment, DISPLAY: '', WAYLAND_DISPLAY: '', WARMUP_LAB_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = await new Promise<string>((resolve, reject) => {
    let said = ''
    const timer = setTimeout(() => reject(new Error(`no address within ${PATIENCE_MS} ms: ${said}`)), PATIENCE_MS)
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(said)
      if (!found) return
      clearTimeout(timer)
      resolve(found[0])
    })
    child.on('close', (code) => reject(new Error(`the lab ended with ${code}: ${said}`)))
  })
  return { address, startMs: performance.now() - begin, process: child }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill(signal)
  await ended
}

/** Playwright's Chromium, an installed one, or Debian's, which root may install. @param switches beside those that tests need */
export async function launchChromium(switches: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium()
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking', ...switches] })
}

function findChromium(): string {
  const known = [
    chromium.executablePath(),
    '/usr/bin/google-chrome',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ]
  const found = known.find((file) => existsSync(file))
  if (found !== undefined) return found
  installDebianPackage('chromium')
  if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium'
  throw new Error('No Chromium: install Google Chrome or Chromium, or `npx playwright install chromium`.')
}

/** Collects what the page complains of: a test ends with none. */
export function watchComplaints(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return complaints
}
