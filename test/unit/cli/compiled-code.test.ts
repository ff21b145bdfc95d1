/** What a command has compiled is kept for the next one, in the user's cache or where the user says; where nothing can be kept, the command works all the same. */
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { BIN, temporaryFolder } from './lab.ts'

/** `lab presets` with a cache folder of its own. @returns what it prints */
async function presets(environment: NodeJS.ProcessEnv): Promise<string> {
  const env = { ...process.env, NODE_COMPILE_CACHE: '', WARMUP_LAB_HOME: temporaryFolder(), ...environment }
  return (await promisify(execFile)(process.execPath, [BIN, 'presets', '--json'], { env })).stdout
}

const filesUnder = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length

it('the user’s cache has the compiled files of a command after it', async () => {
  const cache = temporaryFolder()
  const first = await presets({ XDG_CACHE_HOME: cache })
  const compiled = path.join(cache, 'warmup-lab', 'compiled')
  const kept = filesUnder(compiled)
  expect(kept).toBeGreaterThan(20)
  expect(await presets({ XDG_CACHE_HOME: cache })).toBe(first)
  expect(filesUnder(compiled)).toBe(kept) // read, not made again
})

it('a folder that the user names is taken instead', async () => {
  const [cache, own] = [temporaryFolder(), temporaryFolder()]
  await presets({ XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: own })
  expect(filesUnder(own)).toBeGreaterThan(20)
  expect(readdirSync(cache)).toEqual([])
})

it('a cache that cannot be written is done without', async () => {
  const cache = temporaryFolder()
  mkdirSync(path.join(cache, 'warmup-lab'))
  writeFileSync(path.join(cache, 'warmup-lab', 'compiled'), 'a file where a folder should be')
  expect(await presets({ XDG_CACHE_HOME: cache })).toBe(await presets({ XDG_CACHE_HOME: temporaryFolder() }))
})
