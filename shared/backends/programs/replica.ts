/** What the programs of one replica work with, and how its parameters move. */
import type { Network } from '../../networks/network.ts'
import type { OptimizerSettings } from '../backend.ts'
import type { FlatRange, Handles, MeasuringRecurrence, Recurrence } from '../recurrence.ts'
import type { ParameterRange } from './parameter-ranges.ts'
import type { Program } from './program.ts'

export interface Replica<H extends Handles, R extends MeasuringRecurrence<H> = Recurrence<H>> {
  readonly network: Network
  readonly recurrence: R
  /** Those that are not frozen: what has a gradient and moments. */
  readonly learned: readonly ParameterRange[]
  /** What training moves, and what a masked warm-up does; neighbours joined. */
  readonly allParameters: readonly FlatRange[]
  readonly warmParameters: readonly FlatRange[]
}

/** One whose parameters a program leaves as they are. */
export type MeasuredReplica<H extends Handles> = Replica<H, MeasuringRecurrence<H>>

/** Moves the parameters, but where their gradients are not finite: the caller ends the run then, with the last good ones. @returns the norm of the moving gradients */
export function* move<H extends Handles>(
  { recurrence }: Replica<H>,
  settings: OptimizerSettings,
  moving: readonly FlatRange[],
): Program<H['job'], H['scalar']> {
  const norm = yield* recurrence.gradientNorm(moving)
  yield* recurrence.move(settings, moving, norm)
  return norm
}
