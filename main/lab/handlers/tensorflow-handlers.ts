/** Commands about TensorFlow as something to set up and remove. */
import type { HandlersOf } from '../../../shared/protocol/commands.ts'
import type { TensorflowDesk } from '../tensorflow-desk.ts'

export function tensorflowHandlers(tensorflow: TensorflowDesk): HandlersOf<'tensorflow'> {
  return {
    'tensorflow.read': () => tensorflow.read(),
    'tensorflow.set-up': async ({ flavour }) => {
      tensorflow.setUp(flavour)
      return null
    },
    'tensorflow.cancel': async () => {
      tensorflow.cancel()
      return null
    },
    'tensorflow.remove': async () => {
      await tensorflow.remove()
      return null
    },
  }
}
