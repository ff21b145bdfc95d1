/**
 * The benchmark Denoising (preprint, section 4.1): two inputs, a value ~ N(0, 1) and a marker. Five different steps of
 * {0 .. T-N-1} carry marker +1, step T-5 carries -1, and the five marked values are output at steps T-5 .. T-1 in their
 * order in time. Options and a seed enter, a dataset leaves; batches and splits are generated.ts's.
 */
import type { Dataset } from './dataset.ts'
import { generatedDataset } from './generated.ts'
import { REMEMBERED_VALUES, requireCounts, requireInteger, type DenoisingOptions } from './options.ts'
import type { RandomStream } from '../numerics/random.ts'

/** Values to remember, and K. */

/** Different steps of {0 .. count-1}, rising. */
function drawSteps(stream: RandomStream, count: number): number[] {
  const drawn: number[] = []
  while (drawn.length < REMEMBERED_VALUES) {
    const step = stream.integer(count)
    if (!drawn.includes(step)) drawn.push(step)
  }
  return drawn.sort((a, b) => a - b)
}

/**
 * I = 2, O = 1, K = 5.
 * @throws LabError `config` for T < 10, N outside 5 .. T-5 (a marked step must come before the outputs, and five must fit), wrong counts
 */
export function createDenoising({ steps, forbiddenSteps, counts }: DenoisingOptions, seed: number): Dataset {
  requireInteger('dataset.steps', steps, 2 * REMEMBERED_VALUES)
  requireInteger('dataset.forbiddenSteps', forbiddenSteps, REMEMBERED_VALUES, steps - REMEMBERED_VALUES)
  requireCounts(counts)
  const firstOutput = steps - REMEMBERED_VALUES
  return generatedDataset(
    {
      steps,
      inputSize: 2,
      targetSteps: Array.from({ length: REMEMBERED_VALUES }, (_, k) => firstOutput + k),
      counts,
      draw(stream, b, batch, inputs, targets) {
        const markedSteps = drawSteps(stream, steps - forbiddenSteps)
        for (let t = 0; t < steps; t++) inputs[(t * batch + b) * 2] = stream.normal()
        for (let k = 0; k < REMEMBERED_VALUES; k++) {
          const at = (markedSteps[k]! * batch + b) * 2
          inputs[at + 1] = 1
          targets[k * batch + b] = inputs[at]!
        }
        inputs[(firstOutput * batch + b) * 2 + 1] = -1
      },
    },
    seed,
  )
}
