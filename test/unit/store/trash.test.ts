/** Deleted runs in their folder: moved whole, with the time of the deletion beside them, and erased so that no half of one comes back. */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDeletion } from '../../../main/store/deletion-note.ts'
import { eraseTrashed, finishErasing } from '../../../main/store/trash-erasing.ts'
import { bytesOnDisk } from '../../../main/store/trash-sizes.ts'
import { moveToTrash, takeFromTrash, trashedRunIds, trashFolder, trashFolders } from '../../../main/store/trash.ts'
import { asNobody, bytesOf, complaintOf, storeWithRun, temporaryFolder, whileReadOnly } from './store-helpers.ts'

async function deletedRun() {
  const { home, store, id, folder } = await storeWithRun()
  const before = await bytesOf(folder)
  const startMs = Date.now()
  await moveToTrash(home, store, id)
  return { home, store, id, folder, before, startMs, trashed: trashFolder(home, store, id) }
}

describe('a deleted run', () => {
  it('lies in the trash byte for byte, with the time of its deletion beside it, which is gone when it is back', async () => {
    const { home, store, id, folder, before, startMs, trashed } = await deletedRun()
    expect(existsSync(folder)).toBe(false)
    expect(await bytesOf(trashed)).toEqual(before)
    expect(await trashedRunIds(home)).toEqual([id])
    const deletion = (await readDeletion(trashed, id))!
    expect(deletion.isNoted).toBe(true)
    expect(Date.parse(deletion.deletedAt)).toBeGreaterThanOrEqual(startMs)
    expect(Date.parse(deletion.deletedAt)).toBeLessThanOrEqual(Date.now())
    await takeFromTrash(home, store, id)
    expect(await bytesOf(folder)).toEqual(before)
    expect(readdirSync(path.join(home, 'trash'))).toEqual([])
    expect(await readDeletion(trashed, id)).toBeNull()
  })

  it.each(['', '{"formatVersion":1,"deletedAt":', 'null', '{"formatVersion":1,"deletedAt":"soon"}'])(
    'whose note is `%s` has the time of its last move, told as that',
    async (text) => {
      const { id, trashed } = await deletedRun()
      writeFileSync(path.join(path.dirname(trashed), `.${id}.deletion.json`), text)
      expect(await readDeletion(trashed, id)).toEqual({
        deletedAt: statSync(trashed).ctime.toISOString(),
        isNoted: false,
      })
    },
  )

  it('that lies there from before there were notes has the time of its last move, too', async () => {
    const { id, trashed } = await deletedRun()
    rmSync(path.join(path.dirname(trashed), `.${id}.deletion.json`))
    expect(await readDeletion(trashed, id)).toEqual({
      deletedAt: statSync(trashed).ctime.toISOString(),
      isNoted: false,
    })
  })

  it('stays in the trash, with its time, while something has its place', async () => {
    const { home, store, id, folder, trashed } = await deletedRun()
    const deletion = await readDeletion(trashed, id)
    mkdirSync(folder)
    const error = await complaintOf(() => takeFromTrash(home, store, id))
    expect(error).toMatchObject({ code: 'run-folder', detail: { found: 'something at the second' } })
    expect(error.detail.expected).toContain(folder)
    expect(await readDeletion(trashed, id)).toEqual(deletion)
    rmSync(folder, { recursive: true })
    await takeFromTrash(home, store, id)
    expect(existsSync(folder)).toBe(true)
  })

  it('is not replaced by another of its name, nor is its time', async () => {
    const { home, store, id, folder, trashed } = await deletedRun()
    const deletion = await readDeletion(trashed, id)
    const before = await bytesOf(trashed)
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'run.json'), '{}')
    expect(await complaintOf(() => moveToTrash(home, store, id))).toMatchObject({ code: 'run-folder' })
    expect(await bytesOf(trashed)).toEqual(before)
    expect(await readDeletion(trashed, id)).toEqual(deletion)
    expect(existsSync(folder)).toBe(true)
  })

  it('that is gone says so when it is wanted back', async () => {
    const { home, store, id, trashed } = await deletedRun()
    rmSync(trashed, { recursive: true })
    expect(await complaintOf(() => takeFromTrash(home, store, id))).toMatchObject({
      code: 'run-folder',
      detail: { found: 'nothing at the first' },
    })
    expect(await complaintOf(() => eraseTrashed(trashed, id))).toMatchObject({
      code: 'run-folder',
      detail: { where: id },
    })
  })

  it('that was never there leaves no note', async () => {
    const { home, store, id, folder } = await storeWithRun()
    rmSync(folder, { recursive: true })
    await complaintOf(() => moveToTrash(home, store, id))
    expect(existsSync(path.join(home, 'trash')) ? readdirSync(path.join(home, 'trash')) : []).toEqual([])
  })

  it('in a home that cannot be written stays where it is, without a note', async () => {
    const { home, store, id, folder } = await storeWithRun()
    mkdirSync(path.join(home, 'trash'))
    const error = await whileReadOnly(path.join(home, 'trash'), () => complaintOf(() => moveToTrash(home, store, id)))
    expect(error).toMatchObject({ code: 'run-folder', detail: { found: 'no permission' } })
    expect(existsSync(folder)).toBe(true)
    expect(readdirSync(path.join(home, 'trash'))).toEqual([])
  })
})

