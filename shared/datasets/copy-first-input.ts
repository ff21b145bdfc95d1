/**
 * The benchmark Copy first input (preprint, section 4.1): x_t ~ N(0, 1), and the output at step T-1 is x_0. Options
 * and a seed enter, a dataset leaves; batches and splits are generated.ts's.
 */
import type { Dataset } from './dataset.ts'
import { generatedDataset } from './generated.ts'
import { requireCounts, requireInteger, type CopyFirstInputOptions } from './options.ts'

/**
 * I = 1, O = 1, K = 1.
 * @throws LabError `config` for fewer than 2 steps or wrong counts
 */
export function createCopyFirstInput({ steps, counts }: CopyFirstInputOptions, seed: number): Dataset {
  requireInteger('dataset.steps', steps, 2)
  requireCounts(counts)
  return generatedDataset(
    {
      steps,
      inputSize: 1,
      targetSteps: [steps - 1],
      counts,
      draw(stream, b, batch, inputs, targets) {
        for (let t = 0; t < steps; t++) inputs[t * batch + b] = stream.normal()
        targets[b] = inputs[b]!
      },
    },
    seed,
  )
}
