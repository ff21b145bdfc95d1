/** A damaged checkpoint never loads, says what is wrong, and stays as it is with the whole folder. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint } from '../../../main/store/checkpoint-file.ts'
import { encodeSafetensors } from '../../../shared/exchange/safetensors.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { toyConfig } from '../training/toy.ts'
import { bytesOf, checkpointOf, complaintOf, storeWithRun } from './store-helpers.ts'

const { tensors } = checkpointOf(1)
const config = toyConfig([0])
const NO_METRICS = { metricsBytes: 0, metricsSha256: createHash('sha256').digest('hex') }
const whole = encodeCheckpoint({ ...checkpointOf(1), ...NO_METRICS, trial: { strategy: 'none', config } })

/**
 * The digest as the format has it: all other metadata in the order of their names, or in version 1 counters and length, as JSON; then each
 * tensor's name, shape, size of an element and bytes.
 */
function sign(metadata: Record<string, string>): Record<string, string> {
  const { counters = '', metricsBytes = '' } = metadata
  const names = Object.keys(metadata).sort()
  const told = metadata.version === '1' ? [counters, metricsBytes] : names.map((name) => [name, metadata[name]])
  const hash = createHash('sha256').update(JSON.stringify(told))
  for (const [name, { shape, data }] of tensors) {
    hash.update(JSON.stringify([name, shape, 4]))
    hash.update(new Uint8Array(data.buffer))
  }
  return { ...metadata, sha256: hash.digest('hex') }
}
const good = {
  version: '2',
  metricsBytes: '0',
  metricsSha256: NO_METRICS.metricsSha256,
  trial: JSON.stringify({ strategy: 'none', config }),
  counters: '{"step":1}',
}
const fileOf = (metadata: Record<string, string>): Uint8Array => encodeSafetensors(tensors, metadata)

it('the digest of these tests is that of the format', () => {
  expect(fileOf(sign(good))).toEqual(whole)
})

it('every cut and every flipped bit is found', () => {
  const refuses = (bytes: Uint8Array): void => {
    expect(() => decodeCheckpoint(bytes, 'a file')).toThrow(LabError)
  }
  expect(decodeCheckpoint(whole, 'a file')).toMatchObject({ counters: { step: 1 }, metricsBytes: 0 })
  for (let length = 0; length < whole.length; length++) refuses(whole.subarray(0, length))
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const flipped = whole.slice()
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    refuses(flipped)
  }
})

