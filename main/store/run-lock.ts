/**
 * The lock of a run folder, so that it has one writer: a folder enters, a hold on it leaves. The lock names its process by
 * pid, host and start, since a pid alone is used again. Who shows a lost writer as a crash is left to run-store.ts.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { open, readFile, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { LabError } from '../../shared/protocol/errors.ts'

export const LOCK_FILE = 'lock'
/** Held while a dead process's lock is taken away, so that two who see it dead do not both remove one. */
const TAKEOVER_FILE = 'lock.takeover'
/** A lock without content is being written; older than this, its writer died over it. */
const WRITING_MS = 10_000

interface Lock {
  readonly pid: number
  readonly host: string
  /** When the process began, in words that no later process of that pid repeats; null where the platform does not say. */
  readonly startToken: string | null
  /** This hold, among others of one process. */
  readonly hold: string
}

/** `dead`: its process is gone. `elsewhere`: on another host, which cannot be asked. `none`: nobody holds one. */
export type LockState = 'none' | 'alive' | 'dead' | 'elsewhere'

export interface HeldLock {
  /** Removes the lock if it is still this one. */
  release(): Promise<void>
}

/**
 * @param id of the run, for messages
 * @throws LabError `run-locked` while another writer, of this process too, holds it
 */
export async function takeLock(folder: string, id: string): Promise<HeldLock> {
  const file = path.join(folder, LOCK_FILE)
  const lock: Lock = {
    pid: process.pid,
    host: os.hostname(),
    startToken: startTokenOf(process.pid),
    hold: randomUUID(),
  }
  if (!(await createExclusively(file, JSON.stringify(lock)))) {
    const state = await lockState(folder)
    if (state === 'alive' || state === 'elsewhere') throw await lockedError(folder, id, state)
    if (!(await takeOver(folder, JSON.stringify(lock)))) throw await lockedError(folder, id, 'alive')
  }
  return {
    async release() {
      if ((await readLock(folder))?.hold === lock.hold) await rm(file, { force: true })
    },
  }
}

/**
 * Removes the lock that a worker thread of this process left behind. Only for whoever knows that the thread has ended: to everybody
 * else the lock of a living process is held.
 */
export async function releaseLockOfDeadThread(folder: string): Promise<void> {
  const lock = await readLock(folder)
  if (lock === null || lock.pid !== process.pid || lock.host !== os.hostname()) return
  if (lock.startToken !== null && lock.startToken !== startTokenOf(process.pid)) return
  await rm(path.join(folder, LOCK_FILE), { force: true })
}

export async function lockState(folder: string): Promise<LockState> {
  const lock = await readLock(folder)
  if (lock === null) {
    const age = await ageMs(path.join(folder, LOCK_FILE))
    if (age === null) return 'none'
    return age < WRITING_MS ? 'alive' : 'dead'
  }
  if (lock.host !== os.hostname()) return 'elsewhere'
  return isAlive(lock) ? 'alive' : 'dead'
}

/** Under the takeover file: if the lock is still dead, removes it and makes ours. */
async function takeOver(folder: string, content: string): Promise<boolean> {
  const guard = path.join(folder, TAKEOVER_FILE)
  const guardAge = await ageMs(guard)
  if (guardAge !== null && guardAge > WRITING_MS) await rm(guard, { force: true })
  if (!(await createExclusively(guard, ''))) return false
  try {
    if ((await lockState(folder)) === 'dead') await rm(path.join(folder, LOCK_FILE), { force: true })
    return await createExclusively(path.join(folder, LOCK_FILE), content)
  } finally {
    await rm(guard, { force: true })
  }
}

async function createExclusively(file: string, content: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx')
    try {
      await handle.writeFile(content)
    } finally {
      await handle.close()
    }
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function readLock(folder: string): Promise<Lock | null> {
  try {
    const lock = JSON.parse(await readFile(path.join(folder, LOCK_FILE), 'utf8')) as Partial<Lock> | null
    if (!Number.isSafeInteger(lock?.pid) || typeof lock?.host !== 'string') return null
    const { pid, host, startToken, hold } = lock
    // 0 and below stand for groups of processes, of which one always lives.
    if (pid! <= 0) return null
    return { pid: pid!, host, startToken: typeof startToken === 'string' ? startToken : null, hold: hold ?? '' }
  } catch {
    // Gone, or torn when its writer was killed over it: the file's age decides.
    return null
  }
}

async function ageMs(file: string): Promise<number | null> {
  try {
    // Either way: a clock that was put back is no reason to wait until it comes there again.
    return Math.abs(Date.now() - (await stat(file)).mtimeMs)
  } catch {
    return null
  }
}

function isAlive({ pid, startToken }: Lock): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: another user's process.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  const found = startTokenOf(pid)
  return startToken === null || found === null || startToken === found
}

/** Linux: the boot and the clock tick of the start; elsewhere null. */
function startTokenOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name, in parentheses, may hold spaces; starttime is field 22, state after the name is field 3.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
    return `${boot}/${fields[19]}`
  } catch {
    return null
  }
}

async function lockedError(folder: string, id: string, state: LockState): Promise<LabError> {
  const lock = await readLock(folder)
  const holder = lock ? `process ${lock.pid} on ${lock.host}` : 'a lock that is being written'
  return new LabError('run-locked', 'another process is writing this run.', {
    where: id,
    expected: 'no writer',
    found: holder,
    remedy:
      state === 'elsewhere'
        ? `Pause it there. If that process is gone for sure, remove the file \`${LOCK_FILE}\` of the run folder.`
        : 'Wait until it ends, or pause it first.',
  })
}
