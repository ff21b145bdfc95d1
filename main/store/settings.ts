/** The user's settings on disk, `settings.json` of the home: read with defaults for what is missing or damaged, replaced whole. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { DEFAULT_SETTINGS, settingsSchema, type Settings } from '../../shared/protocol/settings.ts'
import { replaceFile } from './durable-file.ts'
import { explainWriteError } from './file-errors.ts'
import { readRegularText } from './regular-file.ts'

const FILE = 'settings.json'

/** Settings are no experiment: a file that cannot be read counts as none. */
export async function readSettings(home: string): Promise<Settings> {
  try {
    const parsed = settingsSchema.safeParse(parseJson(await readRegularText(path.join(home, FILE))))
    return parsed.success ? parsed.data : DEFAULT_SETTINGS
  } catch {
    return DEFAULT_SETTINGS
  }
}

/** @throws LabError `run-folder` when the home cannot be written */
export async function writeSettings(home: string, settings: Settings): Promise<void> {
  try {
    await mkdir(home, { recursive: true })
    await replaceFile(path.join(home, FILE), `${JSON.stringify(settings, null, 2)}\n`)
  } catch (error) {
    throw explainWriteError(error, home)
  }
}
