/**
 * The cache folder of a run of the tests: what they and the labs that they start measure and remember goes with it, and the user's stays as it is.
 * TensorFlow alone is the user's, where it is set up. Elsewhere than under Linux the platform gives no other folder.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { tensorflowFolder } from '../main/engine/tensorflow/installation.ts'
import { cacheFolder } from '../main/store/home.ts'

const MESA_VARIABLE = 'MESA_SHADER_CACHE_DIR'

/** Called by vitest before its first test. @returns what is to be done after the last one */
export async function setup(): Promise<() => Promise<void>> {
  const users = { cache: cacheFolder(), tensorflow: tensorflowFolder() }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'warmup-lab-cache-'))
  process.env[MESA_VARIABLE] ??= path.join(path.dirname(users.cache), 'mesa_shader_cache') // lavapipe compiles for minutes
  process.env.XDG_CACHE_HOME = folder
  if (cacheFolder() !== users.cache && existsSync(users.tensorflow)) {
    await mkdir(cacheFolder(), { recursive: true })
    await symlink(users.tensorflow, tensorflowFolder())
  }
  return () => rm(folder, { recursive: true, force: true })
}
