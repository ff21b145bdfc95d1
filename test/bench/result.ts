/** What a measurement leaves: one flat object a case, as `--json` prints it; fields that were not measured are absent. */

/** The same case on a library that researchers would use instead, in the same rounds. */
export interface PeerResult {
  /** Library and version: `jax 0.10.2`. */
  readonly peer: string
  readonly stepMs: number
  readonly minMs: number
  readonly gflops: number
}

export interface BenchResult {
  readonly case: string
  readonly backend: string
  readonly threads: number
  /** Median of what the case times, ms; of a whole training step for the cases of training. */
  readonly stepMs: number
  readonly minMs: number
  /** At the median; null where the work is not products of matrices. */
  readonly gflops: number | null
  /** GFLOP/s over `threads` times the best of a bare register tile on one thread, in the same rounds. */
  readonly peakShare?: number
  readonly peers?: readonly PeerResult[]
  /** The fastest peer's median over ours: above 1 we are faster. */
  readonly ratio?: number
  /** Largest resident memory of a process of its own that takes two steps of the case, MiB. */
  readonly memoryMiB?: number
  /** ms a step by kernel, from engines that can tell. */
  readonly kernelMs?: Readonly<Record<string, number>>
  /** Time over what growth in proportion from the scaling's base would take; for threads, over an equal share each. */
  readonly relativeToLinear?: number
  /** What the case is to reach, and whether it did. */
  readonly target?: { readonly what: string; readonly met: boolean }
  readonly note?: string
}

/** Which table a result stands in. */
export type ResultGroup = 'training' | 'programs' | 'scaling'
export type ResultGroups = Readonly<Record<ResultGroup, readonly BenchResult[]>>
