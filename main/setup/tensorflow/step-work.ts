/** What each step of a set-up of TensorFlow is given to work with. */
import type { TensorflowFlavour } from '../../../shared/protocol/tensorflow.ts'
import type { Tools } from './find-tools.ts'

/** What a step is given. */
export interface StepWork {
  readonly flavour: TensorflowFlavour
  readonly staging: string
  readonly tools: Tools
  readonly signal: AbortSignal
  /** Of this step. */
  readonly count: (doneBytes: number, totalBytes: number | null) => void
}
