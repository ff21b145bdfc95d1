/** Flags beside what a configuration says: the flag counts. */
import { expect, it } from 'vitest'
import { describeOption, RUN_OPTIONS } from '../../../main/cli/run-options.ts'
import { vaaFlags } from '../../../main/cli/vaa-options.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { lab, temporaryFolder } from './lab.ts'

/** What the quick preset, which has steps, comes to. */
async function lengthWith(...flags: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await lab(
    ['run', '--preset', 'quick', ...flags, '--print-config'],
    temporaryFolder(),
  )
  expect(code, stderr).toBe(0)
  const { steps, epochs } = (JSON.parse(stdout) as { training: { steps: number | null; epochs: number } }).training
  return { steps, epochs }
}

it('--epochs counts where the configuration has steps, and --steps before both', async () => {
  expect(await lengthWith()).toMatchObject({ steps: 1200 })
  expect(await lengthWith('--epochs', '3')).toEqual({ steps: null, epochs: 3 })
  expect(await lengthWith('--epochs', '3', '--steps', '40')).toEqual({ steps: 40, epochs: 3 })
})

/** What a configuration that says nothing else comes to. */
const read = parseConfig({ dataset: { kind: 'copy-first-input', steps: 20 } }, 'test')

it('the help of a flag tells what stands where nobody says anything', () => {
  const { layers, training, warmup, seeds, backend } = read
  const defaults: Readonly<Record<string, unknown>> = {
    '--cell': layers[0]!.cell,
    '--units': layers[0]!.units,
    '--layers': layers.length,
    '--seeds': seeds.join(','),
    '--train-samples': '32000 or 48000, by dataset',
    '--validation-samples': '8000 or 12000, by dataset',
    '--test-samples': '50000 or 10000, by dataset',
    '--warmup-steps': warmup.steps,
    '--warmup-learning-rate': warmup.optimizer.learningRate,
    '--epochs': training.epochs,
    '--batch': training.batch,
    '--learning-rate': training.optimizer.learningRate,
    '--backend': backend,
  }
  const told = RUN_OPTIONS.flatMap((option) => {
    const [, value] = /default: (.*)\)$/.exec(describeOption(option)) ?? []
    return value === undefined ? [] : [[option.flags.replace(/ .*$/, ''), value]]
  })
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries(Object.entries(defaults).map(([flag, value]) => [flag, String(value)])),
  )
})

it('the help of a flag of a fork tells no default, since a fork begins with what its run has', () => {
  for (const option of RUN_OPTIONS) expect(describeOption(option, false)).not.toContain('default')
})

it('lab vaa measures as a design does where nobody says anything, but for its draws', () => {
  const values = vaaFlags().map(({ flags, value }) => [
    flags.replace(/ .*$/, ''),
    value === null ? null : Number(value),
  ])
  const { series, epsilon, maxConvergenceSteps } = read.measures.vaa!
  expect(Object.fromEntries(values)).toEqual({
    '--series': series,
    '--convergence-steps': null,
    '--max-convergence-steps': maxConvergenceSteps,
    '--epsilon': epsilon,
    '--draws': 10,
    '--stop-residual': null,
  })
})
