/** `run.spreads`: what a run's file holds of its weights and gradients, over time; files that grow, were cut or are damaged. */
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { MOST_COLUMNS, SeedSpreads } from '../../../main/lab/run-spreads.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import type { RunSpreads } from '../../../shared/protocol/insight-views.ts'
import type { TensorMap } from '../../../shared/numerics/dims.ts'
import type { RunEvent } from '../../../shared/runs/run.ts'
import { measureSpreads } from '../../../shared/runs/spreads.ts'
import { NO_MARKS } from '../../../shared/runs/timeline.ts'
import { storeWithRun } from '../store/store-helpers.ts'
import { openLab, runIs, SMALL_CONFIG } from './lab-helpers.ts'

const ASKED = { runId: 'run', seed: null, what: 'weights', layerIndex: 0, partIndex: null } as const
const AXIS = { marks: NO_MARKS, lastPosition: 0 }

function spreadsLine(step: number, values: readonly number[] = [step, -step]): string {
  const tensors: TensorMap = new Map([
    ['layers.0.parts.0.W', { shape: [values.length], data: Float32Array.from(values) }],
  ])
  const event: RunEvent = { type: 'spreads', phase: 'training', step, seeds: [measureSpreads(tensors, tensors)] }
  return `${JSON.stringify(event)}\n`
}
const stepLine = (step: number): string =>
  `${JSON.stringify({ type: 'train-step', step, loss: [1 / step], gradientNorm: [1], learningRate: [1e-3] })}\n`

