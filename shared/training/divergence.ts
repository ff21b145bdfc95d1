/**
 * What becomes of a seed whose numbers are no longer finite: a value enters with its place; the seed is marked and told, is asked for nothing
 * more, and the others go on. Only when none is left does the run end.
 */
import type { TensorMap } from '../numerics/dims.ts'
import { LabError } from '../errors/errors.ts'
import { describeDivergence, nonFiniteText, type Divergence, type DivergedQuantity } from '../runs/divergence.ts'
import type { Progress } from './progress.ts'
import type { TrainingSession } from './session.ts'

/** Where in a run a seed stands. */
export type SeedPlace = Pick<Divergence, 'phase' | 'step'>

/** Whether a seed has not diverged. */
export const hasNotDiverged = ({ diverged }: Pick<Progress, 'diverged'>, r: number): boolean => diverged[r] === null

/** The step that the session has come to. */
export function currentPlace({ progress, config }: Pick<TrainingSession, 'progress' | 'config'>): SeedPlace {
  const { phase, warmup, training } = progress
  if (phase === 'warm-up') return { phase, step: warmup.round * config.warmup.steps + warmup.step }
  return { phase, step: training.step }
}

/**
 * Marks a seed as diverged when one of its values is not finite.
 * @param values in the order in which they are looked at
 * @returns whether the seed goes on
 * @throws LabError `non-finite` when no seed is left
 */
export async function requireFinite(
  session: TrainingSession,
  r: number,
  place: SeedPlace,
  values: Partial<Record<DivergedQuantity, number>>,
): Promise<boolean> {
  const { progress, seeds, emit, recordDiverged } = session
  const wrong = Object.entries(values).find(([, value]) => !Number.isFinite(value))
  if (wrong === undefined) return true
  const [quantity, value] = wrong as [DivergedQuantity, number]
  const divergence: Divergence = { seed: seeds[r]!, ...place, quantity, value: nonFiniteText(value) }
  progress.diverged[r] = divergence
  progress.warmup.active[r] = false
  emit({ type: 'diverged', ...divergence })
  await recordDiverged()
  const all = progress.diverged.filter((each) => each !== null)
  if (all.length === seeds.length)
    throw new LabError('non-finite', `Diverged: ${all.map(describeDivergence).join('; ')}.`, {
      remedy: all.every(({ phase }) => phase === 'test')
        ? 'The last checkpoint is kept. Look for extreme values in the test series (`lab dataset CONFIG` prints their range).'
        : 'The last checkpoint is kept. Lower the learning rate, or set `clipNorm` in the optimizer, and start a new run.',
    })
  return false
}

/** What is not finite in a checkpoint's tensors, by seed: the first part of their names. */
export function findNonFinite(tensors: TensorMap): Map<number, number> {
  const found = new Map<number, number>()
  for (const [name, { data }] of tensors)
    for (const value of data)
      if (!Number.isFinite(value)) {
        found.set(Number(/^seed(\d+)/.exec(name)![1]), value)
        break
      }
  return found
}
