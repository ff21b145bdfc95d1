/** A damaged line of a run's metrics, as the lab answers: it costs its own values alone, in charts and CSV, live and at rest, and is told. */
import { readFile, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { SeriesName } from '../../../shared/runs/series.ts'
import type { RunMetrics } from '../../../shared/protocol/run-views.ts'
import { bytesOf } from '../store/store-helpers.ts'
import { LONG_CONFIG, openLab, runIs, SMALL_CONFIG } from './lab-helpers.ts'

const ASKED = { series: ['loss', 'validation-loss', 'vaa'] as SeriesName[], from: null, to: null, buckets: 1000 }

/** Spoils the line that `isIt`. @returns its place */
async function damageLine(file: string, isIt: (line: string) => boolean): Promise<{ line: number; byte: number }> {
  const lines = (await readFile(file, 'utf8')).split('\n')
  const index = lines.findIndex(isIt)
  const byte = Buffer.byteLength(lines.slice(0, index).join('\n')) + 1
  lines[index] = lines[index]!.slice(0, -10)
  await writeFile(file, lines.join('\n'))
  return { line: index + 1, byte }
}

const isStep = (line: string): boolean => line.startsWith('{"type":"train-step","step":7,')
const pointsOf = ({ series }: RunMetrics, wanted: SeriesName): number =>
  series.find(({ name }) => name === wanted)?.pointCount ?? 0

it('a finished run with a damaged line has all other values in its chart and its CSV file, and both say what they lack', async () => {
  const { run, until, home } = await openLab()
  const config = { ...SMALL_CONFIG, strategies: ['none'] }
  const [runId] = (await run('run.start', { config })).runIds as [string]
  await until(runIs(runId, 'finished'))
  const whole = await run('run.metrics', { runId, ...ASKED })
  const wholeCsv = await run('run.export', { runId, format: 'csv' })
  expect([whole.damaged, wholeCsv.damaged]).toEqual([null, null])
  const file = path.join(home, 'runs', runId, 'metrics.jsonl')
  const { size } = await stat(file)
  const { line, byte } = await damageLine(file, isStep)
  const damaged = {
    file,
    lines: { count: 1, firstLine: line, firstByte: byte },
    change: { writtenBytes: size, foundBytes: size - 10 },
  }
  const rest = await run('run.metrics', { runId, ...ASKED })
  expect(rest).toMatchObject({ damaged, lastPosition: whole.lastPosition, marks: whole.marks, names: whole.names })
  expect(pointsOf(rest, 'loss')).toBe(pointsOf(whole, 'loss') - 1)
  for (const name of ['validation-loss', 'vaa'] as const) expect(pointsOf(rest, name)).toBe(pointsOf(whole, name))
  const csv = await run('run.export', { runId, format: 'csv' })
  expect(csv.damaged).toEqual(damaged)
  const rows = ({ base64 }: { base64: string }): string[] => Buffer.from(base64, 'base64').toString().split('\n')
  // Three series of two seeds stand in the line.
  expect(rows(csv)).toEqual(
    rows(wholeCsv).filter((row) => !/^(loss|gradient-norm|learning-rate),training,7,/.test(row)),
  )
  expect(rows(csv)).toHaveLength(rows(wholeCsv).length - 6)
  expect((await run('run.export', { runId, format: 'config' })).damaged).toBeNull()
})

it('a finished run whose metrics are cut, or another, says so in charts and CSV, and is what it was with a copy put back', async () => {
  const { run, until, home } = await openLab()
  const [runId] = (await run('run.start', { config: { ...SMALL_CONFIG, strategies: ['none'] } })).runIds as [string]
  await until(runIs(runId, 'finished'))
  const file = path.join(home, 'runs', runId, 'metrics.jsonl')
  const whole = await readFile(file)
  const damages = async () => {
    const { damaged } = await run('run.metrics', { runId, ...ASKED })
    return [damaged, (await run('run.export', { runId, format: 'csv' })).damaged]
  }
  const writtenBytes = whole.length

  // At the end of a line, so that every line that is left can be read.
  const foundBytes = whole.lastIndexOf('\n', writtenBytes - 2) + 1
  await truncate(file, foundBytes)
  const cut = { file, lines: null, change: { writtenBytes, foundBytes } }
  expect(await damages()).toEqual([cut, cut])

  // A digit of a loss: only who reads all of the file sees it.
  const digit = whole.indexOf('"loss":[') + '"loss":['.length + 2
  await writeFile(file, whole.with(digit, whole[digit]! ^ 1))
  const other = { file, lines: null, change: { writtenBytes, foundBytes: writtenBytes } }
  expect(await damages()).toEqual([null, other])

  await writeFile(file, whole)
  expect(await damages()).toEqual([null, null])
})

it('a finished run is not taken up again, and weights with a flipped bit are not handed out', async () => {
  const { run, until, home } = await openLab()
  const [runId] = (await run('run.start', { config: { ...SMALL_CONFIG, strategies: ['none'] } })).runIds as [string]
  await until(runIs(runId, 'finished'))
  const folder = path.join(home, 'runs', runId)
  const before = await bytesOf(folder)
  await expect(run('run.resume', { runId })).rejects.toMatchObject({
    code: 'usage',
    detail: { found: 'a finished run' },
  })
  await expect(run('run.stop', { runId })).rejects.toMatchObject({ code: 'usage', detail: { found: 'a finished run' } })
  expect(await bytesOf(folder)).toEqual(before)

  const file = path.join(folder, 'weights.safetensors')
  const good = await readFile(file)
  await writeFile(file, good.with(-1, good.at(-1)! ^ 1))
  for (const format of ['safetensors', 'npz'] as const)
    await expect(run('run.export', { runId, format })).rejects.toMatchObject({
      code: 'weights',
      detail: { where: file },
    })
  await expect(run('run.gradient-by-lag', { runId })).rejects.toMatchObject({ code: 'weights' })
})

it('a paused run with a damaged line is resumed, and its chart goes on', async () => {
  const { run, until, home, events } = await openLab()
  const [runId] = (await run('run.start', { config: LONG_CONFIG })).runIds as [string]
  await until((event) => event.type === 'run-events' && event.events.some(({ type }) => type === 'validation'))
  await run('run.pause', { runId })
  await until(runIs(runId, 'paused'))
  const before = await run('run.metrics', { runId, ...ASKED })
  const file = path.join(home, 'runs', runId, 'metrics.jsonl')
  // Of the same length, since the checkpoint remembers how long the file was.
  const text = await readFile(file, 'utf8')
  const line = text.split('\n').find(isStep)!
  await writeFile(file, text.replace(line, 'x'.repeat(line.length)))
  const seen = events.length
  await run('run.resume', { runId })
  await until(
    (event) =>
      event.type === 'run-events' &&
      events.indexOf(event) >= seen &&
      event.events.some(({ type }) => type === 'validation'),
  )
  const live = await run('run.metrics', { runId, ...ASKED })
  expect(live.damaged).toMatchObject({ file, lines: { count: 1 }, change: null })
  expect(live.lastPosition).toBeGreaterThan(before.lastPosition)
  await run('run.stop', { runId })
  await until(runIs(runId, 'stopped'))
  const after = await run('run.metrics', { runId, ...ASKED })
  expect(after.damaged).toEqual(live.damaged)
  expect(pointsOf(after, 'loss')).toBe(after.lastPosition - 1)
  expect(events.filter(({ type }) => type === 'notice')).toEqual([])
})
