/**
 * The program of a trial's process: the folder of a TensorFlow that is about to be put in its place is its argument; it loads it, trains a
 * tiny network and tells how that went. A library that crashes takes this process along and no other.
 */
import process from 'node:process'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import { loadFrom } from '../../engine/tensorflow/load.ts'
import { trainTrial } from './train-trial.ts'
import type { TrialAnswer } from './trial.ts'

/** Electron's utility process has this instead of `send`; Node's types do not know it. */
const { parentPort } = process as { readonly parentPort?: { postMessage(message: unknown): void } }

/** It ends when the one who has asked ends it: it must not end before the answer has arrived. */
function answer(message: TrialAnswer): void {
  if (parentPort === undefined) process.send?.(message)
  else parentPort.postMessage(message)
}

const keptOpen = setInterval(() => undefined, 1000)
process.once('disconnect', () => clearInterval(keptOpen))

loadFrom(process.argv.at(-1)!)
  .then(async (loaded) => {
    await trainTrial(loaded)
    answer({ kind: 'trained', usesGpu: loaded.usesGpu })
  })
  .catch((error: unknown) => answer({ kind: 'failed', error: toWireError(error) }))
