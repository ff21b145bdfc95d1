/** Data that is exchanged, moved or gone, settings that it does not allow, and texts as Windows writes them, on the real command line. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { jsonLines, lab, runsOf, temporaryFolder, when } from './lab.ts'

const csvOf = (factor: number): string =>
  [
    'id,t,x,y',
    ...Array.from({ length: 96 }, (_, row) => `${row >> 2},${row % 4},${factor * (row % 7)},${factor * row}`),
  ].join('\n')

const CONFIG = {
  name: 'own',
  dataset: {
    kind: 'file',
    path: 'data.csv',
    task: 'regression',
    columns: { series: 'id', step: 't', inputs: ['x'], targets: ['y'] },
  },
  layers: [{ units: 4 }],
  strategies: ['none'],
  seeds: [0],
  training: { steps: 40, batch: 8 },
  measures: { everySteps: 0 },
}

/** A folder with a configuration and its data. */
function makeCase(change: object = {}): { readonly home: string; readonly config: string; readonly data: string } {
  const home = temporaryFolder()
  const [config, data] = ['config.json', 'data.csv'].map((name) => path.join(home, name)) as [string, string]
  writeFileSync(config, JSON.stringify({ ...CONFIG, ...change }))
  writeFileSync(data, csvOf(1))
  return { home, config, data }
}

describe('a run whose data has changed when it is resumed', () => {
  it('is refused with both digests, goes on where the file lies now, or with other data where that is asked for', async () => {
    const { home, config, data } = makeCase({ training: { steps: 100_000, batch: 8 } })
    const paused = await lab(
      ['run', config, '--json'],
      home,
      null,
      when('stdout', '"type":"train-step"', (child) => void child.kill('SIGINT')),
    )
    expect(paused.code).toBe(130)
    const [run] = runsOf(home) as [string]
    const moved = path.join(home, 'moved.csv')
    renameSync(data, moved)
    writeFileSync(data, csvOf(2))

    const refused = await lab(['resume', run, '--json'], home)
    expect(refused.code).toBe(1)
    const error = JSON.parse(refused.stderr) as { code: string; message: string }
    expect(error.code).toBe('dataset')
    expect(error.message.match(/SHA-256 [0-9a-f]{64}/g)).toHaveLength(2)
    expect(error.message).toContain(data)
    const vaa = ['vaa', run, '--weights', 'last', '--convergence-steps', '5', '--draws', '1', '--json']
    expect(JSON.parse((await lab(vaa, home)).stderr)).toMatchObject({ code: 'dataset' })
    expect((await lab([...vaa, '--data', moved], home)).code).toBe(0)

    const goOn = (flags: string[]) =>
      lab(
        ['resume', run, '--json', ...flags],
        home,
        null,
        when('stdout', '"type":"train-step"', (child) => void child.kill('SIGINT')),
      )
    expect((await goOn(['--data', moved])).code).toBe(130)
    rmSync(moved)
    expect((await goOn([])).code).toBe(1)
    const other = await goOn(['--other-data'])
    expect(other.code).toBe(130)
    expect(jsonLines(other.stdout)).toContainEqual({ type: 'other-data', run, file: data })
    const record = JSON.parse(readFileSync(path.join(home, 'runs', run, 'run.json'), 'utf8')) as {
      data: { sha256: string; earlier: { sha256: string }[] }
    }
    expect(record.data.earlier).toHaveLength(1)
    expect(record.data.earlier[0]!.sha256).not.toBe(record.data.sha256)
  })
})

describe('a finished run', () => {
  it('is forked with other data where that is asked for: each command, the log and the record say so, and what was told of the old is not', async () => {
    const dataset = { ...CONFIG.dataset, split: { validation: 0 } }
    const { home, config, data } = makeCase({ dataset })
    expect((await lab(['run', config], home)).code).toBe(0)
    const [run] = runsOf(home) as [string]
    writeFileSync(data, csvOf(2))
    const forked = await lab(['fork', run, '--steps', '60', '--other-data'], home)
    expect(forked.code, forked.stderr).toBe(0)
    const fork = runsOf(home).find((id) => id !== run)!
    expect(forked.stderr).toContain(`${fork} goes on with other data than it began with: ${data}`)
    const readIn = (id: string, file: string): string => readFileSync(path.join(home, 'runs', id, file), 'utf8')
    const recordOf = (id: string) =>
      JSON.parse(readIn(id, 'run.json')) as { data: { sha256: string; earlier: object[] }; remarks: object[] }
    const [before, now] = [recordOf(run), recordOf(fork)]
    expect(now.data.earlier).toHaveLength(1)
    expect(now.remarks).toEqual(before.remarks)
    expect(jsonLines(readIn(fork, 'log.jsonl'))).toContainEqual(
      expect.objectContaining({ kind: 'other-data', sha256: now.data.sha256, before: before.data.sha256 }),
    )
  })

  it('is exported although its data is gone', async () => {
    const { home, config, data } = makeCase()
    expect((await lab(['run', config], home)).code).toBe(0)
    rmSync(data)
    const exported = await lab(['export', runsOf(home)[0]!, '--output', path.join(home, 'weights.safetensors')], home)
    expect(exported, exported.stderr).toMatchObject({ code: 0 })
  })
})

describe('a file of few series', () => {
  it('trains with every strategy, with batches of what there is, and says so', async () => {
    const { home, config } = makeCase({
      strategies: ['none', 'warmed-up', 'double'],
      warmup: { steps: 2, maxConvergenceSteps: 3 },
      training: { epochs: 1 },
    })
    const { code, stdout, stderr } = await lab(['run', config], home)
    expect(code, stderr).toBe(0)
    expect(stdout.match(/`training\.batch` is 14 and not 32/g)).toHaveLength(3)
    expect(stdout.match(/`warmup\.batch` is 14 and not 32/g)).toHaveLength(3)
    expect(runsOf(home)).toHaveLength(3)
  })

  it('without a validation set ends with its last weights, and says so', async () => {
    const { home, config } = makeCase({
      dataset: { kind: 'copy-first-input', steps: 6, counts: { train: 20, validation: 0, test: 10 } },
    })
    const { code, stdout } = await lab(['run', config], home)
    expect(code).toBe(0)
    expect(stdout).toContain('There is no validation set: the best weights are the last.')
    expect(stdout).toContain('(test set, the last weights, since there is no validation set;')
    const exported = await lab(
      ['export', runsOf(home)[0]!, '--output', path.join(home, 'w.npz'), '--format', 'npz'],
      home,
    )
    expect(exported.stdout).toContain('(last weights)')
  })
})

describe('texts as Windows writes them', () => {
  const UTF16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le')
  it.each([
    ['a byte order mark', (text: string): Buffer => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, little end first', UTF16],
    ['UTF-16, big end first', (text: string): Buffer => UTF16(text).swap16()],
  ])('are read: %s', async (_, encode) => {
    const { home, config } = makeCase()
    const cell = path.join(home, 'own.txt')
    writeFileSync(config, encode(JSON.stringify({ ...CONFIG, name: 'Lauf ä' })))
    writeFileSync(cell, encode("cell own\nh' = tanh(W x + U h + b)\n"))
    const shown = await lab(['run', config, '--cell', cell, '--print-config'], home)
    expect(shown.code, shown.stderr).toBe(0)
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: 'Lauf ä', layers: [{ cell: 'own' }] })
    expect((await lab(['cell', cell], home)).code).toBe(0)
  })
})
