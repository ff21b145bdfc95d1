/**
 * A step of training and a step of warm-up with a TensorFlow that is about to be put in its place, against the float64 oracle: that a library loads
 * does not say that it computes, or right.
 */
import { createTensorflowBackend } from '../../../shared/backends/tensorflow/tensorflow-backend.ts'
import { requireRightResults } from '../../../shared/backends/self-test.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { LoadedTensorflow } from '../../engine/tensorflow/load.ts'
import { openSavedModel } from '../../engine/tensorflow/saved-model-session.ts'

/** @throws LabError `backend` when its numbers are wrong */
export async function trainTrial({ tf, usesGpu }: LoadedTensorflow): Promise<void> {
  const options = { isCompiled: true, usesCudnn: usesGpu }
  try {
    await requireRightResults(createTensorflowBackend((model) => openSavedModel(tf, model), options))
  } catch (error) {
    const { expected, found } = error instanceof LabError ? error.detail : {}
    throw new LabError('backend', 'TensorFlow loads, and does not compute right on this machine.', {
      where: 'tensorflow',
      expected: expected ?? 'a step of training and of warm-up',
      found: found ?? (error instanceof Error ? error.message : String(error)),
      remedy: 'It is not used. Try the other flavour, `lab setup tensorflow cpu`.',
      cause: error,
    })
  }
}
