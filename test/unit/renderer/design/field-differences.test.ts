/** What a folded group of the form tells: the fields that are not as by default, and no others. */
import { expect, it } from 'vitest'
import { SECTIONS, type DesignField } from '../../../../renderer/design/design-fields.ts'
import { changedFields } from '../../../../renderer/design/field-differences.ts'
import { parseConfig } from '../../../../shared/experiments/read-config.ts'

const fields = (config: ReturnType<typeof parseConfig>): DesignField[] =>
  SECTIONS.flatMap(({ groups }) => groups.flatMap((group) => group.fields)).filter(({ when }) => when?.(config) ?? true)
const changed = (json: Record<string, unknown>): string[] => {
  const config = parseConfig(json, 'x')
  return changedFields(fields(config), config).map(({ path }) => path)
}

it.each([
  { kind: 'copy-first-input', steps: 50 },
  { kind: 'denoising', steps: 50, forbiddenSteps: 5 },
  { kind: 'mnist' },
  { kind: 'file', path: 'a.npz', task: 'regression' },
])('of a design that names its $kind dataset alone nothing differs', (dataset) => {
  expect(changed({ dataset })).toEqual([])
})

it('what a design names and what it leaves out altogether differs', () => {
  expect(
    changed({
      dataset: { kind: 'copy-first-input', steps: 50, counts: { test: 2000 }, fresh: true },
      warmup: { masked: false, optimizer: { kind: 'sgd', momentum: 0.9 } },
      training: { schedule: { kind: 'cosine', finalFactor: 0.1 }, regulariser: { weight: 0.1 } },
      measures: { vaa: null },
      seeds: [4],
    }),
  ).toEqual([
    'dataset.counts.test',
    'dataset.fresh',
    'warmup.masked',
    'warmup.optimizer.kind',
    'warmup.optimizer.momentum',
    'seeds',
    'training.schedule.kind',
    'training.schedule.finalFactor',
    'training.regulariser',
    'measures.vaa',
  ])
})
