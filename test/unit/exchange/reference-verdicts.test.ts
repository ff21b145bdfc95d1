/**
 * Damaged safetensors files beside what the reference implementation said to them: `npm run faults:safetensors -- --record FILE` has kept its
 * verdicts of the first few; without `--record` it compares as many as one likes with the implementation itself.
 */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { mutatedFile } from '../../faults/header-mutations.ts'
import { compareVerdicts, type ReferenceVerdict } from '../../faults/verdicts.ts'

const { reference, cases } = JSON.parse(readFileSync(new URL('reference-verdicts.json', import.meta.url), 'utf8')) as {
  readonly reference: string
  readonly cases: readonly (readonly [fileBase64: string, verdict: ReferenceVerdict])[]
}

it(`every verdict of ${reference} is ours, or a known difference`, () => {
  const unknown = cases.filter(([file, verdict]) => compareVerdicts(Buffer.from(file, 'base64'), verdict) === null)
  expect(unknown).toEqual([])
})

it('there are some hundred of both kinds', () => {
  const accepted = cases.filter(([, verdict]) => 'tensors' in verdict)
  expect(accepted.length).toBeGreaterThan(50)
  expect(cases.length - accepted.length).toBeGreaterThan(200)
})

it('the same numbers make the same files, as they were recorded', () => {
  for (const index of [0, 1, 57, 399])
    expect(Buffer.from(mutatedFile(1, index)).toString('base64')).toBe(cases[index]![0])
})

it('a difference that is not known is told apart from one that is', () => {
  const whole = Buffer.from(
    mutatedFile(
      1,
      cases.findIndex(([, verdict]) => 'tensors' in verdict),
    ),
  )
  expect(compareVerdicts(whole, { refused: 'for a reason of its own' })).toBeNull()
  expect(compareVerdicts(whole.subarray(0, 7), { tensors: [] })).toBeNull()
})
