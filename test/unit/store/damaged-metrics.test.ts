/** Damaged `metrics.jsonl`: half a last line is no damage, anything else is left out and named with its place, no reader changes a byte, and a resume goes on. */
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../../shared/runs/run.ts'
import { bytesOf, checkpointOf, complaintOf, storeWithRun } from './store-helpers.ts'

const log = (message: string): RunEvent => ({ type: 'log', level: 'info', message })
const lineOf = (event: RunEvent): string => `${JSON.stringify(event)}\n`
const first = lineOf(log('first'))
const last = lineOf(log('last'))

async function runWithMetrics(content: string) {
  const run = await storeWithRun()
  const file = path.join(run.folder, 'metrics.jsonl')
  await writeFile(file, content)
  return { ...run, file }
}

describe('half a last line', () => {
  it('is left out and stays in the file, wherever it was cut', async () => {
    for (let length = 0; length < last.length; length++) {
      const { store, id, folder } = await runWithMetrics(first + last.slice(0, length))
      const before = await bytesOf(folder)
      expect(await store.readMetrics(id)).toEqual({ events: [log('first')], damaged: null })
      expect(await bytesOf(folder)).toEqual(before)
    }
  })

  it('of any length is cut off by the next writer, so that no line is glued to it', async () => {
    for (const half of ['{', '{"type":"log"', 'x'.repeat(200_000)]) {
      const { store, id, file } = await runWithMetrics(first + half)
      const writer = await store.openWriter(id)
      writer.append([log('next')])
      await writer.close()
      expect(await readFile(file, 'utf8')).toBe(first + lineOf(log('next')))
    }
  })

  it('stays when the writer has nothing to write', async () => {
    const { store, id, folder } = await runWithMetrics(`${first}{"type`)
    const before = await bytesOf(folder)
    await (await store.openWriter(id)).close()
    expect(await bytesOf(folder)).toEqual(before)
  })
})

describe('a damaged line in the middle is left out, and named', () => {
  it.each<[string, string]>([
    ['not JSON', 'garbage'],
    ['empty', ''],
    ['zeros', '\0'.repeat(40)],
    ['two events on a line', first.trimEnd() + last.trimEnd()],
    ['a number', '3'],
    ['null', 'null'],
    ['a list', '[]'],
    ['an object that is no event', '{"step":1}'],
    ['half a line', '{"type":"log","lev'],
    ['a step without its losses', '{"type":"train-step","step":3}'],
    ['a step that is none', '{"type":"validation","step":-1,"epoch":0,"loss":[1],"accuracy":null,"best":[true]}'],
    ['losses that are words', '{"type":"train-step","step":3,"loss":["1"],"gradientNorm":[1],"learningRate":[1]}'],
    ['a phase that there is not', '{"type":"phase","phase":"lunch","step":0}'],
  ])('%s', async (_, line) => {
    const { store, id, folder } = await runWithMetrics(`${first}${line}\n${last}`)
    const before = await bytesOf(folder)
    expect(await store.readMetrics(id)).toEqual({
      events: [log('first'), log('last')],
      damaged: { count: 1, firstLine: 2, firstByte: first.length },
    })
    expect(await bytesOf(folder)).toEqual(before)
  })
})

it('many damaged lines are counted, and the first is named by its byte, whatever its letters decode to', async () => {
  const { store, id, file } = await runWithMetrics('')
  const broken = Buffer.from([0xff, 0xfe, 0x22, 0x0a])
  const umlaut = Buffer.from(lineOf(log('schön')))
  const many = Array.from({ length: 5000 }, (_, index) => lineOf(log(`${index} ${'x'.repeat(300)}`))).join('')
  await writeFile(file, Buffer.concat([umlaut, broken, Buffer.from(many), broken, Buffer.from(last), broken]))
  const { events, damaged } = await store.readMetrics(id)
  expect(damaged).toEqual({ count: 3, firstLine: 2, firstByte: umlaut.length })
  expect(events).toHaveLength(5002)
  await writeFile(file, Buffer.concat([umlaut, Buffer.from(many), broken]))
  const behind = { count: 1, firstLine: 5002, firstByte: umlaut.length + many.length }
  expect((await store.readMetrics(id)).damaged).toEqual(behind)
})

it('a resume goes on after a damaged line, which stays as it is', async () => {
  const { store, id, file } = await runWithMetrics(`${first}garbage\n`)
  const writer = await store.openWriter(id)
  await writer.saveCheckpoint(checkpointOf(1))
  writer.append([log('later')])
  await writer.close()
  const again = await store.openWriter(id)
  expect((await again.loadCheckpoint())?.counters).toEqual({ step: 1 })
  again.append([log('next')])
  await again.close()
  expect(await readFile(file, 'utf8')).toBe(`${first}garbage\n${lineOf(log('next'))}`)
})

describe('metrics.jsonl as a whole', () => {
  it('may be missing: a run has no events before it starts', async () => {
    const { store, id } = await storeWithRun()
    expect(await store.readMetrics(id)).toEqual({ events: [], damaged: null })
  })

  it('that is a folder is refused to readers and writers, and the lock is given back', async () => {
    const { store, id, folder } = await storeWithRun()
    await mkdir(path.join(folder, 'metrics.jsonl'))
    const before = await bytesOf(folder)
    for (const attempt of [() => store.readMetrics(id), () => store.openWriter(id)])
      expect(await complaintOf(attempt)).toMatchObject({ code: 'run-folder', detail: { found: 'a folder' } })
    expect(await bytesOf(folder)).toEqual(before)
  })

  it('shorter than its checkpoint remembers is told in the run and does not stop it', async () => {
    const { store, id, file } = await runWithMetrics('')
    const writer = await store.openWriter(id)
    writer.append([log('first'), log('last')])
    await writer.saveCheckpoint(checkpointOf(1))
    await writer.close()
    await truncate(file, first.length + 3)
    const again = await store.openWriter(id)
    expect((await again.loadCheckpoint())?.counters).toEqual({ step: 1 })
    await again.close()
    expect((await store.readMetrics(id)).events).toEqual([
      log('first'),
      expect.objectContaining({ type: 'log', level: 'warning' }),
    ])
  })

  it('longer than its checkpoint remembers is cut by the first write after loading, not by loading', async () => {
    const { store, id, folder } = await storeWithRun()
    const writer = await store.openWriter(id)
    writer.append([log('first')])
    await writer.saveCheckpoint(checkpointOf(1))
    writer.append([log('last')])
    await writer.close()
    const before = await bytesOf(folder)
    const reader = await store.openWriter(id)
    await reader.loadCheckpoint()
    await reader.close()
    expect(await bytesOf(folder)).toEqual(before)
    const again = await store.openWriter(id)
    await again.loadCheckpoint()
    again.append([log('next')])
    await again.close()
    expect(await store.readMetrics(id)).toEqual({ events: [log('first'), log('next')], damaged: null })
  })
})
