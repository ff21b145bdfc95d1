/** A finished run on the command line: a resume leaves it as it is and says so, and files that are not what was written are not exported. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, lab, runsOf, smallRun, temporaryFolder, when } from './lab.ts'

const home = temporaryFolder()
let run = ''
let folder = ''

beforeAll(async () => {
  const ended = await lab(smallRun(20, 'none'), home)
  expect(ended, ended.stderr).toMatchObject({ code: 0 })
  run = runsOf(home)[0]!
  folder = path.join(home, 'runs', run)
})

/** Every file with its bytes, when it was written, and whether it is the same file. */
const filesOf = (place: string): unknown =>
  readdirSync(place).map((name) => {
    const { mtimeMs, ctimeMs, ino } = statSync(path.join(place, name))
    return [name, readFileSync(path.join(place, name), 'latin1'), mtimeMs, ctimeMs, ino]
  })

describe('lab resume of a finished run', () => {
  it('says that it is finished, prints its table, and touches nothing', async () => {
    const before = filesOf(folder)
    const { code, stdout, stderr } = await lab(['resume', run], home)
    expect(code).toBe(0)
    expect(stderr).toBe(`${run} is finished already, and stays as it is.\n`)
    expect(stdout).toMatch(/^none +mse/m)
    expect(filesOf(folder)).toEqual(before)
  })

  it('says so as JSON', async () => {
    const { code, stdout } = await lab(['resume', run, '--json'], home)
    expect(code).toBe(0)
    expect(jsonLines(stdout).map(({ type }) => type)).toEqual(['group', 'finished-before', 'summary'])
  })
})

it('weights with a flipped bit are neither exported nor measured', async () => {
  const file = path.join(folder, 'weights.safetensors')
  const good = readFileSync(file)
  writeFileSync(file, good.with(-3, good.at(-3)! ^ 1))
  for (const args of [
    ['export', run, '--format', 'safetensors', '--output', path.join(home, 'out.safetensors')],
    ['export', run, '--format', 'npz', '--output', path.join(home, 'out.npz')],
    ['vaa', run],
  ]) {
    const { code, stdout, stderr } = await lab([...args, '--json'], home)
    expect([code, stdout]).toEqual([1, ''])
    expect(jsonLines(stderr)).toMatchObject([{ type: 'error', code: 'weights' }])
    expect(stderr).toContain(file)
    expect(stderr).toContain(`lab fork ${run}`)
  }
  expect(readdirSync(home)).not.toContain('out.npz')

  // The remedy: the same weights once more.
  const forked = await lab(['fork', run, '--json'], home)
  expect(forked, forked.stderr).toMatchObject({ code: 0 })
  const fork = runsOf(home).find((name) => name !== run)!
  const again = readFileSync(path.join(home, 'runs', fork, 'weights.safetensors'))
  const data = (bytes: Buffer): Buffer => bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)))
  expect(data(again).equals(data(good))).toBe(true)
  writeFileSync(file, good)
})

it('a run that was edited does not go on: not with the digest of its record, and not without it', async () => {
  const own = temporaryFolder()
  const interrupt = when('stdout', '"type":"train-step"', (child) => child.kill('SIGINT'))
  expect(await lab(smallRun(400, 'none'), own, null, interrupt)).toMatchObject({ code: 130 })
  const paused = runsOf(own)[0]!
  const place = path.join(own, 'runs', paused)
  const file = path.join(place, 'run.json')
  const text = readFileSync(file, 'utf8')
  const edited = text.replace(/("steps": )400/, '$1401')
  expect(edited).not.toBe(text)
  for (const [written, code, found] of [
    [edited, 'run-folder', 'not what the lab has written'],
    [edited.replace(/,\s*"recordSha256": "\w+"/, ''), 'checkpoint', '`training.steps` 400, found 401 in run.json'],
  ] as const) {
    writeFileSync(file, written)
    const before = readFileSync(path.join(place, 'metrics.jsonl'), 'utf8')
    const { code: exit, stderr } = await lab(['resume', paused, '--json'], own)
    expect(exit).toBe(1)
    expect(stderr).toContain(found)
    expect(stderr).toContain('lab fork')
    expect(jsonLines(stderr).at(-1)).toMatchObject({ type: 'error', code })
    expect(readFileSync(file, 'utf8')).toBe(written)
    expect(readFileSync(path.join(place, 'metrics.jsonl'), 'utf8')).toBe(before)
  }
  writeFileSync(file, text)
  const resumed = await lab(['resume', paused, '--json'], own)
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 })
})