describe('a damaged checkpoint.safetensors', () => {
  it.each<[string, Uint8Array, expected: RegExp, found: RegExp]>([
    ['empty', new Uint8Array(), /bytes/, /./],
    ['cut in its header', whole.subarray(0, 60), /./, /./],
    ['cut in its data', whole.subarray(0, -4), /./, /./],
    ['a byte too long', new Uint8Array([...whole, 0]), /./, /./],
    ['a flipped byte in a weight', whole.with(-2, 0x11), /^the digest [0-9a-f]{12}$/, /^another$/],
    ['another file', new TextEncoder().encode('{"weights": []}'), /./, /./],
    ['no metadata', encodeSafetensors(tensors), /^version 2$/, /^none$/],
    ['no version', fileOf({ metricsBytes: '0', counters: '{}' }), /^version 2$/, /^none$/],
    ['a later version', fileOf(sign({ ...good, version: '3' })), /^version 2$/, /^version 3$/],
    ['no digest', fileOf(good), /^a digest$/, /^none$/],
    ['counters changed by hand', fileOf({ ...sign(good), counters: '{"step":2}' }), /^the digest/, /^another$/],
    ['no counters', fileOf(sign({ version: '2', metricsBytes: '0' })), /^a JSON object$/, /^none$/],
    ['counters that are no JSON', fileOf(sign({ ...good, counters: '{"step":NaN}' })), /^a JSON object$/, /NaN/],
    ['counters that are a list', fileOf(sign({ ...good, counters: '[1]' })), /^a JSON object$/, /^`\[1\]`$/],
    ['counters that are null', fileOf(sign({ ...good, counters: 'null' })), /^a JSON object$/, /^`null`$/],
    ['counters that are a number', fileOf(sign({ ...good, counters: '-1' })), /^a JSON object$/, /^`-1`$/],
    ['no length of the metrics', fileOf(sign({ version: '2', counters: '{}' })), /^a count of bytes$/, /^``$/],
    ['a negative length', fileOf(sign({ ...good, metricsBytes: '-1' })), /^a count of bytes$/, /^`-1`$/],
    ['half a byte', fileOf(sign({ ...good, metricsBytes: '0.5' })), /^a count of bytes$/, /^`0.5`$/],
    ['an endless length', fileOf(sign({ ...good, metricsBytes: 'Infinity' })), /^a count of bytes$/, /^`Infinity`$/],
    ['a length past counting', fileOf(sign({ ...good, metricsBytes: '9'.repeat(20) })), /^a count of bytes$/, /^`9+`$/],
  ])('%s', async (_, bytes, expected, found) => {
    const { store, id, folder } = await storeWithRun()
    const file = path.join(folder, 'checkpoint.safetensors')
    await writeFile(file, bytes)
    await writeFile(path.join(folder, 'metrics.jsonl'), '{"type":"log","level":"info","message":"kept"}\n{"half')
    const before = await bytesOf(folder)
    const writer = await store.openWriter(id)
    for (const attempt of [() => store.readCheckpoint(id), () => writer.loadCheckpoint()])
      expect(await complaintOf(attempt)).toMatchObject({
        code: 'checkpoint',
        detail: {
          where: file,
          expected: expect.stringMatching(expected) as string,
          found: expect.stringMatching(found) as string,
        },
      })
    await writer.close()
    expect(await bytesOf(folder)).toEqual(before)
  })

  it('that is a folder cannot be read', async () => {
    const { store, id, folder } = await storeWithRun()
    await mkdir(path.join(folder, 'checkpoint.safetensors'))
    expect(await complaintOf(() => store.readCheckpoint(id))).toMatchObject({
      code: 'checkpoint',
      detail: { found: 'a folder' },
    })
  })
})

describe('a checkpoint', () => {
  it('keeps every number that JSON would lose', () => {
    const counters = { list: [NaN, Infinity, -Infinity, -0, 0, 5e-324, 2 ** 53], inner: { loss: NaN, none: null } }
    const trial = { strategy: 'none' as const, config }
    const whole = { counters, tensors: new Map(tensors), metricsBytes: 7, metricsSha256: 'abc', trial }
    expect(decodeCheckpoint(encodeCheckpoint(whole), 'a file')).toEqual(whole)
  })

  it('of the first version is read, and knows neither configuration nor metrics', async () => {
    const { store, id, folder } = await storeWithRun()
    const first = fileOf(sign({ version: '1', metricsBytes: '0', counters: '{"step":1}' }))
    await writeFile(path.join(folder, 'checkpoint.safetensors'), first)
    expect(await store.readCheckpoint(id)).toMatchObject({ counters: { step: 1 }, metricsSha256: null, trial: null })
  })

  it('that cannot be written leaves the last one, says why, and leaves no other file', async () => {
    const { store, id, folder } = await storeWithRun()
    const file = path.join(folder, 'checkpoint.safetensors')
    const writer = await store.openWriter(id)
    await mkdir(path.join(file, 'in the way'), { recursive: true })
    expect(await complaintOf(() => writer.saveCheckpoint(checkpointOf(2)))).toMatchObject({ code: 'run-folder' })
    await rm(file, { recursive: true })
    await writer.saveCheckpoint(checkpointOf(3))
    await writer.close()
    expect(Object.keys(await bytesOf(folder))).toEqual([
      'checkpoint.safetensors',
      'log.jsonl',
      'metrics.jsonl',
      'run.json',
    ])
    expect(decodeCheckpoint(await readFile(file), file).counters).toEqual({ step: 3 })
  })
})
