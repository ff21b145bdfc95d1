/** `lab compare`: the strategies of a group over the same seeds. */
import { beforeAll, describe, expect, it } from 'vitest'
import { pairedT, signedRank } from '../../../shared/statistics/paired-tests.ts'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { jsonLines, lab, runsOf, smallRun, temporaryFolder } from './lab.ts'

const home = temporaryFolder()
beforeAll(async () => {
  expect(await lab([...smallRun(20, 'none,double'), '--seeds', '3,4,5'], home)).toMatchObject({ code: 0 })
})

const bestOf = (run: string): number[] =>
  (JSON.parse(readFileSync(path.join(home, 'runs', run, 'run.json'), 'utf8')) as { result: { best: number[] } }).result
    .best

describe('lab compare', () => {
  it('tests each run against the first, seed by seed', async () => {
    const [double, none] = runsOf(home).sort() as [string, string]
    expect(double).toMatch(/double$/)
    const { code, stdout } = await lab(['compare', none, double, '--json'], home)
    expect(code).toBe(0)
    const rows = jsonLines(stdout)
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatchObject({ run: none, strategy: 'none', paired: null })
    const { p, t, meanDifference, interval } = pairedT(bestOf(double), bestOf(none))
    const { p: pWilcoxon } = signedRank(bestOf(double), bestOf(none))
    expect(rows[1]).toMatchObject({
      run: double,
      paired: { seeds: [3, 4, 5], pT: p, t, difference: meanDifference, interval, pWilcoxon },
    })
  })

  it('takes a group for its runs, as a table', async () => {
    const group = runsOf(home)[0]!.replace(/-(none|double)$/, '')
    const { code, stdout } = await lab(['compare', group], home)
    expect(code).toBe(0)
    expect(stdout).toMatch(/p \(Wilcoxon\)/)
    expect(stdout).toMatch(/each run against \S+-none,/)
    expect(stdout.match(/\n.*-(none|double) /g)).toHaveLength(2)
  })

  it('has no p where runs are the same on every seed, and writes nothing for it', async () => {
    const [run] = runsOf(home) as [string]
    const { code, stdout } = await lab(['compare', run, run], home)
    expect(code).toBe(0)
    expect(stdout).toContain(run)
    expect(stdout).not.toContain('NaN')
  })

  it('needs two runs', async () => {
    expect(await lab(['compare', runsOf(home)[0]!], home)).toMatchObject({ code: 2 })
  })
})
