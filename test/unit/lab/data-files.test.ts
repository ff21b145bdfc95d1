/** Files of series that are brought to the lab: whole or not at all, under a name of their content, and nowhere but in its own folder. */
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { MOST_DATA_FILE_BYTES } from '../../../shared/protocol/commands.ts'
import { makeHome, openLab, runIs, SMALL_CONFIG, type TestLab } from './lab-helpers.ts'
import { POSIX_LACK, itUnless } from '../../needs.ts'

const rows = Array.from({ length: 60 }, (_, row) => `${Math.floor(row / 6)},${row % 6},${Math.sin(row)},${row / 60}`)
const CSV = Buffer.from(['id,t,x,y', ...rows].join('\n'))

async function bring({ run }: TestLab, bytes: Buffer, fileName: string, byteCount = bytes.length) {
  const { uploadId } = await run('data-file.begin', { fileName, byteCount })
  for (let start = 0; start < bytes.length; start += 100)
    await run('data-file.append', { uploadId, base64: bytes.subarray(start, start + 100).toString('base64') })
  return run('data-file.finish', { uploadId })
}

describe('a file of series', () => {
  it('comes in pieces, is kept as it was, is guessed, and trains a run', async () => {
    const lab = await openLab()
    const view = await bring(lab, CSV, 'mine.csv')
    expect(path.dirname(view.path)).toBe(path.join(lab.home, 'datasets')) // absolute: a design is read from anywhere
    expect(path.basename(view.path)).toMatch(/^mine-[0-9a-f]{8}\.csv$/)
    expect(await readFile(view.path)).toEqual(CSV)
    expect(view.guess.columns).toEqual({ series: 'id', step: 't', inputs: ['x'], targets: ['y'] })
    expect(await lab.run('data-file.read', { path: view.path })).toEqual(view)
    const { counts } = (await lab.run('dataset.preview', { dataset: { kind: 'file', path: view.path, ...view.guess } }))
      .description
    expect(counts).toEqual({ train: 6, validation: 2, test: 2 })
    const { runIds } = await lab.run('run.start', {
      config: {
        ...SMALL_CONFIG,
        dataset: { kind: 'file', path: view.path, ...view.guess },
        strategies: ['none'],
        training: { steps: 5, batch: 3 },
      },
    })
    await lab.until(runIs(runIds[0]!, 'finished'))
  })

  it('is kept once when it is brought twice, and beside another of its name', async () => {
    const lab = await openLab()
    const first = await bring(lab, CSV, 'mine.csv')
    expect((await bring(lab, CSV, 'mine.csv')).path).toBe(first.path)
    const other = await bring(lab, Buffer.concat([CSV, Buffer.from('\n10,0,1,1')]), 'mine.csv')
    expect(other.path).not.toBe(first.path)
    expect(await readdir(path.join(lab.home, 'datasets'))).toHaveLength(2)
  })

  it('that does not come whole, or more than whole, leaves nothing', async () => {
    const lab = await openLab()
    await expect(bring(lab, CSV, 'mine.csv', CSV.length + 1)).rejects.toMatchObject({ code: 'file' })
    await expect(bring(lab, CSV, 'mine.csv', CSV.length - 1)).rejects.toMatchObject({ code: 'file' })
    const { uploadId } = await lab.run('data-file.begin', { fileName: 'a.npz', byteCount: 10 })
    await lab.run('data-file.abort', { uploadId })
    await expect(lab.run('data-file.finish', { uploadId })).rejects.toMatchObject({ code: 'file' })
    expect(await readdir(path.join(lab.home, 'datasets'))).toEqual([])
  })

  it('has a name alone, of a kind that is read', async () => {
    const { lab } = await openLab()
    for (const fileName of ['../a.csv', 'a/b.csv', 'a\\b.npz', 'a.exe', '.csv/..', 'C:a.csv', ''])
      await expect(lab.execute('data-file.begin', { fileName, byteCount: 1 })).rejects.toMatchObject({
        code: 'protocol',
      })
  })

  it.each<[string, string]>([
    ['200 characters', `${'a'.repeat(196)}.csv`],
    ['196 characters of three bytes', `${'数'.repeat(196)}.csv`],
    ['a device of Windows', 'con.x.csv'],
  ])('is kept under a name that every disk takes: %s', async (_, fileName) => {
    const lab = await openLab()
    const view = await bring(lab, CSV, fileName)
    expect(await readFile(view.path)).toEqual(CSV)
    const [file, ...others] = await readdir(path.join(lab.home, 'datasets'))
    expect(others).toEqual([])
    expect(Buffer.byteLength(file!)).toBeLessThanOrEqual(255)
    expect(file).toMatch(/^(?!con\.)\P{Cs}+-[0-9a-f]{8}\.csv$/u)
  })

  it('that has not come whole when the lab is closed leaves nothing', async () => {
    const { lab, run, home } = await openLab()
    await run('data-file.begin', { fileName: 'a.npz', byteCount: 10 })
    await lab.close()
    expect(await readdir(path.join(home, 'datasets'))).toEqual([])
  })

  it('that cannot be read is told, with its line', async () => {
    const lab = await openLab()
    const broken = Buffer.from('a,b\n1,2\n3\n')
    await expect(bring(lab, broken, 'broken.csv')).rejects.toMatchObject({ code: 'dataset' })
    await expect(bring(lab, Buffer.from('PK no'), 'broken.npz')).rejects.toMatchObject({ code: 'dataset' })
    expect(await readdir(path.join(lab.home, 'datasets'))).toEqual([])
  })

  it('may lie anywhere, and is told about', async () => {
    const lab = await openLab()
    const place = path.join(await makeHome(), 'elsewhere.csv')
    await writeFile(place, CSV)
    expect(await lab.run('data-file.read', { path: place })).toMatchObject({ contents: { kind: 'csv', rowCount: 60 } })
  })

  it('of training series is told with the one of test series beside it, and both are previewed', async () => {
    const lab = await openLab()
    const folder = await makeHome()
    const place = path.join(folder, 'Toy_TRAIN.tsv')
    await writeFile(place, '1\t0.5\t1\n2\t1\t2\n1\t2\tNaN\n')
    expect(await lab.run('data-file.read', { path: place })).toMatchObject({ testPath: null })
    const testPath = path.join(folder, 'Toy_TEST.tsv')
    await writeFile(testPath, '2\t5\t6\n3\t5\t6\n')
    const view = await lab.run('data-file.read', { path: place })
    expect(view).toMatchObject({
      contents: { kind: 'series', seriesCount: 3, lengths: { shortest: 1, longest: 2 } },
      guess: { task: 'classification', targets: 'last-step' },
      testPath,
    })
    const { task, targets } = view.guess
    const dataset = { kind: 'file', path: place, testPath, task, targets }
    const counts = async () => (await lab.run('dataset.preview', { dataset })).description.counts
    expect(await counts()).toEqual({ train: 2, validation: 1, test: 2 })
    await writeFile(testPath, '2\t5\t6\n3\t5\t6\n1\t5\t6\n')
    expect(await counts()).toEqual({ train: 2, validation: 1, test: 3 })
  })

  itUnless(POSIX_LACK)('that is a pipe, a device or a folder is refused without being opened', async () => {
    const lab = await openLab()
    const folder = await makeHome()
    const pipe = path.join(folder, 'pipe.csv')
    execFileSync('mkfifo', [pipe])
    const device = path.join(folder, 'zero.csv')
    await symlink('/dev/zero', device)
    await mkdir(path.join(folder, 'folder.csv'))
    for (const [name, found] of [
      [pipe, 'a pipe'],
      [device, 'a device'],
      [path.join(folder, 'folder.csv'), 'a folder'],
    ] as const) {
      const refused = { code: 'dataset', detail: { where: name, found } }
      await expect(lab.run('data-file.read', { path: name })).rejects.toMatchObject(refused)
      const dataset = { kind: 'file', path: name, task: 'regression', targets: 'last-step' }
      await expect(lab.run('dataset.preview', { dataset })).rejects.toMatchObject(refused)
    }
  })

  it('of another kind is not opened, and one that is too large is not read', async () => {
    const lab = await openLab()
    const folder = await makeHome()
    await expect(lab.run('data-file.read', { path: '/etc/hostname' })).rejects.toMatchObject({
      code: 'dataset',
      detail: { expected: 'a name that ends in .npz, .csv, .tsv, .txt, .ts or .arff' },
    })
    const large = path.join(folder, 'large.csv')
    await writeFile(large, 'a,b')
    await truncate(large, MOST_DATA_FILE_BYTES + 1) // holes take no room
    await expect(lab.run('data-file.read', { path: large })).rejects.toMatchObject({
      code: 'dataset',
      detail: { where: large, found: `${MOST_DATA_FILE_BYTES + 1}` },
    })
  })

  it('whose lab was killed is taken away a day later', async () => {
    const lab = await openLab()
    await bring(lab, CSV, 'mine.csv')
    const folder = path.join(lab.home, 'datasets')
    const [old, young] = ['.incoming-old', '.incoming-young'].map((name) => path.join(folder, name))
    for (const file of [old!, young!]) await writeFile(file, '1')
    await utimes(old!, new Date(0), new Date(0))
    await bring(lab, CSV, 'mine.csv')
    expect((await readdir(folder)).filter((name) => name.startsWith('.incoming'))).toEqual(['.incoming-young'])
  })
})
