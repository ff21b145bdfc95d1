/** Where the check writes: each result at once, as a line of JSON in a file and a line of text that people read, so that whatever ends the run early loses nothing. */
import { appendFileSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** One flat object a result; `section` says whose. */
export type Result = Readonly<Record<string, unknown>> & { readonly section: string }

const RESULTS_FILE = 'gpu-check.jsonl'

export class Report {
  readonly #file: string
  readonly #section: string

  constructor(folder: string, section: string) {
    this.#file = path.join(folder, RESULTS_FILE)
    this.#section = section
  }

  /** @param text for people */
  add(text: string, result: Readonly<Record<string, unknown>>): void {
    const line: Result = { section: this.#section, ...result }
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`)
    process.stdout.write(`${text}\n`)
  }
}

/** All results so far. */
export const readResults = (folder: string): Result[] =>
  readFileSync(path.join(folder, RESULTS_FILE), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Result)
