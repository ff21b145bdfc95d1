/** `annotations.json` of a run folder: read with defaults for what is missing, replaced whole. What may stand in it is shared/runs/annotations.ts's. */
import path from 'node:path'
import { LabError, quoteStart } from '../../shared/errors/errors.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { describeWords, valueAt, wordsOf } from '../../shared/errors/schema-words.ts'
import { annotationsSchema, NO_ANNOTATIONS, type RunAnnotations } from '../../shared/runs/annotations.ts'
import { replaceFile } from './durable-file.ts'
import { codeOf, explainWriteError, reasonOf } from './file-errors.ts'
import { readRegularText } from './regular-file.ts'
import { RUN_FILES } from './run-files.ts'

/**
 * @returns those of a run that has none: no tags, no notes
 * @throws LabError `run-folder` for a file that is damaged or cannot be read; it is left as it is
 */
export async function readAnnotations(folder: string): Promise<RunAnnotations> {
  const file = path.join(folder, RUN_FILES.annotations)
  const damaged = (found: string, cause?: unknown): LabError =>
    new LabError('run-folder', 'the notes and tags of the run cannot be read.', {
      where: file,
      expected: 'annotations as the lab writes them',
      found,
      remedy: 'Correct the file, or remove it: the run itself is not touched.',
      cause,
    })
  let text: string
  try {
    text = await readRegularText(file)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return NO_ANNOTATIONS
    throw damaged(reasonOf(cause), cause)
  }
  let json: unknown
  try {
    json = parseJson(text)
  } catch (cause) {
    throw damaged(text === '' ? 'an empty file' : quoteStart(text), cause)
  }
  const parsed = annotationsSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw damaged(
    `${issue!.path.join('.') || 'the whole'}: ${describeWords(wordsOf(issue!, valueAt(json, issue!.path)))}`,
  )
}

/** @throws LabError `run-folder` when the folder cannot be written */
export async function writeAnnotations(folder: string, annotations: RunAnnotations): Promise<void> {
  try {
    await replaceFile(path.join(folder, RUN_FILES.annotations), `${JSON.stringify(annotations, null, 2)}\n`)
  } catch (error) {
    throw explainWriteError(error, folder)
  }
}
