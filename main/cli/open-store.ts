/** The runs that a command works on: those of `--home`, else of the lab's home. */
import path from 'node:path'
import { labHome } from '../store/home.ts'
import { RunStore } from '../store/run-store.ts'

export function openStore(options: Readonly<Record<string, unknown>>): RunStore {
  return new RunStore(typeof options.home === 'string' ? path.resolve(options.home) : labHome())
}