describe('erasing', () => {
  it('removes the run and its note, and nothing else', async () => {
    const { home, id, trashed } = await deletedRun()
    mkdirSync(path.join(home, 'trash', 'another'))
    await eraseTrashed(trashed, id)
    expect(readdirSync(path.join(home, 'trash'))).toEqual(['another'])
  })

  it('that was interrupted leaves nothing that is listed or can be restored, and is finished later', async () => {
    const { home, store, id, folder, trashed } = await deletedRun()
    const half = path.join(home, 'trash', `.erasing-${id}.0badcafe`)
    mkdirSync(half)
    writeFileSync(path.join(half, 'run.json'), '{}')
    mkdirSync(trashFolders(home)[1])
    const halfSweep = path.join(trashFolders(home)[1], '.erasing-s.0badcafe')
    writeFileSync(halfSweep, '')
    expect(await trashedRunIds(home)).toEqual([id])
    await finishErasing(trashFolders(home))
    expect(existsSync(half)).toBe(false)
    expect(existsSync(halfSweep)).toBe(false)
    await takeFromTrash(home, store, id)
    expect(existsSync(path.join(folder, 'run.json'))).toBe(true)
    expect(existsSync(trashed)).toBe(false)
  })

  it('in a home without a trash has nothing to finish', async () => {
    const home = await temporaryFolder()
    await finishErasing(trashFolders(home))
    expect(readdirSync(home)).toEqual([])
  })

  it('that the system refuses leaves the run as it was', async () => {
    const { home, id, trashed } = await deletedRun()
    const before = await bytesOf(path.join(home, 'trash'))
    const error = await whileReadOnly(path.join(home, 'trash'), () => complaintOf(() => eraseTrashed(trashed, id)))
    expect(error).toMatchObject({ code: 'run-folder', detail: { found: 'no permission' } })
    expect(await bytesOf(path.join(home, 'trash'))).toEqual(before)
  })

  it('whose last step the system refuses says what is left, and that it cannot come back', async () => {
    const { home, store, id, trashed } = await deletedRun()
    const inner = path.join(trashed, 'checkpoints')
    mkdirSync(inner)
    writeFileSync(path.join(inner, '1.safetensors'), '')
    // The run's folder can be moved, what stands in its `checkpoints` cannot be removed.
    for (const [folder, mode] of [
      [home, 0o755],
      [path.dirname(trashed), 0o777],
      [trashed, 0o777],
      [inner, 0o555],
    ] as const)
      chmodSync(folder, mode)
    const error = await asNobody(() => complaintOf(() => eraseTrashed(trashed, id)))
    expect(error).toMatchObject({ code: 'run-folder', detail: { found: 'no permission' } })
    expect(error.detail.where).toContain(`.erasing-${id}.`)
    expect(await trashedRunIds(home)).toEqual([])
    await complaintOf(() => takeFromTrash(home, store, id))
  })
})

describe('what the trash takes on the disk', () => {
  it('is at least the length of every file, folders in folders too, and nothing for what is gone', async () => {
    const folder = await temporaryFolder()
    mkdirSync(path.join(folder, 'inner'))
    writeFileSync(path.join(folder, 'a'), Buffer.alloc(100_000))
    writeFileSync(path.join(folder, 'inner', 'b'), Buffer.alloc(50_000))
    const bytes = await bytesOnDisk(folder)
    expect(bytes).toBeGreaterThanOrEqual(150_000)
    expect(bytes).toBe(
      [folder, path.join(folder, 'inner'), path.join(folder, 'a'), path.join(folder, 'inner', 'b')]
        .map((place) => statSync(place))
        .reduce((sum, { size, blocks }) => sum + Math.max(size, blocks * 512), 0),
    )
    expect(await bytesOnDisk(path.join(folder, 'none'))).toBe(0)
  })
})
