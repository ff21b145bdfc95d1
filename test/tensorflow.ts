/**
 * TensorFlow's native library in tests: the installation that `npm run setup:tensorflow` has made for this user. Where there is none, what needs
 * it is left out; where the environment demands it, as `.ci/run` does, it fails.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import { findInstallation, RECORD_FILE } from '../main/engine/tensorflow/installation.ts'
import { Staging } from '../main/setup/tensorflow/staging.ts'
import { TENSORFLOW_STEPS, type TensorflowInstallation } from '../shared/protocol/tensorflow.ts'
import type { Lack } from './needs.ts'

/** Set to 1, tests that need TensorFlow fail without it. */
export const TENSORFLOW_DEMANDED = 'WARMUP_LAB_TESTS_NEED_TENSORFLOW'

const found = await findInstallation()

/** It is not set up, and nobody demands it. */
export const TENSORFLOW_LACK: Lack =
  found === null && process.env[TENSORFLOW_DEMANDED] !== '1'
    ? 'TensorFlow is not set up (`npm run setup:tensorflow -- cpu`)'
    : null

/** @throws where it is demanded and not set up */
export function testInstallation(): TensorflowInstallation {
  if (found === null) throw new Error('TensorFlow is not set up: npm run setup:tensorflow -- cpu')
  return found
}

/** A cache folder of its own in the user's, for the while of a test, so that files of the installation can be linked into it. */
export async function makeCache(): Promise<string> {
  const { folder } = testInstallation()
  return mkdtemp(path.join(await realpath(folder), '..', '..', 'test-'))
}

/** A set-up of which everything is done that takes long, as a cancelled one leaves it: what is left is its trial and putting it in its place. */
export async function stageInstallation(cache: string): Promise<void> {
  const { folder, flavour } = testInstallation()
  const staging = await Staging.open(cache, flavour)
  const { status, stderr } = spawnSync('cp', ['-al', `${folder}/.`, staging.folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  await rm(path.join(staging.folder, RECORD_FILE))
  for (const step of TENSORFLOW_STEPS) await staging.markDone(step)
}
