/**
 * Which runs are trained on the TensorFlow of this machine, so that nobody takes it away under them: a run enters with its folder, and a note beside the
 * installation says so to every process, until it is taken back.
 */
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { LabError } from '../../../shared/errors/errors.ts'
import { parseJson } from '../../../shared/exchange/parse-json.ts'
import { readRegularText } from '../../store/regular-file.ts'
import { LOCK_FILE, lockState } from '../../store/run-lock.ts'
import { tensorflowFolder } from './installation.ts'

const usesFolder = (cache: string): string => path.join(tensorflowFolder(cache), 'uses')

const useSchema = z.object({ runId: z.string(), folder: z.string() })

/** A run, and the folder whose lock its process holds. */
export type TensorflowUse = z.output<typeof useSchema>

/** @returns takes the note back */
export async function noteUse(cache: string, use: TensorflowUse): Promise<() => Promise<void>> {
  const file = path.join(usesFolder(cache), `${use.runId}.json`)
  try {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, JSON.stringify(use))
  } catch {
    return async () => undefined // whoever may not write there may not take anything away there
  }
  return () => rm(file, { force: true })
}

/** @throws LabError `setup` with the names of the runs that are trained on it */
export async function requireUnused(cache: string): Promise<void> {
  const folder = usesFolder(cache)
  const running: string[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const runId = await runOf(path.join(folder, name))
    if (runId !== null) running.push(runId)
  }
  if (running.length === 0) return
  const runs = running.join(', ')
  throw new LabError('setup', 'TensorFlow is in use, and stays as it is.', {
    where: tensorflowFolder(cache),
    expected: 'no run that is trained on it',
    found: runs,
    remedy: 'Wait until it has finished, or pause or stop it.',
    fault: { id: 'tensorflowInUse', values: { runs } },
  })
}

/** Null of a note that a killed process has left: its run is locked by nobody, or was taken up again since, and notes anew what it is trained on. */
async function runOf(file: string): Promise<string | null> {
  try {
    const { runId, folder } = useSchema.parse(parseJson(await readRegularText(file)))
    const state = await lockState(folder)
    if (state !== 'alive' && state !== 'elsewhere') return null
    const [noted, locked] = await Promise.all([stat(file), stat(path.join(folder, LOCK_FILE))])
    return noted.mtimeMs < locked.mtimeMs ? null : runId
  } catch {
    return null // taken back meanwhile, or no note
  }
}
