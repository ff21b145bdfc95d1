/**
 * The user's own presets: configurations under `presets/` of the home, one file each, which `lab run FILE` takes as well. A file is
 * replaced whole; one that cannot be read is told and left alone.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { ExperimentConfig } from '../../shared/experiments/config.ts'
import { parseConfig } from '../../shared/experiments/schema.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import { parseJson } from '../../shared/protocol/parse-json.ts'
import { replaceFile } from './durable-file.ts'
import { explainWriteError } from './file-errors.ts'

const FOLDER = 'presets'
const ENDING = '.json'

/** Any name in one path's step: `/` and the like are written as %2F. */
const fileOf = (home: string, name: string): string =>
  path.join(home, FOLDER, `${encodeURIComponent(name).replace(/^\./, '%2E').replace(/\*/g, '%2A')}${ENDING}`)

/** @returns configurations by name, and what is wrong with the files that are none */
export async function readOwnPresets(
  home: string,
): Promise<{ readonly configs: readonly ExperimentConfig[]; readonly errors: readonly LabError[] }> {
  const files = await readdir(path.join(home, FOLDER)).catch(() => []) // nobody has saved one yet
  const configs: ExperimentConfig[] = []
  const errors: LabError[] = []
  for (const file of files.filter((name) => name.endsWith(ENDING)).sort()) {
    const where = path.join(home, FOLDER, file)
    try {
      configs.push(parseConfig(parseJson(await readFile(where, 'utf8')), where))
    } catch (cause) {
      errors.push(
        cause instanceof LabError
          ? cause
          : new LabError('file', 'this preset cannot be read.', {
              where,
              found: cause instanceof Error ? cause.message : String(cause),
              remedy: 'Mend the file or remove it.',
              cause,
            }),
      )
    }
  }
  return { configs, errors }
}

/** @throws LabError `run-folder` when the home cannot be written */
export async function writeOwnPreset(home: string, config: ExperimentConfig): Promise<void> {
  try {
    await mkdir(path.join(home, FOLDER), { recursive: true })
    await replaceFile(fileOf(home, config.name), `${JSON.stringify(config, null, 2)}\n`)
  } catch (error) {
    throw explainWriteError(error, home)
  }
}

/** @throws LabError `run-folder` when the home cannot be written */
export async function removeOwnPreset(home: string, name: string): Promise<void> {
  try {
    await rm(fileOf(home, name), { force: true })
  } catch (error) {
    throw explainWriteError(error, home)
  }
}
