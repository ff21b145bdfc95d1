/** `lab runs`: each run with its state, damaged and crashed ones as what they are; as a table and as JSON. */
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, lab, runsOf, smallRun, temporaryFolder, when } from './lab.ts'

const FINISHED = smallRun(20, 'none')
/** So many steps that a signal at the first comes long before the last. */
const LONG = smallRun(400)
const BIN = new URL('../../../main/cli/bin.ts', import.meta.url).pathname

type Row = Record<string, unknown>
const runFile = (home: string, run: string): string => path.join(home, 'runs', run, 'run.json')

const home = temporaryFolder()
const ids = { finished: '', paused: '', crashed: '', damaged: 'quick-damaged' }
let whileRunning: Row[] = []

beforeAll(async () => {
  const newRun = (): string => runsOf(home).find((name) => !Object.values(ids).includes(name))!
  expect(await lab(FINISHED, home)).toMatchObject({ code: 0 })
  ids.finished = newRun()
  const atFirstStep = (act: Parameters<typeof when>[2]) => when('stdout', '"type":"train-step"', act)
  expect(
    await lab(
      LONG,
      home,
      null,
      atFirstStep((child) => child.kill('SIGINT')),
    ),
  ).toMatchObject({ code: 130 })
  ids.paused = newRun()
  const killed = await lab(
    LONG,
    home,
    null,
    atFirstStep((child) => {
      // Stopped, it holds its lock while the list is made.
      child.kill('SIGSTOP')
      const { stdout } = spawnSync(process.execPath, [BIN, 'runs', '--json', '--home', home], { encoding: 'utf8' })
      whileRunning = jsonLines(stdout)
      child.kill('SIGKILL')
    }),
  )
  expect(killed).toMatchObject({ signal: 'SIGKILL' })
  ids.crashed = newRun()
  cpSync(path.join(home, 'runs', ids.finished), path.join(home, 'runs', ids.damaged), { recursive: true })
  truncateSync(runFile(home, ids.damaged), 100)
})

describe('lab runs', () => {
  it('of an empty home says how to start one, and --json says nothing', async () => {
    const empty = temporaryFolder()
    expect(await lab(['runs'], empty)).toEqual({
      code: 0,
      signal: null,
      stdout: 'No runs yet. Start one: lab run --preset quick\n',
      stderr: '',
    })
    expect(await lab(['runs', '--json'], empty)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(runsOf(empty)).toEqual([])
  })

  it('--json has one object a run, the damaged first and then by age', async () => {
    const { code, stdout, stderr } = await lab(['runs', '--json'], home)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const record = JSON.parse(readFileSync(runFile(home, ids.finished), 'utf8')) as {
      result: { best: [number, number] }
      createdAt: string
    }
    const [a, b] = record.result.best
    const onWasm = (phase: string): object[] => [{ backend: 'wasm', device: null, phase, step: 0 }]
    const unfinished = {
      type: 'run',
      strategy: 'double',
      seeds: [3, 4],
      metric: null,
      mean: null,
      std: null,
      seedCount: null,
      diverged: [],
      engines: onWasm('warm-up'),
      deviceLosses: [],
      createdAt: expect.stringMatching(/^\d{4}-/) as string,
      error: null,
    }
    expect(jsonLines(stdout)).toEqual([
      {
        ...unfinished,
        id: ids.damaged,
        status: 'damaged',
        strategy: null,
        seeds: [],
        engines: [],
        createdAt: null,
        error: expect.stringContaining(runFile(home, ids.damaged)) as string,
      },
      {
        ...unfinished,
        id: ids.finished,
        status: 'finished',
        strategy: 'none',
        metric: 'mse',
        mean: expect.closeTo((a + b) / 2, 12) as number,
        std: expect.closeTo(Math.abs(a - b) / Math.SQRT2, 12) as number,
        seedCount: 2,
        engines: onWasm('training'),
        createdAt: record.createdAt,
      },
      { ...unfinished, id: ids.paused, status: 'paused' },
      { ...unfinished, id: ids.crashed, status: 'crashed' },
    ])
  })

  it('shows a run whose process lives as running', () => {
    expect(whileRunning.map(({ id, status }) => [id, status])).toContainEqual([ids.crashed, 'running'])
  })

  it('is a table with the reasons under it', async () => {
    const { code, stdout, stderr } = await lab(['runs'], home)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => line.split(/ +/).slice(0, 2))).toEqual([
      ['run', 'status'],
      [ids.damaged, 'damaged'],
      [ids.finished, 'finished'],
      [ids.paused, 'paused'],
      [ids.crashed, 'crashed'],
      [`${ids.damaged}:`, `${runFile(home, ids.damaged)}:`],
    ])
    expect(lines[2]).toMatch(/ mse +[\d.e-]+ +[\d.e-]+ +2 +wasm$/)
    expect(lines[5]).toMatch(/is not JSON\. Expected a JSON object, found .*\. Restore `run\.json`/)
  })

  it('and `lab vaa` agree on what a paused run has: the weights of its checkpoint', async () => {
    const measure = (weights: string) =>
      lab(['vaa', ids.paused, '--weights', weights, '--series', '4', '--convergence-steps', '30', '--json'], home)
    const { code, stdout, stderr } = await measure('last')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const at = { phase: 'training', step: expect.any(Number) as number }
    expect(jsonLines(stdout)).toMatchObject([3, 4].map((seed) => ({ run: ids.paused, seed, at })))
    expect(await measure('newest')).toMatchObject({ code: 2, stdout: '' })
  })

  it('changes nothing: asked again it says the same', async () => {
    const [first, second] = [await lab(['runs'], home), await lab(['runs'], home)]
    expect(second).toEqual(first)
  })
})
