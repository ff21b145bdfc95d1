/** JSON of others: what is nested deeper than any reader's stack bears is refused at every door as damaged text is, and depth inside a text is no depth. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { loadConfig } from '../../../main/cli/load-config.ts'
import { verifyCase } from '../../../main/engine/verify.ts'
import { readAnnotations } from '../../../main/store/annotations-file.ts'
import { decodeCheckpoint } from '../../../main/store/checkpoint-file.ts'
import { readOwnPresets, writeOwnPreset } from '../../../main/store/own-presets.ts'
import { readQueueFile } from '../../../main/store/queue-file.ts'
import { readSettings, writeSettings } from '../../../main/store/settings.ts'
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import { encodeSafetensors } from '../../../shared/exchange/safetensors.ts'
import { presets } from '../../../shared/experiments/presets.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { MOST_JSON_LEVELS, parseJson } from '../../../shared/exchange/parse-json.ts'
import { DEFAULT_SETTINGS } from '../../../shared/protocol/settings.ts'
import { readEvent } from '../../../shared/runs/read-event.ts'
import { parseRunRecord } from '../../../shared/runs/record.ts'
import { temporaryFolder } from '../store/store-helpers.ts'

const DEPTH = 10_000
const lists = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
const objects = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)

async function fileOf(name: string, text: string): Promise<{ folder: string; file: string }> {
  const folder = await temporaryFolder()
  const file = path.join(folder, name)
  await writeFile(file, text)
  return { folder, file }
}

it.each([
  ['lists', lists(DEPTH)],
  ['objects', objects(DEPTH)],
  ['lists that do not end', '['.repeat(DEPTH)],
  ['lists of one level more than is read', lists(MOST_JSON_LEVELS + 1)],
  ['lists within objects', '{"a":['.repeat(51) + ']}'.repeat(51)],
  ['lists beside others', `[${lists(50)},${lists(MOST_JSON_LEVELS)}]`],
])('%s that are too deep are no JSON', (_, text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError)
  expect(() => parseJson(text)).toThrow(/more than 100 levels deep at position \d+/)
})

it.each([
  ['as many levels as are read', lists(MOST_JSON_LEVELS)],
  ['as many levels of both kinds', '{"a":['.repeat(50) + ']}'.repeat(50)],
  ['many lists beside one another', `[${Array(DEPTH).fill('[]').join()}]`],
  ['brackets in a text', JSON.stringify(['['.repeat(DEPTH), '"{'.repeat(DEPTH), '\\'.repeat(DEPTH)])],
])('%s are read as JSON reads them', (_, text) => {
  expect(parseJson(text)).toEqual(JSON.parse(text))
})

const depth = objects(DEPTH)

it.each<[string, () => unknown]>([
  ['a configuration', async () => loadConfig((await fileOf('deep.json', depth)).file, {})],
  ['a field of the command line', () => loadConfig(undefined, { preset: 'quick', set: [`name=${depth}`] })],
  ['the record of a run', () => parseRunRecord(depth, 'run.json')],
  ['a golden case', () => verifyCase(depth, 'case.json', referenceBackend)],
  ['tags and notes', async () => readAnnotations((await fileOf('annotations.json', depth)).folder)],
  ['a queue', async () => readQueueFile((await fileOf('queue.json', depth)).file)],
  [
    'the counters of a checkpoint',
    () =>
      decodeCheckpoint(
        encodeSafetensors(new Map(), { version: '1', metricsBytes: '0', counters: depth, sha256: '' }),
        'checkpoint.safetensors',
      ),
  ],
])('%s that is too deep is told as damaged', async (_, read) => {
  await expect((async () => read())()).rejects.toThrow(LabError)
})

it('a preset that is too deep is told, and the others are read', async () => {
  const home = await temporaryFolder()
  await writeOwnPreset(home, parseConfig(presets[0]!.config, 'quick'))
  await writeFile(path.join(home, 'presets', 'deep.json'), depth)
  const { presets: read, errors } = await readOwnPresets(home)
  expect(read).toHaveLength(1)
  expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(/levels deep/)])
})

it('settings that are too deep count as none', async () => {
  const home = await temporaryFolder()
  await writeSettings(home, DEFAULT_SETTINGS)
  await writeFile(path.join(home, 'settings.json'), depth)
  expect(await readSettings(home)).toEqual(DEFAULT_SETTINGS)
})

it.each([
  ['a deep line', depth],
  ['a deep field of an event', `{"type":"log","level":"info","message":${depth}}`],
])('%s of the metrics is a damaged one', (_, line) => {
  expect(readEvent(line)).toBeNull()
})

it('passes over a byte order mark, and over nothing else', () => {
  expect(parseJson('\uFEFF{"a":1}')).toEqual({ a: 1 })
  expect(() => parseJson('\uFEFF\uFEFF1')).toThrow(SyntaxError)
})
