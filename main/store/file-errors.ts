/** What the file system refused, in words: an error of Node's file functions enters, its reason or a LabError leaves. */
import { LabError } from '../../shared/errors/errors.ts'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'none',
  EISDIR: 'a folder',
  ENOTDIR: 'a file where a folder should be',
  EEXIST: 'a file where a folder should be',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'a disk that is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'no space left in the quota',
  ENAMETOOLONG: 'a name that is too long for the disk',
  ELOOP: 'a link that leads back to itself',
  ENXIO: 'a socket or a device',
  EIO: 'a device that has failed or gone',
}

/** `ENOENT` and the like; undefined for an error that has none. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

/** @returns the end of "found ..." */
export function reasonOf(error: unknown): string {
  return REASONS[String(codeOf(error))] ?? (error instanceof Error ? error.message : String(error))
}

/**
 * What a failed write into a run folder is called.
 * @returns LabError `run-folder` for an error of the file system; any other error as it is
 */
export function explainWriteError(error: unknown, folder: string): unknown {
  if (error instanceof LabError || !(error instanceof Error && 'syscall' in error)) return error
  const file = 'path' in error && typeof error.path === 'string' ? error.path : folder
  return new LabError('run-folder', 'the run folder cannot be written.', {
    where: file,
    expected: 'a folder whose files can be written',
    found: reasonOf(error),
    remedy: 'Check the permissions and the space left, then resume the run; its last checkpoint is kept.',
    cause: error,
  })
}

/**
 * What a failed read of a file or folder of the home is called.
 * @returns LabError `run-folder`
 */
export function explainReadError(error: unknown, file: string, message: string, expected = 'a file'): LabError {
  if (error instanceof LabError) return error
  return new LabError('run-folder', message, {
    where: file,
    expected,
    found: reasonOf(error),
    remedy: 'Check the permissions, or restore it from a copy.',
    cause: error,
  })
}
