import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOptions } from '../../bench/options.ts'
import { benchCases, selectCases } from '../../bench/registry.ts'

const usageError = expect.objectContaining({ name: 'LabError', code: 'usage', exitCode: 2 })

describe('the arguments of the benchmark', () => {
  it('choose all cases, seven rounds and no peers by default', () => {
    expect(readOptions([])).toMatchObject({ cases: [], rounds: 7, peers: false, busy: false, json: false, out: null })
    expect(selectCases([])).toBe(benchCases)
  })

  it('ask for a busy core', () => {
    expect(readOptions(['--busy'])).toMatchObject({ busy: true })
  })

  it('name cases in the order in which they run', () => {
    const { cases } = readOptions(['--case', 'brc-2x256-T200-B32', '--case', 'gru-2x256-T200-B32'])
    expect(selectCases(cases).map(({ name }) => name)).toEqual(['brc-2x256-T200-B32', 'gru-2x256-T200-B32'])
  })

  it.each([[['--cases', 'x']], [['x']], [['--threads', '0']], [['--rounds', '2.5']], [['--case']]])(
    '%j are refused as usage',
    (wrong) => {
      expect(() => readOptions(wrong)).toThrow(usageError)
    },
  )

  it('with an unknown case exit 2 before anything is measured, and name the known ones', () => {
    const script = path.join(import.meta.dirname, '..', '..', 'bench', 'bench.ts')
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--case', 'gru'], { encoding: 'utf8' })
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^error \[usage\]: --case: .* Expected one of gru-2x256-T200-B32, .* found `gru`\.\n$/)
  })

  it('give every case a name of its own', () => {
    expect(new Set(benchCases.map(({ name }) => name)).size).toBe(benchCases.length)
  })
})
