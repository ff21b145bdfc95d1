/** What the tests read lies in the repository: no path that they name leads out of it. Programs of the machine are named by its environment. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = path.join(import.meta.dirname, '..')

/** Relative paths in quotes, and those that are joined to the file's own folder. */
function outsidePaths(file: string, text: string): string[] {
  const folder = path.dirname(file)
  const quoted = [...text.matchAll(/['"`](\.\.\/[^'"`\n]*)['"`]/g)].map((match) => path.join(folder, match[1]!))
  const joined = [...text.matchAll(/import\.meta\.dirname((?:,\s*'[^']*')+)/g)].map((match) =>
    path.join(folder, ...[...match[1]!.matchAll(/'([^']*)'/g)].map((part) => part[1]!)),
  )
  return [...quoted, ...joined].filter((place) => path.relative(ROOT, place).startsWith('..'))
}

/** All but this one, which writes some to be caught. */
const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(ts|js)$/.test(file) && file !== path.basename(import.meta.filename))
  .map((file) => path.join(import.meta.dirname, file))

describe('the tests', () => {
  it('name no path that leads out of the repository', () => {
    expect(files.length).toBeGreaterThan(100)
    const outside = files.flatMap((file) =>
      outsidePaths(file, readFileSync(file, 'utf8')).map((place) => `${path.relative(ROOT, file)}: ${place}`),
    )
    expect(outside).toEqual([])
  })

  it('would be caught at one, however it is written', () => {
    const file = path.join(import.meta.dirname, 'unit', 'a.test.ts')
    expect(outsidePaths(file, "new URL('../../../cases/a.json', import.meta.url)")).toHaveLength(1)
    expect(outsidePaths(file, "path.join(import.meta.dirname, '..', '..', '..', 'cases')")).toHaveLength(1)
    expect(outsidePaths(file, "import '../../shared/numerics/random.ts'")).toEqual([])
  })
})
