/** A home in a temporary folder, a small configuration, a small checkpoint and a small network: what the tests of runs share. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { RunStore } from '../../../main/store/run-store.ts'
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
