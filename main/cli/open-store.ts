/** The home that a command works on: `--home`, else the lab's own; and its runs. */
import path from 'node:path'
import { labHome } from '../store/home.ts'
import { RunStore } from '../store/run-store.ts'

export function homeOf(options: Readonly<Record<string, unknown>>): string {
  return typeof options.home === 'string' ? path.resolve(options.home) : labHome()
}

export function openStore(options: Readonly<Record<string, unknown>>): RunStore {
  return new RunStore(homeOf(options))
}
