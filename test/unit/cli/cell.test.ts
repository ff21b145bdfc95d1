/** Cells on the command line: what `lab cell` lists, and what is told of a cell before a run or a sweep begins. */
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { jsonLines, lab, smallRun, temporaryFolder } from './lab.ts'

const FORGETS = "source h' = U h\nh' = tanh(W x\n  + b)\nfixed W\n"
const WARNING = 'No equation reads `h`: the cell has no recurrence and remembers nothing.'

function homeWith(name: string, text: string): { home: string; file: string } {
  const home = temporaryFolder()
  const file = path.join(home, name)
  writeFileSync(file, text)
  return { home, file }
}

it('lab cell lists equations, parameters with their roles, and warnings', async () => {
  const { home, file } = homeWith('forgets.txt', FORGETS)
  const { stdout } = await lab(['cell', file, '--json'], home)
  expect(jsonLines(stdout)).toEqual([
    expect.objectContaining({
      name: 'forgets',
      source: "h' = U h",
      equations: ["h' = tanh(W x + b)"],
      parameters: [
        { symbol: 'W', dims: ['H', 'I'], role: 'input-matrix', isFrozen: true, initialValues: 'xavier' },
        { symbol: 'b', dims: ['H'], role: 'bias', isFrozen: false, initialValues: 'zeros' },
      ],
      warnings: [WARNING],
    }),
  ])
})

it('lab run tells what a cell is warned of before anything is made', async () => {
  const { home, file } = homeWith('forgets.txt', FORGETS)
  const { code, stdout } = await lab([...smallRun(2), '--cell', file], home)
  expect(code).toBe(0)
  expect(
    jsonLines(stdout)
      .map(({ type }) => type)
      .slice(0, 2),
  ).toEqual(['warning', 'group'])
  expect(jsonLines(stdout)[0]).toEqual({ type: 'warning', cell: 'forgets', message: WARNING })
})

it('lab sweep tells it once for all points', async () => {
  const { home } = homeWith('unused.txt', '')
  const file = path.join(home, 'sweep.json')
  const config = {
    dataset: { kind: 'copy-first-input', steps: 5, counts: { train: 8, validation: 4, test: 4 } },
    layers: [{ cell: 'forgets', units: 4 }],
    strategies: ['none'],
    seeds: [0],
    training: { steps: 1, batch: 4 },
    measures: { vaa: null, vaaStar: null },
    cells: { forgets: FORGETS },
  }
  writeFileSync(file, JSON.stringify({ name: 'forgetful', config, grid: { 'dataset.steps': [5, 6] } }))
  const { code, stderr } = await lab(['sweep', file], home)
  expect(code).toBe(0)
  expect(stderr.match(/warning: forgets: .*/g)).toEqual([`warning: forgets: ${WARNING}`])
})

it('an own cell with the name of one of the lab’s is refused by both, and nothing is made', async () => {
  const { home, file } = homeWith('mine.txt', "cell gru\nh' = tanh(W x + U h)")
  for (const args of [
    ['cell', file],
    [...smallRun(2), '--cell', file],
  ]) {
    const { code, stderr } = await lab(args, home)
    expect(code).toBe(2)
    expect(stderr).toContain('`gru` is a cell of the lab')
  }
  expect(readdirSync(home)).toEqual(['mine.txt'])
})
