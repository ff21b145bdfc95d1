/** A home in a temporary folder, a small configuration, a small checkpoint and a small network: what the tests of the store share. */
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { RunStore } from '../../../main/store/run-store.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { Checkpoint } from '../../../shared/runs/run.ts'
import { toyConfig } from '../training/toy.ts'

export const versions = { lab: '0.0.0', node: process.versions.node }

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'warmup-lab-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A store with one queued run. */
export async function storeWithRun(): Promise<{ store: RunStore; id: string; folder: string; home: string }> {
  const home = await temporaryFolder()
  const store = new RunStore(home)
  const [record] = await store.createGroup(toyConfig([0]), ['none'], versions)
  return { store, id: record!.id, folder: store.folder(record!.id), home }
}

export function checkpointOf(value: number): Checkpoint {
  return {
    counters: { step: value },
    tensors: new Map([['seed0/parameters/readout.bias', { shape: [3], data: new Float32Array(3).fill(value) }]]),
  }
}

/** Every file under a folder with its bytes, to say that nothing was touched. */
export async function bytesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  const contents = await Promise.all(files.sort().map((file) => readFile(file, 'latin1')))
  return Object.fromEntries(files.map((file, index) => [path.relative(folder, file), contents[index]!]))
}

/** The error of an attempt, which must be the lab's own and say where, what was expected, what was found and what to do. */
export async function complaintOf(attempt: () => unknown): Promise<LabError & { detail: Record<string, string> }> {
  let error: unknown = 'nothing was thrown'
  try {
    await attempt()
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(LabError)
  const text = expect.stringMatching(/\S/) as string
  expect((error as LabError).detail).toMatchObject({ where: text, expected: text, found: text, remedy: text })
  return error as LabError & { detail: Record<string, string> }
}

const NOBODY = 65_534

/** Makes this process a user who must respect permissions, for a while. */
export async function asNobody<Result>(act: () => Promise<Result>): Promise<Result> {
  const isRoot = process.getuid?.() === 0
  if (isRoot) process.seteuid?.(NOBODY)
  try {
    return await act()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}

/** Makes a folder read-only for a while, and this process a user who must respect it. */
export async function whileReadOnly<Result>(folder: string, act: () => Promise<Result>): Promise<Result> {
  for (let parent = folder; parent.startsWith(os.tmpdir()) && parent !== os.tmpdir(); parent = path.dirname(parent))
    await chmod(parent, 0o755)
  await chmod(folder, 0o555)
  try {
    return await asNobody(act)
  } finally {
    await chmod(folder, 0o755)
  }
}
