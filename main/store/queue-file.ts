/**
 * A lab's line of jobs on disk, one JSON file: jobs in their order enter and are on the disk when the promise resolves; a file's text is
 * checked before it leaves as jobs again. Whose file it is, and who may take it over, is queue-store.ts's.
 */
import { z } from 'zod'
import { LabError, quoteStart } from '../../shared/errors/errors.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { describeWords, valueAt, wordsOf } from '../../shared/errors/schema-words.ts'
import { replaceFile } from './durable-file.ts'
import { codeOf, reasonOf } from './file-errors.ts'
import { readRegularText } from './regular-file.ts'

const VERSION = 1
const id = z.string().min(1).max(200)

/** What is needed to take a job up again. Which runs a sweep has stands in its own file. */
const keptJob = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('group'),
    groupId: id,
    name: z.string(),
    runIds: z.array(id).min(1),
    backend: id.optional(),
  }),
  z.object({ kind: z.literal('sweep'), sweepId: id, name: z.string(), rerunFailed: z.boolean() }),
])

const keptQueue = z.object({
  formatVersion: z.literal(VERSION),
  /** When its lab was opened, an ISO time. */
  openedAt: z.iso.datetime(),
  jobs: z.array(keptJob),
})

export type KeptJob = Readonly<z.output<typeof keptJob>>

export interface KeptQueue {
  readonly formatVersion: 1
  readonly openedAt: string
  /** In the order of the line. */
  readonly jobs: readonly KeptJob[]
}

/** A file that this version cannot read. */
export class QueueFileError extends LabError {
  /** `newer`: a later version of the lab reads it. */
  readonly kind: 'damaged' | 'newer' | 'unreadable'

  constructor(kind: QueueFileError['kind'], message: string, detail: LabError['detail']) {
    super('run-folder', message, detail)
    this.kind = kind
  }
}

/**
 * @returns null where there is no file
 * @throws QueueFileError for a file that cannot be read
 */
export async function readQueueFile(file: string): Promise<KeptQueue | null> {
  let text: string
  try {
    text = await readRegularText(file)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null
    throw new QueueFileError('unreadable', 'the queue of an earlier session cannot be read.', {
      where: file,
      expected: 'a file that can be read',
      found: reasonOf(cause),
      remedy: 'Check its permissions and start the lab again; its runs can be resumed one by one.',
      cause,
    })
  }
  return parseQueue(text, file)
}

/** @throws the file system's error */
export async function writeQueueFile(file: string, openedAt: string, jobs: readonly KeptJob[]): Promise<void> {
  const queue: KeptQueue = { formatVersion: VERSION, openedAt, jobs }
  await replaceFile(file, `${JSON.stringify(queue, null, 2)}\n`)
}

function parseQueue(text: string, where: string): KeptQueue {
  const damaged = (expected: string, found: string, cause?: unknown): QueueFileError =>
    new QueueFileError('damaged', 'the queue of an earlier session is damaged.', {
      where,
      expected,
      found,
      remedy: 'Its runs and sweeps are not touched: resume them one by one.',
      cause,
    })
  let json: unknown
  try {
    json = parseJson(text)
  } catch (cause) {
    throw damaged('a JSON object', text === '' ? 'an empty file' : quoteStart(text), cause)
  }
  const version = z.object({ formatVersion: z.number() }).safeParse(json).data?.formatVersion
  if (version !== undefined && version > VERSION)
    throw new QueueFileError('newer', 'the queue of an earlier session was written by a newer Warmup Lab.', {
      where,
      expected: `format ${VERSION}`,
      found: `format ${version}`,
      remedy: 'Open this home with that version; here its runs and sweeps can be resumed one by one.',
    })
  const parsed = keptQueue.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue!.path.map(String).join('.')
  const words = describeWords(wordsOf(issue!, valueAt(json, issue!.path)))
  throw damaged('a queue as the lab writes it', place === '' ? words : `at \`${place}\`: ${words}`)
}
