/** What the file system refused while something was set up: its error enters, a LabError leaves. */
import { LabError } from '../../../shared/errors/errors.ts'
import { reasonOf } from '../../store/file-errors.ts'

/** @returns LabError `setup` for an error of the file system; any other error as it is */
export function explainFolderError(error: unknown, folder: string): unknown {
  if (error instanceof LabError || !(error instanceof Error && 'syscall' in error)) return error
  const file = 'path' in error && typeof error.path === 'string' ? error.path : folder
  return new LabError('setup', 'the cache folder cannot be written.', {
    where: file,
    expected: 'a folder whose files can be written',
    found: reasonOf(error),
    remedy: 'Check the permissions and the space left, or set XDG_CACHE_HOME to another folder; then set it up again.',
    cause: error,
  })
}
