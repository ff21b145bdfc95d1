/** A run on series whose classes are words: its record, predictions and exported weights tell them by name, in the order of the outputs. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { RunStore } from '../../../main/store/run-store.ts'
import { decodeSafetensors } from '../../../shared/exchange/safetensors.ts'
import { NpzArchive } from '../../../shared/numerics/npz.ts'
import { fromBase64 } from '../datasets/numpy-files.ts'
import table from '../datasets/numpy-table.json' with { type: 'json' }
import { openLab, runIs, SMALL_CONFIG } from './lab-helpers.ts'

const WORDS = table.labelled.find(({ labels }) => labels === 'words')!

it('are told by name in record, predictions, confusion and export', async () => {
  const { run, until, home } = await openLab()
  const file = path.join(home, 'words.npz')
  await writeFile(file, fromBase64(WORDS.npz))
  const dataset = { kind: 'file', path: file, task: 'classification', split: { given: 'split' } }
  const config = { ...SMALL_CONFIG, dataset, strategies: ['none'], training: { steps: 5, batch: 3 } }
  const [runId] = (await run('run.start', { config })).runIds as [string]
  await until(runIs(runId, 'finished'))
  expect((await new RunStore(home).readRecord(runId)).data?.classNames).toEqual(WORDS.classes)

  const { classNames, testCount, series, agreement } = await run('run.predict', { runId })
  expect([classNames, testCount]).toEqual([WORDS.classes, 3])
  const given = WORDS.splits.flatMap((split, index) => (split === 'test' ? [WORDS.ofSeries[index]![0]] : []))
  expect(series.map(({ readouts }) => classNames![readouts[0]!.target[0]!])).toEqual(given)
  expect(agreement.kind === 'classification' && agreement.confusion.map((row) => row.length)).toEqual([3, 3, 3])

  const exported = async (format: 'safetensors' | 'npz'): Promise<Buffer> =>
    Buffer.from((await run('run.export', { runId, format })).base64, 'base64')
  const { metadata } = decodeSafetensors(await exported('safetensors'), 'the export')
  expect(JSON.parse((metadata as { classes: string }).classes)).toEqual(WORDS.classes)
  const npz = await exported('npz')
  const told = JSON.parse(npz.subarray(npz.lastIndexOf('{"run"')).toString()) as { run: string; classes: string }
  expect([told.run, JSON.parse(told.classes)]).toEqual([runId, WORDS.classes])
  expect(new NpzArchive(npz, 'the export').numbers('linear.bias').shape).toEqual([3])
})
