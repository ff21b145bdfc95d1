/** The tensorflow backend in a test's own process, on the library that is set up for this user. */
import { loadTensorflow } from '../../../../main/engine/tensorflow/load.ts'
import { openSavedModel } from '../../../../main/engine/tensorflow/saved-model-session.ts'
import type { Backend } from '../../../../shared/backends/backend.ts'
import { createTensorflowBackend } from '../../../../shared/backends/tensorflow/tensorflow-backend.ts'

/** @param isCompiled XLA takes seconds over every graph and shape: only what is about it needs it */
export async function libraryBackend({ isCompiled }: { readonly isCompiled: boolean }): Promise<Backend> {
  const { tf } = await loadTensorflow()
  return createTensorflowBackend((model) => openSavedModel(tf, model), { isCompiled, usesCudnn: false })
}
