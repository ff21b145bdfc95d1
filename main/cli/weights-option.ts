/** The flag `--weights`: which of a run's weights are meant. */
import { LabError } from '../../shared/errors/errors.ts'
import { isWeightsName, type WeightsName } from '../../shared/runs/run.ts'

/** @throws LabError `usage` */
export function readWeightsOption({ weights }: Readonly<Record<string, unknown>>): WeightsName {
  if (typeof weights === 'string' && isWeightsName(weights)) return weights
  throw new LabError('usage', 'There are no such weights.', {
    where: '--weights',
    expected: 'best, last, warmed-up or step-N, of a checkpoint that was kept',
    found: `\`${String(weights)}\``,
  })
}
