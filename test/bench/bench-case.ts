/** What the harness offers to a case, and what a case is to the harness: a name, and a run that leaves results. */
import type { TraceSpan } from '../../shared/backends/trace.ts'
import type { OpenedBackend } from './engines.ts'
import type { Peer } from './peers.ts'
import type { BenchResult, ResultGroup } from './result.ts'
import type { TilePeak } from './tile-peak.ts'

export interface Bench {
  readonly rounds: number
  /** What was asked for; a backend may use fewer. */
  readonly threads: number
  /** None without --peers. */
  readonly peers: readonly Peer[]
  readonly tilePeak: TilePeak
  /** Where cases leave what their threads did, for --trace. */
  readonly traces: TraceSpan[]
  /** Opened once for each number of threads. */
  open(threads: number): Promise<OpenedBackend>
}

export interface BenchCase {
  readonly name: string
  readonly group: ResultGroup
  run(bench: Bench): Promise<readonly BenchResult[]>
}
