/** One of four seeds diverges (the reported input: seed 2's gradient is the only one that grows without bounds): the run finishes over the others, and every table and command says which seed is missing, and why. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { RunRecord } from '../../../shared/runs/run.ts'
import CONFIG from './one-seed-diverges.json' with { type: 'json' }
import { jsonLines, lab, runsOf, temporaryFolder, type LabResult } from './lab.ts'

const OTHERS = [0, 1, 3]

const home = temporaryFolder()

const recordOf = (run: string): RunRecord =>
  JSON.parse(readFileSync(path.join(home, 'runs', run, 'run.json'), 'utf8')) as RunRecord

async function runSeeds(seeds: readonly number[]): Promise<LabResult & { readonly run: string }> {
  const file = path.join(home, `seeds-${seeds.join('-')}.json`)
  writeFileSync(file, JSON.stringify({ ...CONFIG, seeds }))
  const before = runsOf(home)
  const ended = await lab(['run', file, '--json'], home)
  return { ...ended, run: runsOf(home).find((id) => !before.includes(id))! }
}

describe('lab run of four seeds of which one diverges', () => {
  let run = ''
  let stdout = ''
  let others = ''

  beforeAll(async () => {
    const ended = await runSeeds(CONFIG.seeds)
    expect(ended, ended.stderr).toMatchObject({ code: 0 })
    ;({ run, stdout } = ended)
    others = (await runSeeds(OTHERS)).run
  })

  it('finishes over the others, with the values that they have without it', () => {
    const record = recordOf(run)
    expect(record).toMatchObject({ status: 'finished', error: null, diverged: [{ seed: 2, phase: 'training' }] })
    expect(record.result).toEqual({ ...recordOf(others).result!, seeds: OTHERS })
  })

  it('tells it once, and in the summary', () => {
    const lines = jsonLines(stdout) as unknown as Readonly<Record<string, unknown>>[]
    expect(lines.filter(({ type }) => type === 'diverged')).toMatchObject([{ seed: 2, phase: 'training' }])
    const { best } = recordOf(run).result!
    expect(lines.at(-1)).toMatchObject({
      type: 'summary',
      rows: [{ seeds: [best[0], best[1], null, best[2]], seedCount: 3, diverged: [{ seed: 2 }] }],
    })
  })

  it('the tables of resume, runs and compare say how many seeds a mean is over', async () => {
    const resumed = await lab(['resume', run], home)
    expect(resumed.stdout).toMatch(/^none +mse +.* diverged +\S+$/m)
    expect(resumed.stdout).toMatch(
      /none: diverged seed 2 at training step \d+ \(the .* is .*\)\. The mean is over 3 of 4 seeds\./,
    )
    const listed = await lab(['runs'], home)
    expect(listed.stdout).toMatch(new RegExp(`^${run} +finished +mse .* 3 of 4 +wasm$`, 'm'))
    expect(listed.stdout).toMatch(new RegExp(`^${others} +finished +mse .* 3 +wasm$`, 'm'))
    const compared = await lab(['compare', run, others], home)
    expect(compared.stdout).toMatch(new RegExp(`^${run}: over 3 of 4 seeds; diverged seed 2 at training step`, 'm'))
  })

  it('has weights of the others alone', async () => {
    const output = path.join(home, 'out.npz')
    const refused = await lab(['export', run, '--format', 'npz', '--seed', '2', '--output', output, '--json'], home)
    expect(refused.code).toBe(1)
    expect(jsonLines(refused.stderr)).toMatchObject([{ type: 'error', code: 'weights' }])
    expect(refused.stderr).toContain('seed 2 at training step')
    expect(await lab(['export', run, '--format', 'npz', '--output', output], home)).toMatchObject({ code: 0 })
    const measured = await lab(['vaa', run, '--series', '4', '--convergence-steps', '10', '--json'], home)
    expect(jsonLines(measured.stdout).map(({ seed }) => seed)).toEqual(OTHERS)
  })

  it('is left out of a fork', async () => {
    const before = runsOf(home)
    const forked = await lab(['fork', run, '--epochs', '7', '--json'], home)
    expect(forked, forked.stderr).toMatchObject({ code: 0 })
    const fork = recordOf(runsOf(home).find((id) => !before.includes(id))!)
    expect(fork.diverged).toEqual(recordOf(run).diverged)
    expect(fork.result!.seeds).toEqual(OTHERS)
  })
})

it('a run of which every seed diverges says so, and a resume leaves it as it is', async () => {
  const { code, stderr, run } = await runSeeds([2])
  expect(code).toBe(1)
  expect(jsonLines(stderr)).toMatchObject([{ type: 'error', code: 'non-finite' }])
  const text = readFileSync(path.join(home, 'runs', run, 'run.json'), 'utf8')
  expect(JSON.parse(text)).toMatchObject({ status: 'diverged', result: null, diverged: [{ seed: 2 }] })
  const resumed = await lab(['resume', run], home)
  expect(resumed.code).toBe(0)
  expect(resumed.stderr).toContain(`${run} has diverged, and would again: seed 2 at training step`)
  expect(resumed.stdout).toMatch(/^none .*diverged$/m)
  expect(readFileSync(path.join(home, 'runs', run, 'run.json'), 'utf8')).toBe(text)
  const finished = runsOf(home).filter((id) => recordOf(id).status === 'finished')
  const compared = await lab(['compare', ...finished, run], home)
  expect(compared.stdout).toContain(`${run}: no result, since every seed has diverged: seed 2 at training step`)
  expect(await lab(['compare', finished[0]!, run], home)).toMatchObject({ code: 2 })
})
