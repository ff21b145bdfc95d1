/**
 * The packaged desktop (Linux, a folder without an installer): made by electron-builder, started, and a run trained in it on its own
 * threads; its fuses as they stand in the program, and what the program cannot be talked into.
 */
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { watchComplaints } from '../browser/served-lab.ts'
import { PATIENCE_MS } from '../patience.ts'
import { runningProcesses } from '../processes.ts'
import { electronLack, findNewestTestElectron, startPackaged } from './electron-lab.ts'
import { LINUX_LACK, describeUnless } from '../needs.ts'

const ROOT = path.join(import.meta.dirname, '..', '..')
const FUSES = {
  runAsNode: FuseV1Options.RunAsNode,
  cookieEncryption: FuseV1Options.EnableCookieEncryption,
  nodeOptions: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  nodeInspect: FuseV1Options.EnableNodeCliInspectArguments,
  asarIntegrity: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  onlyFromAsar: FuseV1Options.OnlyLoadAppFromAsar,
  browserSnapshot: FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
  fileProtocolPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
} as const
/** As the program holds them. */
const STATES: ReadonlyMap<number, string> = new Map([
  ['0'.charCodeAt(0), 'off'],
  ['1'.charCodeAt(0), 'on'],
])
const electron = await findNewestTestElectron()

/** A process whose calls of the system are judged one by one, as the kernel writes it. */
const FILTERED = '2'

/** Of every process of this kind that works for this home; under Linux. */
async function systemCallFilters(home: string, kind: string): Promise<(string | undefined)[]> {
  const found = (await runningProcesses(`--type=${kind}`)).filter(({ command }) => command.includes(home))
  return found.map(({ status }) => /^Seccomp:\s+(\d)/m.exec(status)?.[1])
}

describeUnless(LINUX_LACK ?? electronLack(electron))('the packaged desktop', () => {
  /** Outside of the checkout, whose packages it would find. */
  let scratch: string
  let folder: string
  let program: string

  beforeAll(async () => {
    scratch = await mkdtemp(path.join(os.tmpdir(), 'warmup-lab-packaged-'))
    await chmod(scratch, 0o755) // for nobody, too
    folder = path.join(scratch, 'linux-unpacked')
    program = path.join(folder, 'warmup-lab')
    const made = spawnSync(
      process.execPath,
      ['main/electron/packaging/package.ts', '--linux', 'dir', `-c.directories.output=${scratch}`],
      {
        cwd: ROOT,
        encoding: 'utf8',
        env: { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: path.dirname(electron.program!) },
      },
    )
    expect(made.status, made.stdout + made.stderr).toBe(0)
  })

  afterAll(() => rm(scratch, { recursive: true, force: true }))

  /** A script that leaves a file behind, if anything runs it. */
  async function writeScript(name: string): Promise<{ script: string; hasRun: () => boolean }> {
    const [script, mark] = [path.join(scratch, `${name}.cjs`), path.join(scratch, `${name}.ran`)]
    await writeFile(script, `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')\n`)
    return { script, hasRun: () => existsSync(mark) }
  }

  it('starts from its archive and trains; options of Node and its debugger are not heard', async () => {
    expect(existsSync(path.join(folder, 'resources', 'app.asar'))).toBe(true)
    const { script, hasRun } = await writeScript('required')
    const desktop = await startPackaged(program, {
      arguments: ['--inspect=0'],
      environment: { NODE_OPTIONS: `--require=${script}` },
    })
    onTestFinished(() => desktop.close())
    const { page } = desktop
    page.setDefaultTimeout(PATIENCE_MS)
    const complaints = watchComplaints(page)
    await page.getByLabel('Steps of a series').fill('20')
    await page.getByRole('spinbutton', { name: 'Units H' }).fill('16')
    await page.getByRole('checkbox', { name: 'Warmed up' }).uncheck()
    await page.getByRole('checkbox', { name: 'Double layer' }).uncheck()
    const training = page.getByRole('group', { name: 'Training' })
    await training.getByLabel(/^Steps/).fill('200')
    await page.getByRole('button', { name: 'Start' }).click()
    await expect.poll(() => page.getByTestId('state').textContent()).toBe('Finished')
    // From the index, whose native part is a file beside the archive.
    await page.getByRole('link', { name: 'Runs' }).click()
    await expect.poll(() => page.getByTestId('run-count').textContent()).toBe('1 of 1 run')
    expect(existsSync(path.join(desktop.home, 'index', 'runs.sqlite'))).toBe(true)
    expect(complaints).toEqual([])
    expect(desktop.said()).not.toContain('Debugger listening')
    expect(hasRun()).toBe(false)
  })

  it('has the fuses in its program set as the lab wants them', async () => {
    const wire = await getCurrentFuseWire(program)
    const states = Object.entries(FUSES).map(([name, fuse]) => [name, STATES.get(wire[fuse]!)] as const)
    expect(Object.fromEntries(states)).toEqual({
      runAsNode: 'off',
      cookieEncryption: 'off',
      nodeOptions: 'off',
      nodeInspect: 'off',
      asarIntegrity: 'on',
      onlyFromAsar: 'on',
      browserSnapshot: 'off',
      // An Electron before 29 has no such fuse.
      fileProtocolPrivileges: wire[FUSES.fileProtocolPrivileges] === undefined ? undefined : 'off',
    })
  })

  it('does not run scripts as Node does', async () => {
    const run = async (file: string, name: string): Promise<boolean> => {
      const { script, hasRun } = await writeScript(name)
      // Without a display it ends by itself where it is no Node.
      const env = { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', ELECTRON_RUN_AS_NODE: '1' }
      spawnSync(file, [script], { env, timeout: PATIENCE_MS })
      return hasRun()
    }
    expect(await run(electron.program!, 'electron')).toBe(true) // as Electron itself does
    expect(await run(program, 'packaged')).toBe(false)
  })
  it('keeps its page in Chromium’s sandbox', async ({ skip }) => {
    const desktop = await startPackaged(program, { isSandboxed: true }).catch((error: unknown) => {
      skip(String(error).includes('No usable sandbox'), 'This machine lets no user have a sandbox.')
      throw error
    })
    onTestFinished(() => desktop.close())
    await desktop.page.getByRole('button', { name: 'Start' }).waitFor()
    const filters = await systemCallFilters(desktop.home, 'renderer')
    expect(filters.length).toBeGreaterThan(0)
    for (const filter of filters) expect(filter).toBe(FILTERED)
  })
})
