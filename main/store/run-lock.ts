/**
 * The lock of a run folder, so that it has one writer: a folder enters, a hold on it leaves. Who shows a lost writer as a crash is left to
 * run-store.ts.
 */
import path from 'node:path'
import { fileLockState, releaseFileLockOfDeadThread, takeFileLock, type HeldLock, type LockState } from './file-lock.ts'

export const LOCK_FILE = 'lock'

const lockOf = (folder: string): string => path.join(folder, LOCK_FILE)

/**
 * @param id of the run, for messages
 * @throws LabError `run-locked` while another writer, of this process too, holds it
 */
export function takeLock(folder: string, id: string): Promise<HeldLock> {
  return takeFileLock(lockOf(folder), {
    code: 'run-locked',
    message: 'another process is writing this run.',
    where: id,
    waitRemedy: 'Wait until it ends, or pause it first.',
    elsewhereRemedy: `Pause it there. If that process is gone for sure, remove the file \`${LOCK_FILE}\` of the run folder.`,
  })
}

export function lockState(folder: string): Promise<LockState> {
  return fileLockState(lockOf(folder))
}

/** Only for whoever knows that the thread of this process that held it has ended. */
export function releaseLockOfDeadThread(folder: string): Promise<void> {
  return releaseFileLockOfDeadThread(lockOf(folder))
}
