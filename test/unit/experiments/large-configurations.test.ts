/** Configurations with keys and values of megabytes: told in a few words, and compared with nothing that long. */
import { expect, it } from 'vitest'
import { isFieldName } from '../../../shared/experiments/fields.ts'
import { nearestNames } from '../../../shared/errors/nearest-names.ts'
import { presets } from '../../../shared/experiments/presets.ts'
import { readConfig } from '../../../shared/experiments/read-config.ts'
import { parseSweep } from '../../../shared/experiments/sweep.ts'
import { LabError } from '../../../shared/errors/errors.ts'

const quick = presets[0]!.config as Record<string, unknown>
const LONG = 'warmup'.repeat(500_000)

function mistakesOf(json: unknown): string[] {
  const read = readConfig(json, 'config.json')
  return read.ok ? [] : read.mistakes.map(({ error }) => error.message)
}

// Its edit distance to the known fields would take some hundred million steps each.
it('an unknown field of 3 MB is told by its beginning', () => {
  const [message] = mistakesOf({ ...quick, [LONG]: 1 })
  expect(message).toMatch(/^config\.json: There is no field `warmupwarmup/)
  expect(message!.length).toBeLessThan(1000)
})

it('a path and a value of 3 MB are told by their beginnings', () => {
  const [message] = mistakesOf({ ...quick, cells: { [LONG]: 1 }, name: 3 })
  expect(message!.length).toBeLessThan(3500)
})

it('a hundred thousand mistakes are told by the first hundred', () => {
  expect(mistakesOf({ ...quick, strategies: Array(100_000).fill('x') })).toHaveLength(100)
})

it('a field 10,000 levels down is no field, of a flag or of a sweep', () => {
  const field = `a${'.a'.repeat(10_000)}`
  expect(isFieldName(field)).toBe(false)
  expect(isFieldName('layers.0.initialValues.constants.T')).toBe(true)
  expect(() => parseSweep({ preset: 'quick', grid: { [field]: [1] } }, 'sweep.json')).toThrow(LabError)
})

it.each([
  ['a name of megabytes', LONG, ['warmup']],
  ['candidates of megabytes', 'warmup', [LONG]],
])('%s is near nothing', (_, name, candidates) => {
  expect(nearestNames(name, candidates)).toEqual([])
})

it('a mistyped name is near the right one', () => {
  expect(nearestNames('trainings', ['dataset', 'training', 'warmup'], 1)).toEqual(['training'])
})
