/**
 * What some tests need and not every machine has. A test that is left out says why in its name, and test/run.ts counts it under that reason; left
 * out in any other way it fails the run.
 */
import { describe, it } from 'vitest'

/** What is missing, and where it comes from; null: nothing. */
export type Lack = string | null

export const POSIX_LACK: Lack = process.platform === 'win32' ? 'Windows has no such files' : null
export const LINUX_LACK: Lack = process.platform === 'linux' ? null : 'only Linux has it'
/** What TensorFlow is fetched for. */
export const LINUX_X64_LACK: Lack =
  process.platform === 'linux' && process.arch === 'x64' ? null : 'it is set up on Linux on x86-64 alone'

const OPENING = ' [left out: '
const REASON = /.* \[left out: (.*?)\]/

type Claim<Body> = (name: string, body: Body, timeoutMs?: number) => void

/** Claims that need something. */
export const describeUnless =
  (lack: Lack): Claim<() => void> =>
  (name, body, timeoutMs) => {
    if (lack === null) describe(name, body, timeoutMs)
    else describe.skip(`${name}${OPENING}${lack}]`, body, timeoutMs)
  }

/** A claim that needs something. */
export const itUnless =
  (lack: Lack): Claim<() => void | Promise<void>> =>
  (name, body, timeoutMs) => {
    if (lack === null) it(name, body, timeoutMs)
    else it.skip(`${name}${OPENING}${lack}]`, body, timeoutMs)
  }

/** @param fullName of a test that was left out. @returns why; null where nobody says it */
export const reasonOf = (fullName: string): string | null => REASON.exec(fullName)?.[1] ?? null
