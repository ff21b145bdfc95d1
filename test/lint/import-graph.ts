/**
 * Which file imports which: a folder of sources enters, its graph leaves, `.vue` files included, as paths relative to the folder with `/`
 * between names. Imports of types count, too: a reader follows them all the same. A thread that a file starts by its URL is no import.
 * What may import what is left to the rules beside this file.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

export type ImportGraph = ReadonlyMap<string, readonly string[]>

const SOURCE = /\.(ts|js|vue)$/
const SCRIPT = /<script\b[^>]*>([\s\S]*?)<\/script>/g

/** @param folders the folders of `root` that are read, with all below them */
export function readImportGraph(root: string, folders: readonly string[]): ImportGraph {
  const graph = new Map<string, string[]>()
  for (const folder of folders)
    for (const name of readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!SOURCE.test(name)) continue
      const file = path.posix.join(folder, name.replaceAll(path.sep, '/'))
      const imported = importsIn(file, readFileSync(path.join(root, file), 'utf8'))
      graph.set(
        file,
        imported.filter((target) => existsSync(path.join(root, target))),
      )
    }
  return graph
}

/** @returns the files, relative to the same root as `file`, that its relative imports name, each once */
export function importsIn(file: string, source: string): string[] {
  const script = file.endsWith('.vue') ? [...source.matchAll(SCRIPT)].map((match) => match[1]!).join('\n') : source
  const names = ts.preProcessFile(script, true, false).importedFiles.map(({ fileName }) => fileName)
  const relative = names.filter((name) => name.startsWith('.'))
  return [...new Set(relative.map((name) => path.posix.join(path.posix.dirname(file), name.replace(/\?.*$/, ''))))]
}

/** @returns the shortest way from an import of `file` back to it, both ends named; null where there is none */
export function cycleThrough(graph: ImportGraph, file: string, imported: string): string[] | null {
  const cameFrom = new Map<string, string>([[imported, file]])
  const waiting = [imported]
  for (const at of waiting) {
    if (at === file) break
    for (const next of graph.get(at) ?? [])
      if (!cameFrom.has(next)) {
        cameFrom.set(next, at)
        waiting.push(next)
      }
  }
  if (!cameFrom.has(file)) return null
  const way = [file]
  do way.unshift(cameFrom.get(way[0]!)!)
  while (way[0] !== file)
  return way
}

/** @returns the rooms from which `file` is reached, over any number of files, sorted */
export function roomsThatReach(graph: ImportGraph, file: string, roomOf: (file: string) => string | null): string[] {
  const importers = new Map<string, string[]>()
  for (const [importer, imported] of graph)
    for (const target of imported) importers.set(target, [...(importers.get(target) ?? []), importer])
  const reached = new Set([file])
  const rooms = new Set<string>()
  for (const at of reached) {
    const room = roomOf(at)
    if (room !== null) rooms.add(room)
    else for (const importer of importers.get(at) ?? []) reached.add(importer)
  }
  return [...rooms].sort()
}
