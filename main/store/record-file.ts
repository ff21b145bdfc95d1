/** `run.json` of a run folder, wherever the folder lies: its place and the run's id enter, the checked record leaves. */
import path from 'node:path'
import { LabError } from '../../shared/protocol/errors.ts'
import { parseRunRecord } from '../../shared/runs/record.ts'
import type { RunRecord } from '../../shared/runs/run.ts'
import { reasonOf } from './file-errors.ts'
import { readRegularText } from './regular-file.ts'
import { RUN_FILES } from './run-files.ts'

/** @throws LabError `run-folder` for a missing or damaged record, and for that of another run */
export async function readRecordFile(folder: string, id: string): Promise<RunRecord> {
  const file = path.join(folder, RUN_FILES.record)
  let text: string
  try {
    text = await readRegularText(file)
  } catch (cause) {
    throw new LabError('run-folder', 'the record of the run cannot be read.', {
      where: file,
      expected: 'a file',
      found: reasonOf(cause),
      remedy: 'Restore `run.json` from a copy, or move the folder out of `runs`.',
      cause,
    })
  }
  const record = parseRunRecord(text, file)
  if (record.id === id) return record
  throw new LabError('run-folder', 'the folder of the run was renamed or copied.', {
    where: file,
    expected: `the id \`${id}\``,
    found: `\`${record.id}\``,
    remedy: `Name the folder \`${record.id}\` again, or move it out of \`runs\`.`,
  })
}