async function newFile(
  content: string,
): Promise<{ file: string; spreads: SeedSpreads; read: () => Promise<number[]> }> {
  const { folder } = await storeWithRun()
  const file = path.join(folder, 'metrics.jsonl')
  await writeFile(file, content)
  const spreads = new SeedSpreads(folder, 0)
  const read = async (): Promise<number[]> => {
    await spreads.readFile()
    return spreads.view(ASKED, AXIS).columns.map(({ fromPosition }) => fromPosition)
  }
  return { file, spreads, read }
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

describe('the spreads in a file', () => {
  it('are found among other lines, and read on when it grows', async () => {
    const steps = Array.from({ length: 300 }, (_, i) => stepLine(i + 1)).join('')
    const { file, read } = await newFile(spreadsLine(0) + steps + spreadsLine(300))
    expect(await read()).toEqual([0, 300])
    await appendFile(file, stepLine(301) + spreadsLine(302).slice(0, 40))
    expect(await read()).toEqual([0, 300])
    await appendFile(file, spreadsLine(302).slice(40) + stepLine(303))
    expect(await read()).toEqual([0, 300, 302])
    expect(await read()).toEqual([0, 300, 302])
  })

  it('are read anew when it was cut, although it is longer than before', async () => {
    const { file, read } = await newFile(spreadsLine(0) + spreadsLine(10) + spreadsLine(20))
    expect(await read()).toEqual([0, 10, 20])
    const log = `${JSON.stringify({ type: 'log', level: 'info', message: 'taken up again' })}\n`
    await writeFile(file, spreadsLine(0) + log + spreadsLine(10) + spreadsLine(20) + spreadsLine(30))
    expect(await read()).toEqual([0, 10, 20, 30])
    await writeFile(file, spreadsLine(0))
    expect(await read()).toEqual([0])
  })

  it('are passed over where they are damaged, and counted', async () => {
    const torn = `${spreadsLine(10).slice(0, 60)}\n`
    const wrong = spreadsLine(20).replace('"counts":[', '"counts":[-1,')
    const { spreads, read } = await newFile(spreadsLine(0) + torn + wrong + spreadsLine(30))
    expect(await read()).toEqual([0, 30])
    expect(spreads.view(ASKED, AXIS)).toMatchObject({ damagedCount: 2, momentCount: 2 })
  })

  it('are added together where they are many, and no value is lost', async () => {
    const count = 1000
    const lines = Array.from({ length: count }, (_, step) => spreadsLine(step, [Math.sin(step), step, 0.5]))
    const { spreads, read } = await newFile(lines.join(''))
    const positions = await read()
    expect(positions.length).toBeLessThanOrEqual(MOST_COLUMNS)
    expect(positions[0]).toBe(0)
    const { columns, momentCount, binCount } = spreads.view(ASKED, AXIS)
    expect(momentCount).toBe(count)
    expect(columns.at(-1)!.toPosition).toBe(count - 1)
    expect(sum(columns.flatMap(({ counts }) => counts))).toBe(3 * count)
    expect(columns.every(({ counts }) => counts.length === binCount)).toBe(true)
  })

  it('are none in a run without metrics', async () => {
    const { folder } = await storeWithRun()
    const spreads = new SeedSpreads(folder, 0)
    await spreads.readFile()
    expect(spreads.view(ASKED, AXIS)).toMatchObject({ columns: [], slices: [], momentCount: 0 })
  })
})

describe('run.spreads', () => {
  it('answers for every layer, part and the readout of a run, warm-up before training', async () => {
    const { run, until, home } = await openLab()
    const config = { ...SMALL_CONFIG, strategies: ['double'] }
    const [runId] = (await run('run.start', { config })).runIds as [string]
    await until(runIs(runId, 'finished'))
    const whole = await run('run.spreads', { runId, what: 'weights' })
    expect(whole.seed).toBe(0)
    expect(whole.slices).toEqual([
      { layerIndex: 0, partIndex: null },
      { layerIndex: 0, partIndex: 0 },
      { layerIndex: 0, partIndex: 1 },
      { layerIndex: null, partIndex: null },
    ])
    // Before and after the warm-up of 6 steps, then every 20 of training.
    expect(whole.columns.map(({ fromPosition }) => fromPosition)).toEqual([0, 6, 26, 46])
    const ask = (slice: RunSpreads['slice'], what: RunSpreads['what'] = 'weights'): Promise<RunSpreads> =>
      run('run.spreads', { runId, seed: 1, what, ...slice })
    const { events } = await new RunStore(home).readMetrics(runId)
    const taken = events.flatMap((event) => (event.type === 'spreads' ? [event] : []))
    for (const what of ['weights', 'gradients'] as const) {
      const [layer, first, second] = (await Promise.all(whole.slices.map((slice) => ask(slice, what)))) as [
        RunSpreads,
        RunSpreads,
        RunSpreads,
        RunSpreads,
      ]
      layer.columns.forEach((column, index) => {
        const parts = taken[index]!.seeds[1]!.filter(({ layerIndex }) => layerIndex === 0)
        expect(sum(column.counts)).toBe(sum(parts.flatMap((part) => part[what].counts)))
        expect(sum(column.counts)).toBe(sum(first.columns[index]!.counts) + sum(second.columns[index]!.counts))
      })
    }
    await expect(ask({ layerIndex: 1, partIndex: null })).rejects.toMatchObject({ code: 'usage' })
    await expect(run('run.spreads', { runId, seed: 5, what: 'weights' })).rejects.toMatchObject({ code: 'usage' })
  })

  it('answers with none for a run that takes none, which is the same configuration as one that does', async () => {
    const { run, until, home } = await openLab()
    const ids: string[] = []
    for (const histograms of [true, false]) {
      const config = { ...SMALL_CONFIG, strategies: ['none'], measures: { ...SMALL_CONFIG.measures, histograms } }
      const [runId] = (await run('run.start', { config })).runIds as [string]
      await until(runIs(runId, 'finished'))
      ids.push(runId)
    }
    expect(await run('run.spreads', { runId: ids[1]!, what: 'gradients' })).toMatchObject({ columns: [], slices: [] })
    const { runs } = await run('run.query', { count: 10 })
    expect(new Set(runs.map(({ configurationId }) => configurationId)).size).toBe(1)
    // A record from before there were histograms, and digests.
    const file = path.join(home, 'runs', ids[1]!, 'run.json')
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace(/,\s*"histograms": false|,\s*"recordSha256": "\w+"/g, ''),
    )
    expect((await run('run.read', { runId: ids[1]! })).config?.measures.histograms).toBe(false)
  })
})
