/**
 * The user's own presets: configurations under `presets/` of the home, one file each, which `lab run FILE` takes as well. A file is
 * replaced whole; one that cannot be read is told and left alone. Whose preset a file is says its content, not its name, which a user may change.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { ExperimentConfig } from '../../shared/experiments/config.ts'
import { parseConfig } from '../../shared/experiments/read-config.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { replaceFile } from './durable-file.ts'
import { codeOf, explainReadError, explainWriteError, reasonOf } from './file-errors.ts'
import { readableFileName } from './file-names.ts'
import { readRegularText } from './regular-file.ts'

const FOLDER = 'presets'
const ENDING = '.json'

/** Names that are names of files everywhere, and of no other preset's where upper and lower case are one; shorter ones may be a device's. */
const PLAIN = /^[a-z0-9_-]{5,60}$/

function fileNameOf(name: string): string {
  if (PLAIN.test(name)) return `${name}${ENDING}`
  return readableFileName(name, `-${createHash('sha256').update(name).digest('hex').slice(0, 8)}${ENDING}`)
}

interface OwnPreset {
  readonly file: string
  readonly config: ExperimentConfig
}

/** @returns the presets, and what is wrong with the files that are none. @throws LabError `run-folder` when the folder cannot be read */
export async function readOwnPresets(
  home: string,
): Promise<{ readonly presets: readonly OwnPreset[]; readonly errors: readonly LabError[] }> {
  const folder = path.join(home, FOLDER)
  const files = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [] // nobody has saved one yet
    throw explainReadError(error, folder, 'the presets cannot be read.', 'a folder')
  })
  const presets: OwnPreset[] = []
  const errors: LabError[] = []
  for (const name of files.filter((each) => each.endsWith(ENDING) && !each.startsWith('.')).sort()) {
    const file = path.join(folder, name)
    try {
      presets.push({ file, config: parseConfig(parseJson(await readRegularText(file)), file) })
    } catch (cause) {
      errors.push(
        cause instanceof LabError
          ? cause
          : new LabError('file', 'this preset cannot be read.', {
              where: file,
              found: reasonOf(cause),
              remedy: 'Mend the file or remove it.',
              cause,
            }),
      )
    }
  }
  return { presets, errors }
}

/** The files of this name: one, unless somebody has copied it. */
async function filesOf(home: string, name: string): Promise<string[]> {
  return (await readOwnPresets(home)).presets.filter(({ config }) => config.name === name).map(({ file }) => file)
}

/** @throws LabError `run-folder` when the home cannot be written */
export async function writeOwnPreset(home: string, config: ExperimentConfig): Promise<void> {
  const [known] = await filesOf(home, config.name)
  try {
    await mkdir(path.join(home, FOLDER), { recursive: true })
    const file = known ?? path.join(home, FOLDER, fileNameOf(config.name))
    await replaceFile(file, `${JSON.stringify(config, null, 2)}\n`)
  } catch (error) {
    throw explainWriteError(error, home)
  }
}

/** @throws LabError `run-folder` when the home cannot be written */
export async function removeOwnPreset(home: string, name: string): Promise<void> {
  const files = await filesOf(home, name)
  try {
    for (const file of files) await rm(file, { force: true })
  } catch (error) {
    throw explainWriteError(error, home)
  }
}
