/**
 * Loads TensorFlow's native library with @tensorflow/tfjs-node-gpu over it: the one that `lab setup tensorflow` has put into the cache folder,
 * else the package's own, where its install script has brought one that works. Belongs into a process of its own, in its main thread or a
 * worker's: the library takes hundreds of megabytes, threads of its own, and the process with it when it fails.
 */
import { access } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import util from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { LabError } from '../../../shared/errors/errors.ts'
import { cacheFolder } from '../../store/home.ts'
import { setTensorflowEnvironment } from './environment.ts'
import { BINDING_FILE, findInstallation, TENSORFLOW_PACKAGE } from './installation.ts'

/** The package is tfjs with another backend. */
export type Tensorflow = typeof import('@tensorflow/tfjs')

export interface LoadedTensorflow {
  readonly tf: Tensorflow
  /** Where it lies: an installation of the lab, or the folder in which the package was found. */
  readonly folder: string
  /** Whether it computes on a graphics processor; else there is none that it can use. */
  readonly usesGpu: boolean
}

/**
 * @param cache where `lab setup tensorflow` has put it
 * @throws LabError `backend` where there is none, or it does not load, and how to get it
 */
export async function loadTensorflow(cache: string = cacheFolder()): Promise<LoadedTensorflow> {
  const folder = (await findInstallation(cache))?.folder ?? (await ownLibrary())
  if (folder === null)
    throw new LabError('backend', 'TensorFlow is not set up on this machine.', {
      where: 'tensorflow',
      expected: `an installation in ${cache}`,
      found: 'none',
      remedy: SET_UP_REMEDY,
    })
  return loadFrom(folder)
}

export const SET_UP_REMEDY =
  'Set it up with `lab setup tensorflow` (in a checkout: `npm run setup:tensorflow`), or in the settings of the app.'

/** @param folder in whose `node_modules` the package lies, with its native half */
export async function loadFrom(folder: string): Promise<LoadedTensorflow> {
  if (isMainThread) setTensorflowEnvironment()
  restoreUtil()
  try {
    const tf = createRequire(path.join(folder, 'package.json'))(TENSORFLOW_PACKAGE) as Tensorflow
    await tf.ready()
    return { tf, folder, usesGpu: (tf.backend() as { readonly isUsingGpuDevice?: boolean }).isUsingGpuDevice === true }
  } catch (error) {
    throw new LabError('backend', 'TensorFlow does not load.', {
      where: folder,
      expected: 'its library, and what that needs of this system',
      found: error instanceof Error ? error.message.split('\n')[0] : String(error),
      remedy: 'Remove it with `lab setup tensorflow --remove` and set it up again.',
      cause: error,
    })
  }
}

/** The package is of a Node that still had these, and calls them. */
function restoreUtil(): void {
  const outdated = util as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean }
  outdated.isNullOrUndefined ??= (value) => value === null || value === undefined
  outdated.isArray ??= Array.isArray
}

/** Of the package in the lab's own `node_modules`, whose install script is not run, but may have been. */
async function ownLibrary(): Promise<string | null> {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${TENSORFLOW_PACKAGE}/package.json`)
    const folder = manifest.slice(0, manifest.lastIndexOf('node_modules'))
    await access(path.join(folder, BINDING_FILE))
    return folder
  } catch {
    return null
  }
}
