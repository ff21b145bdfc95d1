/** Standard output and error that cannot be written: what is trained is saved and can be gone on with, and the end says why. */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { BIN, jsonLines, lab, smallRun, temporaryFolder } from './lab.ts'
import { LINUX_LACK, itUnless } from '../../needs.ts'

const FULL = '/dev/full'
const ARGUMENTS = smallRun(400)

interface Ended {
  readonly code: number | null
  readonly stderr: string
}

function start(args: readonly string[], home: string, stdio: StdioOptions): ChildProcess {
  const env = { ...process.env, WARMUP_LAB_HOME: home, NO_COLOR: '1' }
  return spawn(process.execPath, [BIN, ...args], { env, stdio })
}

/** Runs with standard streams of its own. @param act is given the process and what it said on standard output so far, whenever that is more */
function labWith(
  args: readonly string[],
  home: string,
  stdio: StdioOptions,
  act: (child: ChildProcess, stdout: string) => void = () => undefined,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = start(args, home, stdio)
    const said = { stdout: '', stderr: '' }
    child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
    child.stdout?.on('data', (chunk: Buffer) => {
      said.stdout += chunk.toString()
      act(child, said.stdout)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stderr: said.stderr }))
  })
}

async function withFullDisk<Result>(act: (full: number) => Promise<Result>): Promise<Result> {
  const full = openSync(FULL, 'w')
  try {
    return await act(full)
  } finally {
    closeSync(full)
  }
}

async function expectPausedAndResumed(home: string): Promise<void> {
  const [listed] = jsonLines((await lab(['runs', '--json'], home)).stdout) as [{ id: string }]
  expect(listed).toMatchObject({ status: 'paused', error: null })
  const resumed = await lab(['resume', listed.id, '--json'], home)
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 })
}

itUnless(LINUX_LACK)('a full disk under standard output pauses what is trained, with a typed error', async () => {
  const home = temporaryFolder()
  const { code, stderr } = await withFullDisk((full) => labWith(ARGUMENTS, home, ['ignore', full, 'pipe']))
  expect(code, stderr).toBe(1)
  const [error] = jsonLines(stderr)
  expect(error).toMatchObject({ type: 'error', code: 'file' })
  expect(error!.message).toContain('no space left on the disk')
  await expectPausedAndResumed(home)
})

it('a reader of standard output that goes away pauses what is trained, with a typed error', async () => {
  const home = temporaryFolder()
  const { code, stderr } = await labWith(ARGUMENTS, home, ['ignore', 'pipe', 'pipe'], (child, stdout) => {
    if (stdout.includes('"type":"warmup-step"')) child.stdout!.destroy()
  })
  expect(code, stderr).toBe(1)
  expect(jsonLines(stderr)).toMatchObject([{ type: 'error', code: 'file' }])
  await expectPausedAndResumed(home)
})

itUnless(LINUX_LACK)('what only reads says that its output could not be written', async () => {
  const { code, stderr } = await withFullDisk((full) =>
    labWith(['presets'], temporaryFolder(), ['ignore', full, 'pipe']),
  )
  expect(code).toBe(1)
  expect(stderr).toMatch(/^error \[file\]: stdout: .*no space left on the disk/)
})

itUnless(LINUX_LACK)('a full disk under both streams saves, too', async () => {
  const home = temporaryFolder()
  const { code } = await withFullDisk((full) => labWith(ARGUMENTS, home, ['ignore', full, full]))
  expect(code).toBe(1)
  await expectPausedAndResumed(home)
})

it('nobody on standard error is no reason to stop, nor not to save', async () => {
  const home = temporaryFolder()
  let isAsked = false
  const { code } = await labWith(ARGUMENTS, home, ['ignore', 'pipe', 'pipe'], (child, stdout) => {
    child.stderr!.destroy()
    if (!isAsked && stdout.includes('"type":"train-step"')) isAsked = child.kill('SIGINT')
  })
  expect(code).toBe(130)
  await expectPausedAndResumed(home)
})

itUnless(LINUX_LACK)('a lab is served though nobody can read where, and ends when it is told to', async () => {
  const home = temporaryFolder()
  const watching = watch(home)
  const child = await withFullDisk((full) =>
    Promise.resolve(start(['serve', '--port', '0'], home, ['ignore', full, full])),
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  for await (const { filename } of watching) if (filename === 'served.json') break
  const { port } = JSON.parse(readFileSync(path.join(home, 'served.json'), 'utf8')) as { port: number }
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(401)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
