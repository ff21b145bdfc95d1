/** Every golden case on every backend, and proof that a wrong number is found. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadBackend } from '../../main/engine/load-backend.ts'
import { verifyCase } from '../../main/engine/verify.ts'
import { LabError } from '../../shared/errors/errors.ts'

const folder = new URL('.', import.meta.url)
const cases = readdirSync(folder).filter((file) => file.endsWith('.json'))
const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8')

describe.each([
  { name: 'reference', threads: 1 },
  { name: 'wasm', threads: 1 },
  { name: 'wasm', threads: 2 },
  { name: 'wasm', threads: 3 },
  { name: 'wasm', threads: 8 },
])('$name on $threads threads agrees with the authors’ code', ({ name, threads }) => {
  it.each(cases)('%s', async (file) => {
    const verdict = await verifyCase(read(file), file, await loadBackend(name, { threads }))
    expect(verdict, JSON.stringify(verdict.maxError)).toMatchObject({ ok: true, backend: name })
    expect(Object.keys(verdict.maxError).length).toBeGreaterThan(0)
  })
})

it('all published cases are here', () => {
  expect(cases).toHaveLength(32)
})

describe.each(['reference', 'wasm'])('a case with one altered number is not ok on %s', (name) => {
  it.each([
    ['train-gru.json', 'gradients'],
    ['train-lstm-double.json', 'loss'],
    ['warmup-mgu.json', 'vaaStar'],
    ['vaa-nbrc.json', 'vaa'],
    ['measure.json', 'vaa'],
    ['warmup-adam.json', 'parameters'],
  ])('%s, %s', async (file, quantity) => {
    const altered = JSON.parse(read(file)) as { expected: Record<string, unknown> }
    alterFirstNumber(altered.expected, quantity)
    const verdict = await verifyCase(JSON.stringify(altered), file, await loadBackend(name))
    expect(verdict.ok).toBe(false)
  })
})

it.each([
  ['not JSON', '{', 'not JSON'],
  ['a list', '[]', 'not an object'],
  ['no kind', '{}', '`kind`'],
  ['an unknown kind', '{"kind":"walk"}', 'one of train, warmup'],
  ['no size', '{"kind":"train","cell":"gru"}', '`hiddenSize`'],
  ['a torn tensor', '{"kind":"measure","states":{"shape":[2,2],"data":[1]}}', '4 numbers'],
])('%s is refused with the field', async (_, text, message) => {
  const attempt = verifyCase(text, 'case', await loadBackend('reference'))
  await expect(attempt).rejects.toThrow(LabError)
  await expect(attempt).rejects.toThrow(message)
})

function alterFirstNumber(at: Record<string, unknown>, key: string): void {
  const value = at[key]
  if (typeof value === 'number') at[key] = value * 1.01 + 0.01
  else if (Array.isArray(value)) alterFirstNumber(value as unknown as Record<string, unknown>, '0')
  else if (typeof value === 'object' && value !== null) {
    const inner = value as Record<string, unknown>
    alterFirstNumber(inner, 'data' in inner ? 'data' : Object.keys(inner)[0]!)
  }
}
