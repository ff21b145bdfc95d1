/** Designs with large files of series: they are read in a thread of their own, each file once, and again when it has changed. */
import { writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openLab, SMALL_CONFIG } from './lab-helpers.ts'

/** Rows of a series of two steps each. */
function csvOf(seriesCount: number, value = 0.5): string {
  const rows = Array.from({ length: seriesCount }, (_, i) => `${i},0,${value},\n${i},1,${i % 7},${value}\n`)
  return `series,step,x,y\n${rows.join('')}`
}

const datasetOf = (file: string) => ({
  kind: 'file',
  task: 'regression',
  path: file,
  columns: { series: 'series', step: 'step', inputs: ['x'], targets: ['y'] },
})

async function bringFile(home: string, text: string): Promise<string> {
  await mkdir(path.join(home, 'datasets'), { recursive: true })
  writeFileSync(path.join(home, 'datasets', 'own.csv'), text)
  return path.join('datasets', 'own.csv')
}

describe('a large file of series', () => {
  it('is read while the lab goes on', async () => {
    const { run, home } = await openLab()
    const file = await bringFile(home, csvOf(200_000))
    let turns = 0
    let isRead = false
    const turn = (): void => {
      turns++
      if (!isRead) setImmediate(turn)
    }
    setImmediate(turn)
    const { contents } = await run('data-file.read', { path: file })
    isRead = true
    expect(contents).toMatchObject({ kind: 'csv', rowCount: 400_000 })
    // Read in the lab's own thread it leaves some tens.
    expect(turns).toBeGreaterThan(1000)
  })

  it('is read again when it has changed under the same name', async () => {
    const { run, home } = await openLab()
    const dataset = datasetOf(await bringFile(home, csvOf(10)))
    const first = await run('dataset.preview', { dataset })
    expect((await run('dataset.preview', { dataset })).series).toEqual(first.series)
    await bringFile(home, csvOf(20, 0.25))
    const second = await run('dataset.preview', { dataset })
    expect([first, second].map(({ description }) => description.counts.train)).toEqual([6, 12])
    expect(second.series[0]!.inputs[0]).toEqual([0.25])
  })

  it('is refused before a run is made, with what is wrong with it', async () => {
    const { run, home } = await openLab()
    const dataset = datasetOf(await bringFile(home, csvOf(2)))
    await expect(run('run.start', { config: { ...SMALL_CONFIG, dataset } })).rejects.toMatchObject({ code: 'dataset' })
    expect((await run('run.query', { count: 10 })).totalCount).toBe(0)
  })
})
