/**
 * The linter's rules that need every import of the house at once: no cycle, and no file of the renderer's common folders that only one room
 * reaches. The graph is read once a process. Arrows between folders are patterns in ../eslint.config.js.
 */
import path from 'node:path'
import type { ESLint, Rule } from 'eslint'
import { cycleThrough, importsIn, readImportGraph, roomsThatReach, type ImportGraph } from './import-graph.ts'

/** The renderer by feature: what stands here is one feature's alone. */
export const ROOMS = ['compare', 'design', 'frame', 'help', 'run', 'runs', 'settings', 'sweeps', 'trash']
/** What two rooms share, from what knows least to what knows most. */
export const COMMON = ['words', 'pacing', 'files', 'composables', 'charts', 'components']

const inRenderer = (folders: readonly string[]): RegExp => new RegExp(`^renderer/(${folders.join('|')})/`)
const ROOM = inRenderer(ROOMS)
const IN_COMMON = inRenderer(COMMON)
const roomOf = (file: string): string | null => ROOM.exec(file)?.[1] ?? null

/** @param root the folder in which shared/, main/ and renderer/ stand */
export function houseRules(root: string): ESLint.Plugin {
  let graph: ImportGraph | undefined
  const houseGraph = (): ImportGraph => (graph ??= readImportGraph(root, ['shared', 'main', 'renderer']))
  const nameOf = (context: Rule.RuleContext): string => path.relative(root, context.filename).replaceAll(path.sep, '/')

  const noImportCycle: Rule.RuleModule = {
    meta: { type: 'problem', schema: [] },
    create: (context) => ({
      Program(node) {
        const file = nameOf(context)
        for (const imported of importsIn(file, context.sourceCode.text)) {
          const cycle = cycleThrough(houseGraph(), file, imported)
          if (cycle) context.report({ node, message: `Imports run in a circle: ${cycle.join(' -> ')}.` })
        }
      },
    }),
  }

  const sharedByTwo: Rule.RuleModule = {
    meta: { type: 'problem', schema: [] },
    create: (context) => ({
      Program(node) {
        const file = nameOf(context)
        if (!IN_COMMON.test(file)) return
        const [room, second] = roomsThatReach(houseGraph(), file, roomOf)
        if (room === undefined) context.report({ node, message: 'No room of renderer/ needs this file.' })
        else if (second === undefined)
          context.report({ node, message: `Only renderer/${room} needs this file: it belongs there.` })
      },
    }),
  }

  return { rules: { 'no-import-cycle': noImportCycle, 'shared-by-two': sharedByTwo } }
}
