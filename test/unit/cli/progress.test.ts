/** How many steps the line of progress counts to. */
import { expect, it } from 'vitest'
import { totalSteps } from '../../../main/cli/progress.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'

const configOf = (training: object, dataset: object = {}) =>
  parseConfig(
    {
      dataset: { kind: 'copy-first-input', steps: 5, counts: { train: 21, validation: 4, test: 4 }, ...dataset },
      warmup: { steps: 3 },
      training,
    },
    'test',
  )

it('a warm-up that was restarted counts to the end of its attempt, never beyond its total', () => {
  const config = configOf({})
  expect([1, 3, 4, 6, 7].map((step) => totalSteps('warm-up', step, config))).toEqual([3, 3, 6, 6, 9])
})

it('training counts to its steps, else to those of its epochs', () => {
  expect(totalSteps('training', 1, configOf({ steps: 40, epochs: 2 }))).toBe(40)
  expect(totalSteps('training', 1, configOf({ epochs: 2, batch: 10 }))).toBe(6)
})
