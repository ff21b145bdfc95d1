/** The line of jobs on disk: what is kept is read back, damage is told and nothing is lost, and a living lab's line is its own. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readQueueFile, writeQueueFile, type KeptJob } from '../../../main/store/queue-file.ts'
import { QueueStore } from '../../../main/store/queue-store.ts'
import { bytesOf, complaintOf, temporaryFolder, whileReadOnly } from './store-helpers.ts'

const EARLY = '2026-01-01T08:00:00.000Z'
const LATE = '2026-01-02T08:00:00.000Z'
/** Above the most that Linux gives. */
const NO_PID = 2 ** 22 + 1
const IDS = [1, 2, 3].map((digit) => `0000000${digit}-0000-4000-8000-000000000000`) as [string, string, string]

const group = (name: string): KeptJob => ({ kind: 'group', groupId: name, name, runIds: [`${name}-none`] })
const JOBS: readonly KeptJob[] = [
  { kind: 'group', groupId: 'a', name: 'first', runIds: ['a-none', 'a-double'] },
  { kind: 'sweep', sweepId: 's', name: 'sweep', rerunFailed: true },
]

/** A home with a line of jobs for each lab that is gone. */
async function homeWith(lines: Readonly<Record<string, readonly [openedAt: string, jobs: readonly KeptJob[]]>>) {
  const home = await temporaryFolder()
  const folder = path.join(home, 'queue')
  await mkdir(folder)
  for (const [id, [openedAt, jobs]] of Object.entries(lines))
    await writeQueueFile(path.join(folder, `${id}.json`), openedAt, jobs)
  return { home, folder }
}

describe('the file of a queue', () => {
  it('is read back as it was written; there is none for a lab that has left none', async () => {
    const file = path.join(await temporaryFolder(), 'queue.json')
    expect(await readQueueFile(file)).toBeNull()
    await writeQueueFile(file, EARLY, JOBS)
    expect(await readQueueFile(file)).toEqual({ formatVersion: 1, openedAt: EARLY, jobs: JOBS })
  })

  const whole = { formatVersion: 1, openedAt: EARLY, jobs: JOBS }
  it.each<[string, string, kind: string, found: RegExp]>([
    ['empty', '', 'damaged', /an empty file/],
    ['torn', JSON.stringify(whole).slice(0, 60), 'damaged', /formatVersion/],
    ['no object', '[]', 'damaged', /./],
    ['without a version', JSON.stringify({ ...whole, formatVersion: undefined }), 'damaged', /formatVersion/],
    ['without its time', JSON.stringify({ ...whole, openedAt: 'yesterday' }), 'damaged', /openedAt/],
    ['with a job of no kind', JSON.stringify({ ...whole, jobs: [{ kind: 'walk' }] }), 'damaged', /jobs\.0/],
    [
      'with a group without runs',
      JSON.stringify({ ...whole, jobs: [{ ...JOBS[0], runIds: [] }] }),
      'damaged',
      /runIds/,
    ],
    ['of a newer version', JSON.stringify({ formatVersion: 2, line: [] }), 'newer', /format 2/],
  ])('that is %s is refused in words', async (_, text, kind, found) => {
    const file = path.join(await temporaryFolder(), 'queue.json')
    await writeFile(file, text)
    expect(await complaintOf(() => readQueueFile(file))).toMatchObject({
      code: 'run-folder',
      kind,
      detail: { where: file, found: expect.stringMatching(found) as string },
    })
    expect(await readFile(file, 'utf8')).toBe(text)
  })
})

