/** `lab sweep`: killed in the middle and gone on with; its table against the run folders, read by themselves. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { jsonLines, lab, runsOf, temporaryFolder, when } from './lab.ts'

const TINY = {
  name: 'tiny',
  dataset: { kind: 'copy-first-input', steps: 20, counts: { train: 64, validation: 16, test: 32 } },
  layers: [{ units: 8 }],
  strategies: ['none', 'double'],
  warmup: { steps: 3 },
  training: { steps: 25, batch: 8 },
  measures: { vaa: null, vaaStar: null },
  checkpointEverySteps: 5,
  seeds: [1, 2],
}

interface Row {
  type: string
  point: number
  strategy: string
  runId: string
  status: string
  summary: { count: number; mean: number; std: number }
}

const rowsOf = (stdout: string): Row[] => (jsonLines(stdout) as unknown as Row[]).filter(({ type }) => type === 'row')

it('ends with the table of its run folders, whatever happens on the way', async () => {
  const home = temporaryFolder()
  const file = path.join(home, 'sweep.json')
  writeFileSync(
    file,
    JSON.stringify({
      name: 'memory',
      config: TINY,
      grid: { 'layers.*.cell': ['gru', 'mgu'], 'dataset.steps': [10, 20] },
    }),
  )
  let runsStarted = 0
  const killed = await lab(['sweep', file, '--json'], home, null, ({ stdout }, child) => {
    runsStarted = stdout.split('"type":"run"').length - 1
    // In the middle of the fifth of eight runs.
    if (runsStarted === 5 && stdout.includes('"type":"train-step"', stdout.lastIndexOf('"type":"run"')))
      child.kill('SIGKILL')
  })
  expect(killed.signal).toBe('SIGKILL')
  const [{ id }] = jsonLines(killed.stdout) as [{ id: string }]

  const resumed = await lab(['sweep', id, '--json', '--csv', path.join(home, 'all.csv')], home)
  expect(resumed).toMatchObject({ code: 0, stderr: '' })
  const rows = rowsOf(resumed.stdout)
  expect(rows.map(({ point, strategy, status }) => [point, strategy, status])).toEqual(
    [1, 2, 3, 4].flatMap((point) => ['none', 'double'].map((strategy) => [point, strategy, 'finished'])),
  )
  expect(runsOf(home)).toHaveLength(8)
  // Four runs were done before the kill, and are not run again.
  expect((jsonLines(resumed.stdout) as unknown as Row[]).filter(({ type }) => type === 'run')).toHaveLength(4)

  // The same from the folders alone.
  const csv = readFileSync(path.join(home, 'all.csv'), 'utf8').trimEnd().split('\n')
  expect(csv[0]).toBe('point,layers.*.cell,dataset.steps,strategy,run,status,metric,seed,value')
  const expectedLines: string[] = []
  for (const { point, strategy, runId, summary } of rows) {
    const record = JSON.parse(readFileSync(path.join(home, 'runs', runId, 'run.json'), 'utf8')) as {
      strategy: string
      config: { layers: { cell: string }[]; dataset: { steps: number } }
      result: { metric: string; best: number[]; seeds: number[] }
    }
    const { best, seeds, metric } = record.result
    const [a, b] = best as [number, number]
    expect(record.strategy).toBe(strategy)
    expect(summary.mean).toBeCloseTo((a + b) / 2, 12)
    expect(summary.std).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 12)
    const { cell } = record.config.layers[0]!
    const { steps } = record.config.dataset
    expect([cell, steps]).toEqual([point <= 2 ? 'gru' : 'mgu', point % 2 === 1 ? 10 : 20])
    seeds.forEach((seed, i) =>
      expectedLines.push([point, cell, steps, strategy, runId, 'finished', metric, seed, best[i]].join(',')),
    )
  }
  expect(csv.slice(1)).toEqual(expectedLines)

  const listed = await lab(['sweeps', '--json'], home)
  expect(jsonLines(listed.stdout)).toMatchObject([{ id, runs: 8, finished: 8, diverged: 0, failed: 0 }])
})

it('goes on after a run that fails, says so, and takes it up again when asked', async () => {
  const home = temporaryFolder()
  const file = path.join(home, 'sweep.json')
  const config = { ...TINY, strategies: ['warmed-up'], warmup: { steps: 5, maxRestarts: 0 } }
  writeFileSync(file, JSON.stringify({ config, grid: { 'warmup.restartAbove': [0.99, 0.001, 0.98] } }))
  const first = await lab(['sweep', file, '--json'], home)
  expect(first.code).toBe(1)
  expect(rowsOf(first.stdout).map(({ status }) => status)).toEqual(['finished', 'failed', 'finished'])
  const [{ id }] = jsonLines(first.stdout) as [{ id: string }]
  const failures = (stdout: string): unknown[] =>
    (jsonLines(stdout) as unknown as Row[]).filter(({ type }) => type === 'failed')
  expect(failures(first.stdout)).toMatchObject([{ code: 'warm-up-restarts' }])

  const again = await lab(['sweep', id, '--json'], home)
  expect(failures(again.stdout)).toEqual([])
  const rerun = await lab(['sweep', id, '--json', '--rerun-failed'], home)
  expect(failures(rerun.stdout)).toHaveLength(1)
  expect((jsonLines(rerun.stdout) as unknown as Row[]).filter(({ type }) => type === 'run')).toHaveLength(1)
})

it('counts a point that diverges apart from failures, and does not take it up again', async () => {
  const home = temporaryFolder()
  const file = path.join(home, 'sweep.json')
  const config = { ...TINY, strategies: ['none'] }
  writeFileSync(file, JSON.stringify({ config, grid: { 'training.optimizer.learningRate': [1e-3, 1e38] } }))
  const first = await lab(['sweep', file, '--json', '--csv', path.join(home, 'all.csv')], home)
  expect(first, first.stderr).toMatchObject({ code: 0 })
  const rows = rowsOf(first.stdout) as unknown as { status: string; diverged: { seed: number }[] }[]
  expect(rows.map(({ status }) => status)).toEqual(['finished', 'diverged'])
  expect(rows[1]!.diverged.map(({ seed }) => seed)).toEqual(config.seeds)
  const csv = readFileSync(path.join(home, 'all.csv'), 'utf8')
  for (const seed of config.seeds) expect(csv).toMatch(new RegExp(`^2,1e\\+38,none,.*,diverged,,${seed},$`, 'm'))

  const [{ id }] = jsonLines(first.stdout) as [{ id: string }]
  const rerun = await lab(['sweep', id, '--rerun-failed'], home)
  expect(rerun, rerun.stderr).toMatchObject({ code: 0 })
  expect(rerun.stdout).toContain('point 2, none: diverged seed')
  const listed = await lab(['sweeps'], home)
  expect(listed.stdout).toContain('1 of 2 runs finished, 1 diverged, 0 failed')
})

it('pauses on Ctrl-C and says how to go on', async () => {
  const home = temporaryFolder()
  const file = path.join(home, 'sweep.json')
  writeFileSync(file, JSON.stringify({ config: TINY, grid: { 'training.steps': [400] } }))
  const { code, stderr } = await lab(
    ['sweep', file, '--json'],
    home,
    null,
    when('stdout', '"type":"train-step"', (child) => child.kill('SIGINT')),
  )
  expect(code).toBe(130)
  expect(stderr).toMatch(/Go on with: lab sweep sweep-\d/)
})

it.each([
  ['an unknown name', ['nothing'], 2, 'there is no sweep of this name'],
  ['a file that is not', ['./nothing.json'], 2, 'no such file'],
])('%s is told', async (_, args, code, said) => {
  const home = temporaryFolder()
  const result = await lab(['sweep', ...args], home)
  expect(result.code).toBe(code)
  expect(result.stderr).toContain(said)
})

it('refuses a range without a number to draw, with its field, and makes nothing', async () => {
  const home = temporaryFolder()
  const file = path.join(home, 'sweep.json')
  const fields = { 'warmup.steps': { kind: 'integer', low: 0.2, high: 0.8 } }
  writeFileSync(file, JSON.stringify({ config: TINY, random: { count: 2, fields } }))
  const { code, stderr } = await lab(['sweep', file], home)
  expect(code).toBe(2)
  expect(stderr).toContain('random.fields.warmup.steps')
  expect(stderr).toContain('Expected a whole number from low to high, found 0.2 to 0.8. Widen the range')
  expect(runsOf(home)).toEqual([])
})
