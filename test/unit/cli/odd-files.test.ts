/** What is no file in the place of one: each command tells what lies there, and waits for nobody to write into it. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, lab, runsOf, temporaryFolder } from './lab.ts'
import { POSIX_LACK, describeUnless } from '../../needs.ts'

/** A command that waits for a pipe is ended by this, and its exit code is none. */
const HANGS_MS = 300_000

const CONFIG = {
  name: 'odd',
  dataset: { kind: 'copy-first-input', steps: 10, counts: { train: 64, validation: 16, test: 16 } },
  layers: [{ cell: 'gru', units: 4 }],
  strategies: ['none'],
  training: { steps: 4, batch: 8 },
  measures: { vaa: null, vaaStar: null },
  seeds: [0],
}

const whole = temporaryFolder()
let run: string

beforeAll(async () => {
  const file = path.join(whole, 'odd.json')
  writeFileSync(file, JSON.stringify(CONFIG))
  const made = await lab(['run', file, '--json'], whole)
  expect(made, made.stderr).toMatchObject({ code: 0 })
  run = runsOf(whole)[0]!
})

const makePipe = (file: string): void => void execFileSync('mkfifo', [file])

/** A home whose run has something else in the place of a file. */
function homeWith(file: string, put: (place: string) => void): string {
  const home = temporaryFolder()
  cpSync(whole, home, { recursive: true })
  const place = path.join(home, 'runs', run, file)
  rmSync(place, { force: true })
  put(place)
  return home
}

const outFile = path.join(temporaryFolder(), 'weights')

describeUnless(POSIX_LACK)('a pipe in the place of a file of a run', () => {
  it.each<[string, string, string, ...string[]]>([
    ['run.json', 'run-folder', 'export', '--output', outFile],
    ['run.json', 'run-folder', 'resume'],
    ['run.json', 'run-folder', 'compare'],
    ['weights.safetensors', 'weights', 'export', '--output', outFile],
    ['weights.safetensors', 'weights', 'vaa'],
    ['checkpoint.safetensors', 'checkpoint', 'fork', '--steps', '6'],
    ['metrics.jsonl', 'run-folder', 'fork', '--steps', '6'],
  ])('%s is told, with code %s, by `lab %s`', async (file, errorCode, command, ...flags) => {
    const home = homeWith(file, makePipe)
    const { code, stderr } = await lab([command, run, ...flags, '--json'], home, HANGS_MS)
    expect(code, stderr).toBe(1)
    const [error] = jsonLines(stderr)
    expect(error).toMatchObject({ type: 'error', code: errorCode })
    expect(error!.message).toContain('found a pipe')
    expect(error!.message).toContain(path.join(home, 'runs', run, file))
  })

  it('shows the run as damaged in the list', async () => {
    const home = homeWith('run.json', makePipe)
    const { code, stdout } = await lab(['runs', '--json'], home, HANGS_MS)
    expect(code).toBe(0)
    const [listed] = jsonLines(stdout)
    expect(listed).toMatchObject({ id: run, status: 'damaged' })
    expect(JSON.stringify(listed)).toContain('a pipe')
  })
})

describe('something else in the place of a record', () => {
  it.each<[string, (place: string) => void]>([
    ['a folder', (place) => mkdirSync(place)],
    ['a link that leads back to itself', (place) => symlinkSync(path.basename(place), place)],
    ['a device', (place) => symlinkSync('/dev/zero', place)],
  ])('%s is told', async (what, put) => {
    const { code, stderr } = await lab(['export', run, '--json'], homeWith('run.json', put), HANGS_MS)
    expect(code).toBe(1)
    expect(jsonLines(stderr)[0]!.message).toContain(what)
  })
})
