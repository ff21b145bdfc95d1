/** What TensorFlow's native half reads of its process's environment when it is loaded. */
import process from 'node:process'

export const TENSORFLOW_ENVIRONMENT: Readonly<Record<string, string>> = {
  /** Errors only: the rest is about itself. */
  TF_CPP_MIN_LOG_LEVEL: '2',
  /** Else it takes the whole memory of every graphics processor at once. */
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
}

/** In the main thread of a process, before it is loaded in any: a worker's `process.env` is a copy that native code does not see. */
export function setTensorflowEnvironment(): void {
  for (const [name, value] of Object.entries(TENSORFLOW_ENVIRONMENT)) process.env[name] ??= value
}
