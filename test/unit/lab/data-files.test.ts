/** Files of series that are brought to the lab: whole or not at all, under a name of their content, and nowhere but in its own folder. */
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openLab, runIs, SMALL_CONFIG, type TestLab } from './lab-helpers.ts'

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
    expect(view.path).toMatch(/^datasets[/\\]mine-[0-9a-f]{8}\.csv$/)
    expect(await readFile(path.join(lab.home, view.path))).toEqual(CSV)
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
    expect(await readFile(path.join(lab.home, view.path))).toEqual(CSV)
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
