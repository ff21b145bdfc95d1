/** The checkpoints of a run folder that stay: a folder enters, their names leave; new ones are written here, by the run's one writer. */
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { KeptCheckpoint } from '../../shared/runs/run.ts'
import { removeTemporaryFiles, replaceFile, syncFolder } from './durable-file.ts'
import { codeOf } from './file-errors.ts'
import { checkpointFile, KEPT_ENDING, KEPT_FOLDER } from './run-files.ts'

/** Once it resolves the checkpoint is on the disk. */
export async function keepCheckpoint(folder: string, name: KeptCheckpoint, bytes: Uint8Array): Promise<void> {
  const file = path.join(folder, checkpointFile(name))
  if ((await mkdir(path.dirname(file), { recursive: true })) !== undefined) await syncFolder(folder)
  await replaceFile(file, bytes)
}

/** Training steps of which a checkpoint was kept, the latest first. */
export async function keptSteps(folder: string): Promise<number[]> {
  return (await namesIn(folder))
    .filter((name) => /^[1-9]\d*\.safetensors$/.test(name))
    .map((name) => Number(name.slice(0, -KEPT_ENDING.length)))
    .sort((a, b) => b - a)
}

/** Removes what killed writers left behind. Only for the one writer. */
export async function removeTornCheckpoints(folder: string): Promise<void> {
  if ((await namesIn(folder)).length > 0) await removeTemporaryFiles(path.join(folder, KEPT_FOLDER), null)
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(path.join(folder, KEPT_FOLDER)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
}
