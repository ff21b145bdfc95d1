/** What a program is made of: its first files enter, the files that they import and the packages that those need leave. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Imports, static and dynamic, of a literal. */
const IMPORTS =
  /(?:\bfrom|\bimport)\s*\(?\s*(?:\/\*.*?\*\/\s*)?'([^'\n]+)'|new URL\('(\.[^'\n]+)', import\.meta\.url\)/g

export interface ModuleFiles {
  /** Absolute. */
  readonly files: readonly string[]
  readonly packages: readonly string[]
}

/** @throws when a file that is imported is not there */
export function moduleFiles(entries: readonly string[]): ModuleFiles {
  const files = new Set<string>()
  const packages = new Set<string>()
  const waiting = [...entries]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue
    files.add(file)
    if (!/\.[cm]?[jt]s$/.test(file)) continue
    for (const [, imported, address] of readFileSync(file, 'utf8').matchAll(IMPORTS)) {
      const name = imported ?? address!
      if (name.startsWith('.')) {
        const found = path.resolve(path.dirname(file), name)
        if (existsSync(found) && path.extname(found) !== '') waiting.push(found)
        else if (imported !== undefined) throw new Error(`${file} imports ${name}, which is not there.`)
      } else if (!name.startsWith('node:')) packages.add(packageOf(name))
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() }
}

/** `@scope/name/part` is of `@scope/name`. */
const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')

/** Packages and what they depend on, as folders of `node_modules`; those that are not installed are left out. */
export function packageFolders(names: readonly string[], modules: string): string[] {
  const folders = new Set<string>()
  const waiting = [...names]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const folder = path.join(modules, name)
    const manifest = path.join(folder, 'package.json')
    if (folders.has(folder) || !existsSync(manifest)) continue
    folders.add(folder)
    const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      dependencies?: Record<string, string>
    }
    waiting.push(...Object.keys(dependencies))
  }
  return [...folders].sort()
}
