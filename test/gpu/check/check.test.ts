/** The check of a graphics processor, tried with tiny sizes on a software adapter: results come as they are made, and what fails takes nothing else down. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { testAdapterOptions } from '../adapter.ts'
import { moduleFiles, packageFolders } from './module-files.ts'
import { readResults } from './report.ts'
import { speedTable } from './speed-table.ts'

/** Limits are there for what hangs: a software adapter on a busy machine takes what it takes. */
const PATIENCE = '20'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'gpu-check-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** On SwiftShader, with no Python. */
function check(...sections: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { libraries, driverFile } = testAdapterOptions('swiftshader')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      path.join(import.meta.dirname, 'check.ts'),
      ...['--tiny', '--patience', PATIENCE, '--out', folder],
      ...sections.flatMap((name) => ['--section', name]),
    ],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: '',
        ...(libraries && { LD_LIBRARY_PATH: path.dirname(libraries[0]!) }),
        ...(driverFile !== undefined && { VK_DRIVER_FILES: driverFile, VK_ICD_FILENAMES: driverFile }),
      },
    },
  )
  return { status, output: stdout + stderr }
}

it('a golden case is kept, and steps of our engine stand in the table', () => {
  const { status, output } = check('facts', 'golden cases', 'training steps')
  expect(output).toContain('0 claims not kept, 0 of 3 sections not done')
  expect(status).toBe(0)
  const results = readResults(folder)
  expect(results.filter(({ ok }) => ok === true)).toMatchObject([{ topic: 'golden', failures: [] }])
  expect(results).toContainEqual(expect.objectContaining({ section: 'facts', isSoftware: true }))
  const table = readFileSync(path.join(folder, 'gpu-check.md'), 'utf8')
  expect(table).toMatch(/\| mgu-2x256-T200-B32 R2 \| \d+\.\d\d \| - \|/)
})

it('what measuring chooses from is timed one by one', () => {
  const { status, output } = check('choices')
  expect(status, output).toBe(0)
  const choices = readResults(folder).flatMap((result) => ('choice' in result ? [result] : []))
  expect(choices.map(({ choice, replicas }) => [choice, replicas]).slice(0, 4)).toEqual([
    ['layers in turn', 1],
    ['layers in turn', 2],
    ['layers 2 steps apart', 1],
    ['layers 2 steps apart', 2],
  ])
  expect(choices.every(({ stepMs }) => Number(stepMs) > 0)).toBe(true)
})

it('a peer that is not there is said to be missing, and the next section is run all the same', () => {
  const { status, output } = check('jax', 'facts')
  expect(status).toBe(1)
  expect(output).toContain('1 of 2 sections not done')
  const results = readResults(folder)
  expect(results).toContainEqual(
    expect.objectContaining({ section: 'jax', failure: expect.stringContaining('python3') }),
  )
  expect(results).toContainEqual(expect.objectContaining({ section: 'facts', what: 'submit to mapped' }))
})

it('times of all engines stand beside each other, with how much faster ours is than the best peer', () => {
  const time = (engine: string, stepMs: number): Parameters<typeof speedTable>[0][number] => ({
    ...{ section: 'steps', case: 'gru', replicas: 8, engine, stepMs },
  })
  expect(speedTable([time('webgpu', 10), time('torch 2', 40), time('jax 0', 25), { section: 'facts', ms: 1 }])).toBe(
    [
      '| case | webgpu, ms | torch 2, ms | jax 0, ms | best peer ÷ ours |',
      '| --- | --- | --- | --- | --- |',
      '| gru R8 | 10.00 | 40.00 | 25.00 | 2.50 |',
    ].join('\n'),
  )
})

it('a program is made of what its files import, by name or by address, and of packages with what those need', () => {
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name)
    writeFileSync(file, text)
    return file
  }
  const entry = write(
    'entry.ts',
    "import { a } from './a.ts'\nimport fc from 'fast-check'\nimport 'node:fs'\nimport type { C } from './c.ts'\n",
  )
  const imported = write(
    'a.ts',
    "export const a = await import('./b.ts')\nnew Worker(new URL('./thread.ts', import.meta.url))\n",
  )
  const files = [imported, write('b.ts', ''), entry, write('thread.ts', "import '@scope/part/deep'\n")]
  expect(moduleFiles([entry])).toEqual({ files, packages: ['@scope/part', 'fast-check'] })
  const modules = path.join(import.meta.dirname, '..', '..', '..', 'node_modules')
  expect(packageFolders(['fast-check', 'not-installed'], modules)).toEqual([
    path.join(modules, 'fast-check'),
    path.join(modules, 'pure-rand'),
  ])
  write('a.ts', "import './gone.ts'\n")
  expect(() => moduleFiles([entry])).toThrow('gone.ts')
})

it('all that the check is made of is there to be packed, no test runner among it', () => {
  const { files, packages } = moduleFiles(
    ['check.ts', 'run-section.ts'].map((file) => path.join(import.meta.dirname, file)),
  )
  expect(files.every((file) => existsSync(file))).toBe(true)
  expect(packages).toEqual(['fast-check'])
})