describe('the lines of the labs at a home', () => {
  it('go to the next lab, that of the lab opened first before the others, and are one file then', async () => {
    const { home, folder } = await homeWith({
      [IDS[0]]: [LATE, [group('c'), group('d')]],
      [IDS[1]]: [EARLY, [group('a'), group('b')]],
    })
    const next = new QueueStore(home, IDS[2])
    const { jobs, errors } = await next.takeOver()
    expect(errors).toEqual([])
    expect(jobs).toEqual(['a', 'b', 'c', 'd'].map(group))
    expect(await readdir(folder)).toEqual(expect.arrayContaining([`${IDS[0]}.json`, `${IDS[1]}.json`]))
    await next.save(jobs)
    expect((await readdir(folder)).sort()).toEqual([`${IDS[2]}.json`, `${IDS[2]}.lock`])
    await next.close()
    expect(await readdir(folder)).toEqual([`${IDS[2]}.json`])
  })

  it('stay with a lab that lives, and are of one lab even while another takes them', async () => {
    const { home } = await homeWith({ [IDS[0]]: [EARLY, [group('a')]] })
    const [living, other] = [new QueueStore(home, IDS[1]), new QueueStore(home, IDS[2])]
    await living.save([group('mine')])
    const taken = await Promise.all([living.takeOver(), other.takeOver()])
    expect(taken.flatMap(({ errors }) => errors)).toEqual([])
    expect(taken.flatMap(({ jobs }) => jobs)).toEqual([group('a')])
    const late = new QueueStore(home, '00000009-0000-4000-8000-000000000000')
    expect(await late.takeOver()).toEqual({ jobs: [], errors: [] })
    await living.close()
    expect((await late.takeOver()).jobs).toContainEqual(group('mine'))
    await Promise.all([other.close(), late.close()])
  })

  it('are there still for the next lab when one has taken them and could not keep them', async () => {
    const { home, folder } = await homeWith({ [IDS[0]]: [EARLY, [group('a')]] })
    const store = new QueueStore(home, IDS[1])
    const { jobs } = await store.takeOver()
    const error = await whileReadOnly(folder, () => complaintOf(() => store.save([...jobs, group('b')])))
    expect(error).toMatchObject({ code: 'run-folder', detail: { found: 'no permission' } })
    await store.close()
    const next = new QueueStore(home, IDS[2])
    expect((await next.takeOver()).jobs).toEqual([group('a')])
    await next.close()
  })

  it('leave no file when they are empty, and no folder in a home where nobody waited', async () => {
    const home = await temporaryFolder()
    const store = new QueueStore(home, IDS[0])
    expect(await store.takeOver()).toEqual({ jobs: [], errors: [] })
    await store.save([])
    expect(await readdir(home)).toEqual([])
    await store.save([group('a')])
    await store.save([])
    await store.close()
    expect(await readdir(path.join(home, 'queue'))).toEqual([])
  })

  it('that are damaged are put aside and told once; those of a newer version stay for it', async () => {
    const { home, folder } = await homeWith({ [IDS[0]]: [EARLY, [group('a')]] })
    const newer = JSON.stringify({ formatVersion: 2 })
    await writeFile(path.join(folder, `${IDS[1]}.json`), '{ torn')
    await writeFile(path.join(folder, `${IDS[2]}.json`), newer)
    await writeFile(path.join(folder, 'notes.json'), 'of the user')
    const first = new QueueStore(home, '00000008-0000-4000-8000-000000000000')
    const { jobs, errors } = await first.takeOver()
    expect(jobs).toEqual([group('a')])
    const aside = path.join(folder, `${IDS[1]}.damaged`)
    expect(errors.map(({ detail }) => detail.where)).toEqual(expect.arrayContaining([aside]))
    expect(errors).toHaveLength(2)
    expect(await readFile(aside, 'utf8')).toBe('{ torn')
    await first.close()
    const before = await bytesOf(folder)
    const second = new QueueStore(home, '00000009-0000-4000-8000-000000000000')
    const again = await second.takeOver()
    expect(again.jobs).toEqual([group('a')])
    expect(again.errors).toMatchObject([{ kind: 'newer', detail: { where: path.join(folder, `${IDS[2]}.json`) } }])
    await second.close()
    expect(await bytesOf(folder)).toEqual(before)
    expect(before['notes.json']).toBe('of the user')
  })

  it('leave neither lock nor half a file of a lab that was killed', async () => {
    const { home, folder } = await homeWith({ [IDS[0]]: [EARLY, [group('a')]] })
    const dead = JSON.stringify({ pid: NO_PID, host: os.hostname(), startToken: null, hold: '' })
    await writeFile(path.join(folder, `${IDS[0]}.lock`), dead)
    await writeFile(path.join(folder, `.${IDS[0]}.json.0123abcd.tmp`), '{ half')
    await writeFile(path.join(folder, `${IDS[1]}.lock`), dead)
    const next = new QueueStore(home, IDS[2])
    const { jobs } = await next.takeOver()
    expect(jobs).toEqual([group('a')])
    await next.save(jobs)
    await next.close()
    expect(await readdir(folder)).toEqual([`${IDS[2]}.json`])
  })
})
