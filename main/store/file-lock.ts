/**
 * Locks that are files, so that what they guard has one writer: a file's path enters, a hold on it leaves. The lock names its process by
 * pid, host and start, since a pid alone is used again. What is guarded, and what it is called, is run-lock.ts's and sweep-lock.ts's.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import { LabError, type ErrorCode } from '../../shared/errors/errors.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { readRegularText } from './regular-file.ts'

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

/** Who holds a lock. */
export type LockHolder = Pick<Lock, 'pid' | 'host'>

/** How it is told that somebody else holds a lock. */
export interface LockWords {
  readonly code: ErrorCode
  readonly message: string
  readonly where: string
  /** While its process lives on this host. */
  readonly waitRemedy: string
  /** On another host, which cannot be asked. */
  readonly elsewhereRemedy: string
}

/** Beside the lock; held while a dead process's lock is taken away, so that two who see it dead do not both remove one. */
const takeoverFile = (file: string): string => `${file}.takeover`

/** `dead`: its process is gone. `elsewhere`: on another host, which cannot be asked. `none`: nobody holds one. */
export type LockState = 'none' | 'alive' | 'dead' | 'elsewhere'

/** Whether this platform says when a process began: where it does not, a living holder may be another process of the same pid. */
export const knowsHolders = startTokenOf(process.pid) !== null

export interface HeldLock {
  /** Removes the lock if it is still this one. */
  release(): Promise<void>
}

/** @throws LabError of `words` while another writer, of this process too, holds it */
export async function takeFileLock(file: string, words: LockWords): Promise<HeldLock> {
  const lock: Lock = {
    pid: process.pid,
    host: os.hostname(),
    startToken: startTokenOf(process.pid),
    hold: randomUUID(),
  }
  if (!(await createExclusively(file, JSON.stringify(lock)))) {
    const state = await fileLockState(file)
    if (state === 'alive' || state === 'elsewhere') throw await lockedError(file, words, state)
    if (!(await takeOver(file, JSON.stringify(lock)))) throw await lockedError(file, words, 'alive')
  }
  return {
    async release() {
      if ((await readLock(file))?.hold === lock.hold) await rm(file, { force: true })
    },
  }
}

/**
 * Removes the lock that a worker thread of this process left behind. Only for whoever knows that the thread has ended: to everybody
 * else the lock of a living process is held.
 */
export async function releaseFileLockOfDeadThread(file: string): Promise<void> {
  const lock = await readLock(file)
  if (lock === null || lock.pid !== process.pid || lock.host !== os.hostname()) return
  if (lock.startToken !== null && lock.startToken !== startTokenOf(process.pid)) return
  await rm(file, { force: true })
}

/** Who holds it, if that is somebody who lives or cannot be asked. */
export async function lockHolder(file: string): Promise<LockHolder | null> {
  const lock = await readLock(file)
  if (lock === null || (lock.host === os.hostname() && !isAlive(lock))) return null
  return { pid: lock.pid, host: lock.host }
}

export async function fileLockState(file: string): Promise<LockState> {
  const lock = await readLock(file)
  if (lock === null) {
    const age = await ageMs(file)
    if (age === null) return 'none'
    return age < WRITING_MS ? 'alive' : 'dead'
  }
  if (lock.host !== os.hostname()) return 'elsewhere'
  return isAlive(lock) ? 'alive' : 'dead'
}

/** Under the takeover file: if the lock is still dead, removes it and makes ours. */
async function takeOver(file: string, content: string): Promise<boolean> {
  const guard = takeoverFile(file)
  const guardAge = await ageMs(guard)
  if (guardAge !== null && guardAge > WRITING_MS) await rm(guard, { force: true })
  if (!(await createExclusively(guard, ''))) return false
  try {
    if ((await fileLockState(file)) === 'dead') await rm(file, { force: true })
    return await createExclusively(file, content)
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

async function readLock(file: string): Promise<Lock | null> {
  try {
    const lock = parseJson(await readRegularText(file)) as Partial<Lock> | null
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
  const found = statusOf(pid)
  if (found === null) return true
  return found.runs && (startToken === null || startToken === found.startToken)
}

function startTokenOf(pid: number): string | null {
  return statusOf(pid)?.startToken ?? null
}

interface ProcessStatus {
  /** No process that has ended and waits for its parent to ask how: where nobody does (a container without init), for ever. */
  readonly runs: boolean
  /** The boot and the clock tick of the start. */
  readonly startToken: string
}

/** Linux; null elsewhere. */
function statusOf(pid: number): ProcessStatus | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name, in parentheses, may hold spaces; after it come state (field 3), the count of threads (20) and the start (22).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // While it dies, the others of its threads may be at their last write.
    const runs = !/^[ZXx]/.test(fields[0]!) || Number(fields[17]) > 1
    return { runs, startToken: `${boot}/${fields[19]}` }
  } catch {
    return null
  }
}

async function lockedError(file: string, words: LockWords, state: LockState): Promise<LabError> {
  const { code, message, where, waitRemedy, elsewhereRemedy } = words
  const lock = await readLock(file)
  return new LabError(code, message, {
    where,
    expected: 'no writer',
    found: lock ? `process ${lock.pid} on ${lock.host}` : 'a lock that is being written',
    remedy: state === 'elsewhere' ? elsewhereRemedy : waitRemedy,
  })
}
