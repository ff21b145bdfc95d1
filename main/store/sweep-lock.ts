/**
 * The lock of a sweep, `sweeps/ID.lock` of the home, so that one process makes and runs its runs: held by whoever works at it, a terminal or a
 * thread of the lab, and while it is deleted. That a sweep waits in a lab's queue is no hold.
 */
import { fileLockState, lockHolder, releaseFileLockOfDeadThread, takeFileLock } from './file-lock.ts'
import type { HeldLock, LockHolder } from './file-lock.ts'

export const SWEEP_LOCK_EXTENSION = '.lock'

/** @throws LabError `sweep-locked` while another worker, of this process too, holds it */
export function takeSweepLock(file: string, id: string): Promise<HeldLock> {
  return takeFileLock(file, {
    code: 'sweep-locked',
    message: 'another process is running this sweep.',
    where: id,
    waitRemedy: 'Wait until it ends, or pause it there first: Ctrl-C in its terminal, or Pause in its lab.',
    elsewhereRemedy: `Pause it there. If that process is gone for sure, remove the file \`sweeps/${id}${SWEEP_LOCK_EXTENSION}\` of the home.`,
  })
}

/** Who works at the sweep, in another process than this one. */
export async function otherSweepHolder(file: string): Promise<LockHolder | null> {
  const state = await fileLockState(file)
  if (state !== 'alive' && state !== 'elsewhere') return null
  const holder = await lockHolder(file)
  return holder === null || (state === 'alive' && holder.pid === process.pid) ? null : holder
}

/** Only for whoever knows that the thread of this process that held it has ended. */
export const releaseSweepLockOfDeadThread = releaseFileLockOfDeadThread
