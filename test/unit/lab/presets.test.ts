/** The user's own presets: kept, replaced and removed with a way back, told to every window, and no file of another's is touched. */
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openLab, SMALL_CONFIG } from './lab-helpers.ts'

describe('the user’s own presets', () => {
  it('are listed before the lab’s, under any name, and told as changed', async () => {
    const { run, home, until } = await openLab()
    const names = ['../../escaped', 'quick', '..', 'T = 300, ε*', 'con/aux']
    for (const name of names) await run('presets.save', { config: { ...SMALL_CONFIG, name } })
    await until(({ type }) => type === 'presets')
    const listed = await run('presets.list', {})
    const own = listed.filter(({ isOwn }) => isOwn)
    expect(own.map(({ name }) => name).sort()).toEqual([...names].sort())
    expect(listed.slice(0, own.length)).toEqual(own)
    expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length)
    expect(await readdir(path.join(home, 'presets'))).toHaveLength(names.length)
  })

  it.each<[string, string]>([
    ['28 characters of three bytes', '吸引子'.repeat(9) + '数'],
    ['80 characters of three bytes', '数'.repeat(80)],
    ['characters of many code points', '👩‍👩‍👧‍👦'.repeat(7)],
    ['what Windows forbids', 'AUX: "a" <b>|c? *.'],
    ['spaces and dots at its ends', ' .hidden. . '],
  ])('have names with %s, and are found, replaced and removed by them', async (_, name) => {
    const { run, home } = await openLab()
    await run('presets.save', { config: { ...SMALL_CONFIG, name } })
    const { replaced } = await run('presets.save', { config: { ...SMALL_CONFIG, name, seeds: [7] } })
    expect(replaced!.name).toBe(name)
    const [file, ...others] = await readdir(path.join(home, 'presets'))
    expect(others).toEqual([])
    expect(Buffer.byteLength(file!)).toBeLessThanOrEqual(255)
    expect(file).toMatch(/^(?!aux\.)[^. ][^<>:"/\\|?*\p{Cc}]*\.json$/iu)
    expect((await run('presets.list', {}))[0]).toMatchObject({ name, isOwn: true })
    expect((await run('presets.remove', { name })).removed.config.seeds).toEqual([7])
    expect(await readdir(path.join(home, 'presets'))).toEqual([])
  })

  it('are two where their names differ in upper and lower case alone, on every disk', async () => {
    const { run, home } = await openLab()
    for (const name of ['memory', 'Memory']) await run('presets.save', { config: { ...SMALL_CONFIG, name } })
    const files = await readdir(path.join(home, 'presets'))
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(2)
  })

  it('are found by what stands in their files, as those that an earlier lab has named', async () => {
    const { run, home } = await openLab()
    const name = 'T = 300'
    await run('presets.save', { config: { ...SMALL_CONFIG, name } })
    const folder = path.join(home, 'presets')
    const [file] = await readdir(folder)
    await rename(path.join(folder, file!), path.join(folder, 'T%20%3D%20300.json'))
    await run('presets.save', { config: { ...SMALL_CONFIG, name, seeds: [7] } })
    expect(await readdir(folder)).toEqual(['T%20%3D%20300.json'])
    await run('presets.remove', { name })
    expect(await readdir(folder)).toEqual([])
  })

  it('have names of whole characters', async () => {
    const { run, home } = await openLab()
    const saving = run('presets.save', { config: { ...SMALL_CONFIG, name: 'half \ud83d of one' } })
    await expect(saving).rejects.toMatchObject({ code: 'config', detail: { found: '"half \\ud83d of one"' } })
    await expect(readdir(path.join(home, 'presets'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('are replaced and removed with what was there, so that it can be undone', async () => {
    const { run } = await openLab()
    expect(await run('presets.save', { config: SMALL_CONFIG })).toEqual({ replaced: null })
    const { replaced } = await run('presets.save', { config: { ...SMALL_CONFIG, seeds: [7] } })
    expect(replaced!.config.seeds).toEqual(SMALL_CONFIG.seeds)
    const { removed } = await run('presets.remove', { name: 'small' })
    expect(removed.config.seeds).toEqual([7])
    await expect(run('presets.remove', { name: 'small' })).rejects.toMatchObject({ code: 'usage' })
    await run('presets.save', { config: removed.config })
    expect((await run('presets.list', {}))[0]!.config.seeds).toEqual([7])
  })

  it('are told where a file cannot be read, and the file is left as it is', async () => {
    const { run, home, until } = await openLab()
    await run('presets.save', { config: SMALL_CONFIG })
    const file = path.join(home, 'presets', 'broken.json')
    await writeFile(file, '{ no')
    const listed = await run('presets.list', {})
    expect(listed.filter(({ isOwn }) => isOwn)).toHaveLength(1)
    const notice = await until((event) => event.type === 'notice')
    expect(notice).toMatchObject({ error: { where: file, remedy: 'Mend the file or remove it.' } })
    expect(await readFile(file, 'utf8')).toBe('{ no')
  })

  it('are refused when they are no configuration', async () => {
    const { run } = await openLab()
    await expect(run('presets.save', { config: { ...SMALL_CONFIG, sedes: 1 } })).rejects.toMatchObject({
      code: 'config',
    })
  })
})
