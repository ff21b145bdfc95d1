/**
 * Files that are files: a path enters, an open handle or what stands in it leaves. A pipe, a device, a socket or a folder in the place of one is
 * refused at once: to open or read it could wait for ever, and a thread of the process with it. What a refusal is called is left to the caller,
 * for whom `reasonOf` has the words. Not for what the user names on the command line, as in `lab run <(jq ...)`: that may be a pipe.
 */
import { constants, type Stats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/** Platforms without it (Windows) keep pipes elsewhere than among files. */
const NEVER_WAIT = (constants as Partial<typeof constants>).O_NONBLOCK ?? 0

const FLAGS = {
  /** To read what is there. */
  r: constants.O_RDONLY,
  /** To change what is there. */
  'r+': constants.O_RDWR,
  /** To read, and to add at the end of what is there or is made. */
  'a+': constants.O_RDWR | constants.O_APPEND | constants.O_CREAT,
} as const

/** Something that is no file, in words that end "found ...". */
export class NoRegularFileError extends Error {
  readonly code: string
  readonly path: string
  readonly syscall = 'open'

  constructor(path: string, stats: Stats) {
    super(kindOf(stats))
    this.name = 'NoRegularFileError'
    this.code = stats.isDirectory() ? 'EISDIR' : 'EFTYPE'
    this.path = path
  }
}

/** @throws NoRegularFileError, or the file system's error */
export async function openRegularFile(file: string, flags: keyof typeof FLAGS): Promise<FileHandle> {
  const handle = await open(file, FLAGS[flags] | NEVER_WAIT)
  try {
    const stats = await handle.stat()
    if (!stats.isFile()) throw new NoRegularFileError(file, stats)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** @throws NoRegularFileError, or the file system's error */
export async function readRegularFile(file: string): Promise<Buffer> {
  const handle = await openRegularFile(file, 'r')
  try {
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** @returns the text of a file in UTF-8. @throws NoRegularFileError, or the file system's error */
export async function readRegularText(file: string): Promise<string> {
  return (await readRegularFile(file)).toString('utf8')
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder'
  if (stats.isFIFO()) return 'a pipe'
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return 'a device'
  return 'neither a file nor a folder'
}
