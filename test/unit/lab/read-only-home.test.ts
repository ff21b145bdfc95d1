/** A home that cannot be written: what is there is shown, what would be written is refused in words, and nothing in it is touched. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { RunStore } from '../../../main/store/run-store.ts'
import { SweepStore } from '../../../main/store/sweep-store.ts'
import { readLastAddress, saveLastAddress } from '../../../main/server/last-address.ts'
import { bytesOf, complaintOf, whileReadOnly } from '../store/store-helpers.ts'
import { toyConfig } from '../training/toy.ts'
import { makeHome, openLab, runIs, SMALL_CONFIG } from './lab-helpers.ts'
import { POSIX_LACK, itUnless } from '../../needs.ts'

const versions = { lab: '0.0.0', node: process.versions.node }

itUnless(POSIX_LACK)('a lab shows the runs of a home that is read-only', async () => {
  const home = await makeHome()
  const store = new RunStore(home)
  const [record] = await store.createGroup(toyConfig([0]), ['none'], versions)
  for (const folder of ['presets', 'datasets']) await mkdir(path.join(home, folder))
  const before = await bytesOf(home)
  await whileReadOnly(home, async () => {
    const { lab, run, until } = await openLab(home)
    if (!lab.snapshot().runs.some(({ id }) => id === record!.id)) await until(runIs(record!.id, 'queued'))
    expect((await run('run.read', { runId: record!.id })).config).toMatchObject(toyConfig([0]))
    await lab.close()
  })
  expect(await bytesOf(home)).toEqual(before)
})

itUnless(POSIX_LACK)('what would be written into it is refused, with its place and remedy', async () => {
  const home = await makeHome()
  await mkdir(path.join(home, 'runs'))
  await whileReadOnly(home, async () => {
    const { run } = await openLab(home)
    const address = await readLastAddress(home)
    for (const write of [
      () => saveLastAddress(home, address),
      () => run('presets.save', { config: SMALL_CONFIG }),
      () => run('settings.change', { theme: 'dark' }),
      () => run('data-file.begin', { fileName: 'a.csv', byteCount: 1 }),
    ])
      expect(await complaintOf(write)).toMatchObject({ code: 'run-folder', detail: { found: 'no permission' } })
  })
})

it('a file in the place of a home is told by all that lists what is in it', async () => {
  const file = path.join(await makeHome(), 'home')
  await writeFile(file, '')
  const home = path.join(file, 'below')
  for (const list of [() => new RunStore(home).ids(), () => new SweepStore(home).ids()])
    expect(await complaintOf(list)).toMatchObject({
      code: 'run-folder',
      detail: { found: 'a file where a folder should be' },
    })
})
