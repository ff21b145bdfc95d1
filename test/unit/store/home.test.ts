/** Where the runs lie: the environment's choice or the platform's folder, and what happens when there is no such folder. */
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findRuns } from '../../../main/store/find-runs.ts'
import { labHome } from '../../../main/store/home.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { toyConfig } from '../training/toy.ts'
import { bytesOf, complaintOf, temporaryFolder, versions, whileReadOnly } from './store-helpers.ts'
import { POSIX_LACK, itUnless } from '../../needs.ts'

describe('the home', () => {
  it.each<[string, NodeJS.ProcessEnv, NodeJS.Platform, string]>([
    ['absolute', { WARMUP_LAB_HOME: '/data/lab' }, 'linux', '/data/lab'],
    ['absolute, with a way round', { WARMUP_LAB_HOME: '/data/x/../lab/' }, 'linux', '/data/lab'],
    ['relative', { WARMUP_LAB_HOME: 'lab' }, 'linux', path.resolve('lab')],
    ['empty', { WARMUP_LAB_HOME: '' }, 'linux', '/home/ada/.local/share/warmup-lab'],
    ['before that of the platform', { WARMUP_LAB_HOME: '/data/lab', XDG_DATA_HOME: '/xdg' }, 'linux', '/data/lab'],
    ['XDG', { XDG_DATA_HOME: '/xdg' }, 'linux', '/xdg/warmup-lab'],
    ['relative XDG, which is ignored', { XDG_DATA_HOME: 'xdg' }, 'linux', '/home/ada/.local/share/warmup-lab'],
    ['Linux', {}, 'linux', '/home/ada/.local/share/warmup-lab'],
    ['macOS', {}, 'darwin', '/home/ada/Library/Application Support/Warmup Lab'],
    ['Windows', { APPDATA: '/app' }, 'win32', '/app/Warmup Lab'],
    ['Windows without APPDATA', {}, 'win32', '/home/ada/AppData/Roaming/Warmup Lab'],
  ])('%s', (_, environment, platform, home) => {
    expect(labHome(environment, platform, '/home/ada')).toBe(home)
  })
})

const make = (home: string) => new RunStore(home).createGroup(toyConfig([0]), ['none'], versions)

describe('a home that', () => {
  it('is missing is empty, is not made by looking, and is made by the first run', async () => {
    const folder = await temporaryFolder()
    const home = path.join(folder, 'not', 'yet')
    expect(await new RunStore(home).list()).toEqual([])
    expect(await readdir(folder)).toEqual([])
    const [record] = await make(home)
    expect(await new RunStore(home).list()).toMatchObject([{ id: record!.id, damaged: null }])
  })

  it.each<[string, (home: string) => Promise<unknown>]>([
    ['is a file', (home) => writeFile(home, 'mine')],
    [
      'has a file for its runs',
      async (home) => {
        await mkdir(home)
        await writeFile(path.join(home, 'runs'), 'mine')
      },
    ],
  ])('%s is refused and left alone', async (_, prepare) => {
    const folder = await temporaryFolder()
    const home = path.join(folder, 'home')
    await prepare(home)
    const before = await bytesOf(folder)
    const store = new RunStore(home)
    for (const attempt of [() => store.list(), () => findRuns(store, 'toy'), () => make(home)]) {
      const complaint = await complaintOf(attempt)
      expect(complaint).toMatchObject({
        code: 'run-folder',
        exitCode: 1,
        detail: { where: path.join(home, 'runs'), found: 'a file where a folder should be' },
      })
      expect(complaint.detail.remedy).toContain('WARMUP_LAB_HOME')
    }
    expect(await bytesOf(folder)).toEqual(before)
  })

  itUnless(POSIX_LACK)('leads nowhere makes no run', async () => {
    const folder = await temporaryFolder()
    await symlink(path.join(folder, 'missing', 'target'), path.join(folder, 'home'))
    expect(await complaintOf(() => make(path.join(folder, 'home')))).toMatchObject({ code: 'run-folder' })
  })

  itUnless(POSIX_LACK)('may not be written shows its runs and takes no new one', async () => {
    const home = await temporaryFolder()
    const [record] = await make(home)
    await chmod(path.join(home, 'runs', record!.id), 0o755)
    const before = await bytesOf(home)
    await whileReadOnly(path.join(home, 'runs'), async () => {
      expect(await new RunStore(home).list()).toMatchObject([{ id: record!.id, damaged: null }])
      expect(await complaintOf(() => make(home))).toMatchObject({
        code: 'run-folder',
        detail: { where: path.join(home, 'runs'), found: 'no permission' },
      })
    })
    expect(await bytesOf(home)).toEqual(before)
  })
})
