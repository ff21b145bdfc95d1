/**
 * The errors of the lab. One base class with a code; the codes cross IPC, HTTP and the command line unchanged.
 * A message says where, what was expected, what was found and what to do.
 */

/** Codes in families; the command line exits 2 for `usage` and `config` families, 1 for the rest. */
export type ErrorCode =
  | 'usage'
  | 'config'
  | 'cell-syntax'
  | 'cell-name'
  | 'cell-shape'
  | 'cell-initial'
  | 'dataset'
  | 'weights'
  | 'run-folder'
  | 'run-locked'
  | 'sweep-locked'
  | 'queue-locked'
  | 'run-index'
  | 'checkpoint'
  | 'warm-up-restarts'
  | 'non-finite'
  | 'golden-case'
  | 'backend'
  /** Something that the lab gets from elsewhere when it is asked to. */
  | 'setup'
  /** What computes is gone or hangs, and all that it held: a device, or the process that it was used from. A run goes on from its checkpoint. */
  | 'device-lost'
  /** A device has less memory than is asked for. */
  | 'device-memory'
  | 'interrupted'
  | 'worker'
  | 'protocol'
  | 'unauthorized'
  | 'connection'
  /** A file that the user saves or opens. */
  | 'file'
  | 'internal'

const EXIT_USAGE: ReadonlySet<ErrorCode> = new Set([
  'usage',
  'config',
  'cell-syntax',
  'cell-name',
  'cell-shape',
  'cell-initial',
])

/** Where a text is wrong: 1-based line and column. */
export interface SourceLocation {
  readonly line: number
  readonly column: number
}

/** The name of a mistake that the screens have words for in their language, and what stands in those words. */
export interface Fault {
  readonly id: string
  readonly values: Readonly<Record<string, string>>
}

export interface LabErrorDetail {
  /** Where: a file, a field path, `mgu, line 3, column 7`. */
  readonly where?: string
  readonly expected?: string
  readonly found?: string
  /** What the user can do about it, as a sentence. */
  readonly remedy?: string
  readonly location?: SourceLocation
  readonly fault?: Fault
  readonly cause?: unknown
}

/** An error that the user can act on. Anything else that is thrown is a defect of the lab. */
export class LabError extends Error {
  readonly code: ErrorCode
  /** What is wrong, without place, expectation and remedy. */
  readonly summary: string
  readonly detail: LabErrorDetail

  constructor(code: ErrorCode, message: string, detail: LabErrorDetail = {}) {
    const summary = cutPart(message)
    const shown = cutParts(detail)
    super(formatMessage(summary, shown), detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'LabError'
    this.code = code
    this.summary = summary
    this.detail = shown
  }

  /** 2 for a command, configuration or cell that cannot be read; 1 for what fails while it is carried out. */
  get exitCode(): 1 | 2 {
    return EXIT_USAGE.has(this.code) ? 2 : 1
  }
}

/** The first 40 characters of a text that may be long or damaged, in backquotes and on one line: what is no text must not tear a message or a terminal. */
export function quoteStart(text: string): string {
  return `\`${text
    .slice(0, 40)
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '\uFFFD')}\``
}

/** A message of more is no message: names and values of others may be of megabytes. */
const MOST_PART_CHARACTERS = 1000

function cutPart(text: string): string {
  return text.length > MOST_PART_CHARACTERS ? `${text.slice(0, MOST_PART_CHARACTERS)}…` : text
}

function cutParts(detail: LabErrorDetail): LabErrorDetail {
  const parts = (['where', 'expected', 'found', 'remedy'] as const).flatMap((part) => {
    const text = detail[part]
    return text === undefined ? [] : [[part, cutPart(text)] as const]
  })
  return { ...detail, ...Object.fromEntries(parts) }
}

function formatMessage(message: string, { where, expected, found, remedy }: LabErrorDetail): string {
  let text = where === undefined ? message : `${where}: ${message}`
  if (expected !== undefined) text += ` Expected ${expected}${found === undefined ? '.' : `, found ${found}.`}`
  else if (found !== undefined) text += ` Found ${found}.`
  return remedy === undefined ? text : `${text} ${remedy}`
}
