/**
 * Where TensorFlow lies on this machine: the user's cache folder enters, what `lab setup tensorflow` has left there leaves. How it gets there
 * is main/setup/tensorflow's; the folder appears whole, by a rename, and may be moved: nothing in it names its own place.
 */
import { access } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { parseJson } from '../../../shared/exchange/parse-json.ts'
import { TENSORFLOW_FLAVOURS, type TensorflowInstallation } from '../../../shared/protocol/tensorflow.ts'
import { cacheFolder } from '../../store/home.ts'
import { readRegularText } from '../../store/regular-file.ts'

export const TENSORFLOW_PACKAGE = '@tensorflow/tfjs-node-gpu'
/** In an installation: what it is, written last. */
export const RECORD_FILE = 'set-up.json'
/** In an installation: the native library, as its wheel names the folder. */
export const LIBRARY_FOLDER = 'tensorflow'
/** In LIBRARY_FOLDER: all that is loaded of it. */
export const LIBRARY_FILES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const
/** In an installation: what lets Node call the library, where the package looks for it. */
export const BINDING_FILE = path.join('node_modules', TENSORFLOW_PACKAGE, 'lib', 'napi-v8', 'tfjs_binding.node')

const recordSchema = z.object({
  flavour: z.enum(TENSORFLOW_FLAVOURS),
  libraryVersion: z.string(),
  packageVersion: z.string(),
  usesGpu: z.boolean().default(false),
  bytes: z.number().int().nonnegative(),
})

export type InstallationRecord = z.output<typeof recordSchema>

/** What the lab sets up of TensorFlow, and works at. */
export function tensorflowFolder(cache: string = cacheFolder()): string {
  return path.join(cache, 'tensorflow')
}

export function installationFolder(cache: string = cacheFolder()): string {
  return path.join(tensorflowFolder(cache), 'installed')
}

/** @returns null where there is none, or one of which a part is gone: it can be set up anew at any time */
export async function findInstallation(cache: string = cacheFolder()): Promise<TensorflowInstallation | null> {
  const folder = installationFolder(cache)
  try {
    const record = recordSchema.parse(parseJson(await readRegularText(path.join(folder, RECORD_FILE))))
    await Promise.all([BINDING_FILE, ...LIBRARY_FILES.map(inLibrary)].map((file) => access(path.join(folder, file))))
    return { ...record, folder }
  } catch {
    return null
  }
}

function inLibrary(file: string): string {
  return path.join(LIBRARY_FOLDER, file)
}
