/**
 * `run.json` of a run folder, wherever the folder lies: its place and the run's id enter, the checked record leaves; or a record enters and
 * stands there. The file has a digest of itself, since a result with a changed digit still looks like a result.
 */
import path from 'node:path'
import { LabError } from '../../shared/errors/errors.ts'
import { parseRunRecord } from '../../shared/runs/record.ts'
import type { RunRecord } from '../../shared/runs/run.ts'
import { digestOfRecord } from './digests.ts'
import { replaceFile } from './durable-file.ts'
import { reasonOf } from './file-errors.ts'
import { readRegularText } from './regular-file.ts'
import { RUN_FILES } from './run-files.ts'

/** Once it resolves the record is on the disk. */
export async function writeRecordFile(folder: string, record: RunRecord): Promise<void> {
  const recordSha256 = digestOfRecord({ ...record })
  await replaceFile(path.join(folder, RUN_FILES.record), `${JSON.stringify({ ...record, recordSha256 }, null, 2)}\n`)
}

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
  const { record, written } = parseRunRecord(text, file)
  if (record.id !== id)
    throw new LabError('run-folder', 'the folder of the run was renamed or copied.', {
      where: file,
      expected: `the id \`${id}\``,
      found: `\`${record.id}\``,
      remedy: `Name the folder \`${record.id}\` again, or move it out of \`runs\`.`,
    })
  // Records of earlier versions have none.
  const { recordSha256 } = written
  if (recordSha256 !== undefined && recordSha256 !== digestOfRecord(written))
    throw new LabError('run-folder', 'the record of the run is not what the lab has written.', {
      where: file,
      expected: `the digest ${String(recordSha256).slice(0, 12)}`,
      found: 'another',
      remedy:
        'Restore `run.json` from a copy. If you have changed it on purpose, remove `recordSha256` from it; to train with other settings, fork the run instead: `lab fork`.',
    })
  return record
}
