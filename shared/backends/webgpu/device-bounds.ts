/** What a graphics processor has of memory for the engine: what the plan of a training step and the pool of buffers keep within. */

export interface DeviceBounds {
  /** What all buffers together may take. */
  readonly memoryBytes: number
  /** What one buffer may take. */
  readonly blockBytes: number
}
