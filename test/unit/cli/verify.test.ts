/** `lab verify`: exit 0 where every backend that is asked agrees with a golden case, exit 1 and `ok: false` where one number was altered. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { jsonLines, lab, temporaryFolder } from './lab.ts'

const GOLDEN = new URL('../../golden/train-brc-double.json', import.meta.url).pathname
const home = temporaryFolder()

/** A copy whose expected loss is off by a thousandth. */
function alteredCopy(): string {
  const json = JSON.parse(readFileSync(GOLDEN, 'utf8')) as { expected: { loss: number } }
  expect(json.expected.loss).toBeGreaterThan(0)
  json.expected.loss *= 1.001
  const file = path.join(home, 'altered.json')
  writeFileSync(file, JSON.stringify(json))
  return file
}

// Which others there are depends on the machine.
const backends = ['wasm', 'reference']
const onThese = ['--backend', backends.join()]
const verdict = (name: string, backend: string, ok: boolean) => ({ case: name, backend, kind: 'train', ok })

describe('lab verify', () => {
  it('of a golden case is ok on the backends that are named', async () => {
    const { code, stdout, stderr } = await lab(['verify', GOLDEN, ...onThese, '--json'], home)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(jsonLines(stdout)).toMatchObject(backends.map((backend) => verdict('train-brc-double', backend, true)))
  })

  it('of a case with one altered number is not, though another case is', async () => {
    const { code, stdout, stderr } = await lab(['verify', alteredCopy(), GOLDEN, ...onThese, '--json'], home)
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const verdicts = jsonLines(stdout) as { maxError: Record<string, number> }[]
    expect(verdicts).toMatchObject([
      ...backends.map((backend) => verdict('altered', backend, false)),
      ...backends.map((backend) => verdict('train-brc-double', backend, true)),
    ])
    for (const { maxError } of verdicts.slice(0, 2)) expect(maxError.loss).toBeCloseTo(0.001 / 1.001, 6)
  })

  it('says it in words too', async () => {
    const { code, stdout } = await lab(['verify', alteredCopy(), ...onThese], home)
    expect(code).toBe(1)
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/).slice(0, 3)),
    ).toEqual(backends.map((backend) => ['NOT OK', 'altered', backend]))
  })
})
