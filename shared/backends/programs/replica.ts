/** What the programs of one replica work with, and how its parameters move. */
import type { Network } from '../../networks/network.ts'
import type { OptimizerSettings } from '../backend.ts'
import type { FlatRange, FloatArray, Recurrence } from '../recurrence.ts'
import type { ParameterRange } from './parameter-ranges.ts'
import type { Program } from './program.ts'

export interface Replica<Job> {
  readonly network: Network
  readonly recurrence: Recurrence<Job>
  readonly ranges: readonly ParameterRange[]
  /** Those that are not frozen: what has a gradient and moments. */
  readonly learned: readonly ParameterRange[]
  /** What training moves, and what a masked warm-up does; neighbours joined. */
  readonly allParameters: readonly FlatRange[]
  readonly warmParameters: readonly FlatRange[]
  /** An array of the backend's precision, all zeros. */
  readonly newArray: (length: number) => FloatArray
}

/** Moves the parameters. @returns the norm of the moving gradients */
export function* move<Job>(
  { recurrence }: Replica<Job>,
  settings: OptimizerSettings,
  moving: readonly FlatRange[],
): Program<Job, number> {
  const norm = yield* recurrence.gradientNorm(moving)
  if (!Number.isFinite(norm)) return norm // the caller ends the run; parameters stay the last good ones
  yield* recurrence.moveParameters(settings, moving, norm)
  return norm
}
