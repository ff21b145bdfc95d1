/** `lab trash`: deleted runs and sweeps listed, taken back and erased from a terminal or a script, with a word to say that it is meant. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RunStore } from '../../../main/store/run-store.ts'
import { SweepStore } from '../../../main/store/sweep-store.ts'
import { SweepTrash } from '../../../main/store/sweep-trash.ts'
import { bytesOnDisk } from '../../../main/store/trash-sizes.ts'
import { moveToTrash } from '../../../main/store/trash.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { parseSweep } from '../../../shared/experiments/sweep.ts'
import { bytesOf, versions } from '../store/store-helpers.ts'
import { jsonLines, lab, runsOf, temporaryFolder } from './lab.ts'
import { LINUX_LACK, itUnless } from '../../needs.ts'

const BIN = new URL('../../../main/cli/bin.ts', import.meta.url).pathname
const home = temporaryFolder()
let [alpha, beta, swept, sweepId] = ['', '', '', '']
let whole: Record<string, string> = {}

async function makeRun(name: string): Promise<string> {
  const config = parseConfig(
    {
      name,
      dataset: { kind: 'copy-first-input', steps: 12 },
      layers: [{ cell: 'gru', units: 8 }],
      strategies: ['none'],
    },
    'test',
  )
  const [record] = await new RunStore(home).createGroup(config, ['none'], versions)
  return record!.id
}

beforeAll(async () => {
  ;[alpha, beta, swept] = [await makeRun('alpha'), await makeRun('beta'), await makeRun('swept')]
  const store = new SweepStore(home)
  const { definition, sweep } = parseSweep({ name: 'grid', preset: 'quick', grid: { 'training.batch': [4] } }, 'test')
  const record = await store.create(definition, home, sweep.points.length)
  sweepId = record.id
  const writer = await store.openWriter(sweepId)
  await writer.setRuns(0, [swept])
  await writer.close()
  whole = await bytesOf(home)
})

beforeEach(async () => {
  rmSync(path.join(home), { recursive: true, force: true })
  for (const [file, text] of Object.entries(whole)) {
    mkdirSync(path.dirname(path.join(home, file)), { recursive: true })
    writeFileSync(path.join(home, file), text, 'latin1')
  }
  const runs = new RunStore(home)
  const sweeps = new SweepTrash(home, new SweepStore(home))
  for (const id of [alpha, beta]) await moveToTrash(home, runs, id)
  await sweeps.noteRuns(sweepId, [swept])
  await moveToTrash(home, runs, swept)
  await sweeps.put(sweepId)
})

const inTrash = (): string[] =>
  existsSync(path.join(home, 'trash'))
    ? readdirSync(path.join(home, 'trash')).filter((name) => !name.startsWith('.'))
    : []

describe('lab trash', () => {
  it('lists what was deleted, the last first, as objects', async () => {
    const { code, stdout, stderr } = await lab(['trash', '--json'], home)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = jsonLines(stdout)
    expect(lines.map(({ id }) => id)).toEqual([sweepId, swept, beta, alpha])
    expect(lines[0]).toMatchObject({
      type: 'deleted',
      kind: 'sweep',
      name: 'grid',
      runCount: 1,
      strategy: null,
      error: null,
    })
    expect(lines[3]).toEqual({
      type: 'deleted',
      key: `run:${alpha}`,
      kind: 'run',
      id: alpha,
      groupId: alpha.replace(/-none$/, ''),
      name: 'alpha',
      strategy: 'none',
      network: 'gru 8',
      dataset: 'copy-first-input T=12',
      state: 'queued',
      sweepName: null,
      runCount: null,
      deletedAt: expect.stringMatching(/^\d{4}-/) as string,
      isTimeNoted: true,
      bytes: await bytesOnDisk(path.join(home, 'trash', alpha)),
      error: null,
    })
  })

  it('is a table with what is wrong under it, and how to go on', async () => {
    rmSync(path.join(home, 'trash', beta, 'run.json'))
    rmSync(path.join(home, 'trash', `.${alpha}.deletion.json`))
    const { code, stdout } = await lab(['trash'], home)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^deleted +what +name +strategy +network +size +id\n/)
    expect(stdout).toMatch(new RegExp(`\\n[^\\n]*damaged run [^\\n]*${beta}\\n`))
    expect(stdout).toMatch(new RegExp(`\\n *about \\d{4}-[^\\n]* run +alpha +none +gru 8 [^\\n]*${alpha}\\n`))
    expect(stdout).toMatch(new RegExp(`\\n${beta}: .*run\\.json: the record of the run cannot be read\\.`))
    expect(stdout).toMatch(/\n3 runs and 1 sweep, \d+ kB\. Take back: lab trash restore ID\./)
  })

  it('says that it is empty, and --json says nothing', async () => {
    const empty = temporaryFolder()
    expect(await lab(['trash'], empty)).toMatchObject({ code: 0, stdout: 'The trash is empty.\n', stderr: '' })
    expect(await lab(['trash', '--json'], empty)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(await lab(['trash', 'erase', '--all'], empty)).toMatchObject({ code: 0, stdout: 'The trash is empty.\n' })
    expect(readdirSync(empty)).toEqual([])
  })

  it('is named in the help of `lab runs` and in its own', async () => {
    expect((await lab(['runs', '--help'], home)).stdout).toContain('Deleted runs: lab trash')
    const { stdout } = await lab(['trash', '--help'], home)
    expect(stdout).toContain('restore')
    expect(stdout).toContain('erase')
  })
})

describe('lab trash restore', () => {
  it('takes back a run by its beginning, and a sweep with its run', async () => {
    const runs = await lab(['trash', 'restore', alpha.slice(0, 9)], home)
    expect(runs).toMatchObject({ code: 0, stdout: `restored run ${alpha}\n`, stderr: '' })
    const { code, stdout } = await lab(['trash', 'restore', beta, sweepId, '--json'], home)
    expect(code).toBe(0)
    expect(jsonLines(stdout)).toEqual(
      expect.arrayContaining([
        { type: 'restored', kind: 'run', id: swept },
        { type: 'restored', kind: 'sweep', id: sweepId },
        { type: 'restored', kind: 'run', id: beta },
      ]),
    )
    expect(await bytesOf(home)).toEqual(whole)
  })

  it('says what has the place of a run, exits 1, and takes back the others', async () => {
    mkdirSync(path.join(home, 'runs', alpha), { recursive: true })
    const { code, stdout, stderr } = await lab(['trash', 'restore', alpha, beta], home)
    expect({ code, stdout }).toEqual({ code: 1, stdout: `restored run ${beta}\n` })
    expect(stderr).toMatch(/^error \[run-folder\]: .*something at the second\. Move or rename what has the place/)
    expect(inTrash()).toContain(alpha)
  })

  it.each([
    ['alpja', /Did you mean `alpha-/],
    ['', /List what was deleted/],
    ['../runs', /List what was deleted/],
  ])('of `%s` is a wrong use', async (name, remedy) => {
    const { code, stdout, stderr } = await lab(
      ['trash', 'restore', name === 'alpja' ? alpha.replace('alpha', name) : name],
      home,
    )
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^error \[usage\]: .*there is nothing of this name in the trash\./)
    expect(stderr).toMatch(remedy)
    expect(runsOf(home)).toEqual([])
  })
})

describe('lab trash erase', () => {
  it('does nothing where nobody can be asked, unless it is said with --yes, and tells how much it would be', async () => {
    const before = await bytesOf(path.join(home, 'trash'))
    const { code, stdout, stderr } = await lab(['trash', 'erase', alpha], home)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^error \[usage\]: --yes: .*Erase 1 run, \d+ kB\? This cannot be undone\.\n$/)
    expect(await bytesOf(path.join(home, 'trash'))).toEqual(before)
    expect(await lab(['trash', 'erase', alpha, '--yes'], home)).toMatchObject({
      code: 0,
      stdout: `erased run ${alpha}\n`,
    })
    expect(inTrash()).not.toContain(alpha)
    expect(runsOf(home)).toEqual([])
  })

  it('erases a sweep with the run deleted with it, and --all the rest', async () => {
    const { code, stdout } = await lab(['trash', 'erase', sweepId, '--yes', '--json'], home)
    expect(code).toBe(0)
    expect(jsonLines(stdout)).toEqual([
      { type: 'erased', kind: 'run', id: swept },
      { type: 'erased', kind: 'sweep', id: sweepId },
    ])
    expect(inTrash().sort()).toEqual([alpha, beta, 'sweeps'].sort())
    mkdirSync(path.join(home, 'trash', '.erasing-half.0badcafe'))
    expect(await lab(['trash', 'erase', '--all', '--yes'], home)).toMatchObject({ code: 0, stderr: '' })
    expect(await bytesOf(path.join(home, 'trash'))).toEqual({})
    expect(readdirSync(path.join(home, 'trash'))).toEqual(['sweeps'])
  })

  it.each([[[]], [['--all', 'x']]])('of %j is a wrong use', async (more) => {
    const { code, stderr } = await lab(['trash', 'erase', ...more, '--yes'], home)
    expect(code).toBe(2)
    expect(stderr).toContain('ids of deleted runs and sweeps, or --all')
    expect(inTrash()).toHaveLength(4)
  })
})

describe('in a terminal', () => {
  /** As somebody sees it who sits there: `script` of util-linux makes the terminal. */
  const inTerminal = (answer: string): { status: number | null; shown: string } => {
    const command = [process.execPath, BIN, 'trash', 'erase', alpha].map((part) => `'${part}'`).join(' ')
    const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      input: `${answer}\n`,
      encoding: 'utf8',
      env: { ...process.env, WARMUP_LAB_HOME: home, NO_COLOR: '1' },
    })
    return { status, shown: stdout }
  }

  itUnless(LINUX_LACK)('erasing asks first, and takes only yes for yes', () => {
    const kept = inTerminal('')
    expect(kept.shown).toMatch(/Erase 1 run, \d+ kB\? This cannot be undone\. \[y\/N\]/)
    expect(kept.shown).toContain('Nothing was erased.')
    expect(kept.status).toBe(1)
    expect(inTrash()).toContain(alpha)
    const gone = inTerminal('y')
    expect(gone.shown).toContain(`erased run ${alpha}`)
    expect(gone.status).toBe(0)
    expect(inTrash()).not.toContain(alpha)
  })
})
