/** When `npm start` opens the desktop and when it serves instead, with an Electron that only writes down how it was started. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { findElectron, runDesktop, type FoundProgram } from '../../../main/cli/desktop.ts'
import { LINUX_LACK, describeUnless } from '../../needs.ts'

describeUnless(LINUX_LACK)('the desktop of `npm start`', () => {
  let environment: NodeJS.ProcessEnv
  let started: string

  beforeEach(async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'warmup-lab-electron-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    started = path.join(folder, 'arguments')
    const program = path.join(folder, 'electron')
    await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$@" > '${started}'\n`)
    await chmod(program, 0o755)
    environment = { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: folder }
  })

  it('does not open without a sandbox for root, and says why and how it would', async () => {
    expect(await findElectron(environment, true)).toEqual({
      program: null,
      why: expect.stringContaining('WARMUP_LAB_NO_SANDBOX=1') as string,
    })
  })

  it('opens with a sandbox for everybody else', async () => {
    expect(await findElectron(environment, false)).toMatchObject({ isSandboxed: true })
  })

  it('opens without one where the user says so in as many words', async () => {
    for (const isRoot of [true, false]) {
      expect(await findElectron({ ...environment, WARMUP_LAB_NO_SANDBOX: '1' }, isRoot)).toMatchObject({
        isSandboxed: false,
      })
      expect(await findElectron({ ...environment, WARMUP_LAB_NO_SANDBOX: '0' }, isRoot)).toEqual(
        await findElectron(environment, isRoot),
      )
    }
  })

  it('needs a display and Electron’s program before anything else', async () => {
    expect(await findElectron({ ...environment, DISPLAY: '' }, true)).toMatchObject({
      why: expect.stringContaining('No display') as string,
    })
    expect(await findElectron({ ...environment, ELECTRON_OVERRIDE_DIST_PATH: '/no/such' }, true)).toMatchObject({
      why: expect.stringContaining('not installed') as string,
    })
  })

  it.each([true, false])(
    'tells Chromium, and the terminal, only that the sandbox is given up (kept: %s)',
    async (isSandboxed) => {
      const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
      onTestFinished(() => said.mockRestore())
      const found = (await findElectron(environment, false)) as FoundProgram
      expect(await runDesktop({ ...found, isSandboxed }, {})).toBe(0)
      const given = (await readFile(started, 'utf8')).trim().split('\n')
      expect(given.filter((argument) => argument.startsWith('--'))).toEqual(isSandboxed ? [] : ['--no-sandbox'])
      expect(given.at(-1)).toMatch(/main\.cjs$/)
      expect(said.mock.calls.map(([text]) => String(text)).join('')).toBe(
        isSandboxed ? '' : 'WARMUP_LAB_NO_SANDBOX=1: the desktop opens without Chromium’s sandbox.\n',
      )
    },
  )
})
