/** `lab run` of a group in which a strategy fails: the others are run, the failure is told and comes out, and the run is taken up again when asked. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { jsonLines, lab, runsOf, temporaryFolder } from './lab.ts'

const CONFIG = {
  name: 'failing',
  dataset: { kind: 'copy-first-input', steps: 10, counts: { train: 64, validation: 16, test: 16 } },
  layers: [{ cell: 'gru', units: 8 }],
  strategies: ['warmed-up', 'none'],
  // Whatever its warm-up comes to is too multi-stable.
  warmup: { steps: 10, restartAbove: 0.001, maxRestarts: 0 },
  training: { steps: 10, batch: 8 },
  measures: { vaa: null, vaaStar: null },
  seeds: [0],
}

const statuses = (home: string): unknown[] =>
  runsOf(home)
    .map((id) => JSON.parse(readFileSync(path.join(home, 'runs', id, 'run.json'), 'utf8')) as Record<string, unknown>)
    .map(({ strategy, status }) => [strategy, status])
    .sort()

it('goes on after a run that fails, and ends with what the others came to', async () => {
  const home = temporaryFolder()
  const file = path.join(home, 'failing.json')
  writeFileSync(file, JSON.stringify(CONFIG))
  const { code, stdout } = await lab(['run', file, '--json'], home)
  expect(code).toBe(1)
  const lines = jsonLines(stdout)
  const [{ id, runs }] = lines as [{ id: string; runs: string[] }]
  expect(lines.filter(({ type }) => type === 'failed')).toMatchObject([{ run: runs[0], code: 'warm-up-restarts' }])
  expect(lines.at(-1)).toMatchObject({ type: 'summary', rows: [{ strategy: 'none', metric: 'mse' }] })
  expect(statuses(home)).toEqual([
    ['none', 'finished'],
    ['warmed-up', 'failed'],
  ])

  // The finished one is not run again; the other fails again, and its failure stands in words, too.
  const again = await lab(['resume', id], home)
  expect(again.code).toBe(1)
  expect(again.stderr).toContain(`${runs[0]} failed [warm-up-restarts]: `)
  expect(again.stderr).toContain(`Take them up again with: lab resume ${id}`)
  expect(again.stdout).toMatch(/^none +mse/m)
})

it('that is its only run says why and ends with the code of the error', async () => {
  const home = temporaryFolder()
  const file = path.join(home, 'failing.json')
  writeFileSync(file, JSON.stringify({ ...CONFIG, strategies: ['warmed-up'] }))
  const { code, stderr } = await lab(['run', file, '--json'], home)
  expect(code).toBe(1)
  expect(jsonLines(stderr)).toMatchObject([{ type: 'error', code: 'warm-up-restarts' }])
})
