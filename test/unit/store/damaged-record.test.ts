/** A damaged `run.json` is shown as damaged, refused everywhere with its reason, and left as it is. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findRuns } from '../../../main/store/find-runs.ts'
import { bytesOf, complaintOf, storeWithRun } from './store-helpers.ts'

const change =
  (field: string, value: unknown) =>
  (text: string): string =>
    JSON.stringify({ ...(JSON.parse(text) as object), [field]: value })

describe('a damaged run.json', () => {
  it.each<[string, (text: string) => string, expected: string | RegExp, found: string | RegExp]>([
    ['empty', () => '', 'a JSON object', 'an empty file'],
    ['cut off', (text) => text.slice(0, text.length / 2), 'a JSON object', /^`{ "formatVersion": 1, .*`$/],
    [
      'zeros, as a power failure leaves them',
      (text) => '\0'.repeat(text.length),
      'a JSON object',
      `\`${'\uFFFD'.repeat(40)}\``,
    ],
    ['not JSON', () => 'status: running', 'a JSON object', '`status: running`'],
    ['null', () => 'null', 'a JSON object', 'null'],
    ['a list', () => '[{}]', 'a JSON object', '[{}]'],
    ['no version', change('formatVersion', undefined), 'formatVersion 1', 'none'],
    ['a later version', change('formatVersion', 2), 'formatVersion 1', '2'],
    ['a version in words', change('formatVersion', '1'), 'formatVersion 1', '"1"'],
    ['no id', change('id', undefined), 'a text', 'nothing'],
    ['the id of another', change('id', 'other'), /^the id `toy-/, '`other`'],
    ['no group', change('groupId', ''), 'a text', '""'],
    ['an unknown strategy', change('strategy', 'hot'), 'none, warmed-up, double', '"hot"'],
    ['no configuration', change('config', null), 'a whole configuration', 'null'],
    ['half a configuration', change('config', { layers: [], seeds: [0] }), 'a whole configuration', /"layers"/],
    ['no time', change('createdAt', 'yesterday'), 'a time', '"yesterday"'],
    ['no versions', change('versions', '1'), 'the versions of the lab and of Node', '"1"'],
    ['an unknown status', change('status', 'asleep'), /^queued, running/, '"asleep"'],
    ['a backend that is no name', change('backend', 1), 'a name or null', '1'],
    ['a heartbeat that is no time', change('heartbeatAt', 12), 'a time or null', '12'],
    ['an error without a code', change('error', {}), 'an error or null', '{}'],
    ['half a result', change('result', { best: [1] }), 'a result or null', '{"best":[1]}'],
  ])('%s', async (_, damage, expected, found) => {
    const { store, id, folder } = await storeWithRun()
    const file = path.join(folder, 'run.json')
    await writeFile(file, damage(await readFile(file, 'utf8')))
    const before = await bytesOf(folder)
    const matching = (text: string | RegExp) =>
      expect.stringMatching(typeof text === 'string' ? exactly(text) : text) as string
    for (const attempt of [
      () => store.readRecord(id),
      () => findRuns(store, id),
      () => findRuns(store, id.slice(0, -2)),
      () => store.openWriter(id),
    ]) {
      const complaint = await complaintOf(attempt)
      expect(complaint).toMatchObject({
        code: 'run-folder',
        detail: { where: file, expected: matching(expected), found: matching(found) },
      })
    }
    expect(await store.list()).toMatchObject([{ id, record: null, crashed: false, damaged: { code: 'run-folder' } }])
    expect(await bytesOf(folder)).toEqual(before)
  })

  it('that is missing is refused in the same way', async () => {
    const { store, id, folder } = await storeWithRun()
    await rm(path.join(folder, 'run.json'))
    expect(await complaintOf(() => findRuns(store, id))).toMatchObject({
      code: 'run-folder',
      detail: { found: 'none' },
    })
    expect(await complaintOf(() => store.openWriter(id))).toMatchObject({ code: 'run-folder' })
    expect(await bytesOf(folder)).toEqual({})
  })
})

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`)
}
