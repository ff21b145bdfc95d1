/** A run that goes from the processor to a graphics processor, to TensorFlow and back: its losses are those of one that stayed on the processor. */
import { mkdir, symlink } from 'node:fs/promises'
import { expect } from 'vitest'
import { installationFolder, tensorflowFolder } from '../../main/engine/tensorflow/installation.ts'
import { requireUnused } from '../../main/engine/tensorflow/uses.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { itUnless } from '../needs.ts'
import { TENSORFLOW_LACK } from '../tensorflow.ts'
import { compareLosses, ENGINE_OPTIONS, makeMovedRun, stretchesOf } from '../unit/engine/moved-run.ts'
import { temporaryFolder } from '../unit/store/store-helpers.ts'
import { openTestGpu } from './adapter.ts'

/** The run that keeps TensorFlow from being removed; null for none. */
function userOf(cache: string): Promise<string | null> {
  return requireUnused(cache).then(
    () => null,
    (error: unknown) => (error instanceof LabError ? (error.detail.found ?? '') : Promise.reject(error)),
  )
}

itUnless(TENSORFLOW_LACK)(
  'wasm, webgpu, tensorflow and wasm again train one run, and its record says which steps ran where',
  async () => {
    await openTestGpu('swiftshader') // what Dawn finds in this process from now on
    const cacheFolder = await temporaryFolder()
    await mkdir(tensorflowFolder(cacheFolder))
    await symlink(installationFolder(), installationFolder(cacheFolder))
    const options = { ...ENGINE_OPTIONS, cacheFolder }
    const stayed = await makeMovedRun(options)
    await stayed.run(null)
    const moved = await makeMovedRun(options)
    await moved.run(null, 3)
    await moved.run('webgpu', 6)
    const onTensorflow = moved.run('tensorflow', 9)
    await expect.poll(() => userOf(cacheFolder)).toBe(moved.id)
    await onTensorflow
    expect(await userOf(cacheFolder)).toBeNull()
    await moved.run('wasm')
    expect(compareLosses(moved, stayed)).toEqual([])
    expect(await stretchesOf(moved)).toEqual([
      'wasm warm-up 0',
      'webgpu training 3',
      'tensorflow training 6',
      'wasm training 9',
    ])
    const { backend, status } = await moved.store.readRecord(moved.id)
    expect({ backend, status }).toEqual({ backend: 'wasm', status: 'finished' })
  },
)
