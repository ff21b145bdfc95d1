/** How a model is computed: a matter of the machine, chosen where the library is loaded. */
export interface ModelOptions {
  /** Whether XLA compiles what is computed over steps; else TensorFlow runs its operations one by one. */
  readonly isCompiled: boolean
  /** Whether GRU and LSTM are trained on cuDNN's kernels, where there are no others in a network. */
  readonly usesCudnn: boolean
}
