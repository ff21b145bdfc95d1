/** The flag `--weights`: which of a run's weights are meant. */
import { LabError } from '../../shared/errors/errors.ts'
import type { WeightsChoice } from '../engine/trained-weights.ts'

/** @throws LabError `usage` */
export function readWeightsOption({ weights }: Readonly<Record<string, unknown>>): WeightsChoice['weights'] {
  if (weights === 'best' || weights === 'last') return weights
  throw new LabError('usage', 'There are no such weights.', {
    where: '--weights',
    expected: 'best or last',
    found: `\`${String(weights)}\``,
  })
}
