/**
 * `log.jsonl` open for its run's one writer: entries enter and stand there as lines. It is nothing that a resume needs, so entries are not
 * waited for; only a status is, since the record says it, too. Its line is written first: a kill between the two leaves a line of a status
 * that the run has not reached, and the next writer takes it out.
 */
import { parseJson } from '../../shared/exchange/parse-json.ts'
import type { LogEntry, LogEntryBody } from '../../shared/runs/log.ts'
import type { RunStatus } from '../../shared/runs/run-state.ts'
import { LinesFile } from './lines-file.ts'

type StatusEntry = Extract<LogEntryBody, { kind: 'status' }>

export class RunLog {
  readonly #file: string
  readonly #status: RunStatus
  /** Opened with the first entry. */
  #lines: LinesFile | null = null
  #pending: string[] = []
  /** Where the line of the status stands that the record is about to say; null where there is none. */
  #statusByte: number | null = null

  /** @param status of the run, as its record has it */
  constructor(file: string, status: RunStatus) {
    this.#file = file
    this.#status = status
  }

  add(entry: LogEntryBody): void {
    const line: LogEntry = { at: new Date().toISOString(), ...entry }
    this.#pending.push(`${JSON.stringify(line)}\n`)
  }

  /** Writes what was added; what could not be written waits for the next time. */
  async write(): Promise<void> {
    const lines = this.#pending
    this.#pending = []
    if (lines.length === 0) return
    try {
      this.#lines ??= await this.#open()
      await this.#lines.append(lines.join(''))
    } catch (error) {
      this.#pending = [...lines, ...this.#pending]
      throw error
    }
  }

  /** A status that the record is about to say, behind everything that was added before. */
  async writeStatus(status: Omit<StatusEntry, 'kind'>): Promise<void> {
    this.#statusByte = null
    await this.write()
    const line: LogEntry = { at: new Date().toISOString(), kind: 'status', ...status }
    this.#lines ??= await this.#open()
    this.#statusByte = this.#lines.sizeBytes
    await this.#lines.append(`${JSON.stringify(line)}\n`)
  }

  /** The record could not say it; nothing where it was not even written. */
  takeBackStatus(): void {
    if (this.#statusByte !== null) this.#lines?.goBackTo(this.#statusByte)
  }

  async sync(): Promise<void> {
    await this.#lines?.sync()
  }

  async close(): Promise<void> {
    await this.#lines?.close()
  }

  async #open(): Promise<LinesFile> {
    const lines = await LinesFile.open(this.#file)
    try {
      const last = await lines.lastLine()
      if (last !== null && this.#isUnreached(last.text)) lines.goBackTo(last.startByte)
      return lines
    } catch (error) {
      await lines.close()
      throw error
    }
  }

  /** The step from the record's status to another, which the record does not know of. */
  #isUnreached(line: string): boolean {
    try {
      const entry = parseJson(line) as Partial<StatusEntry> | null
      return entry?.kind === 'status' && entry.previous === this.#status && entry.status !== this.#status
    } catch {
      return false // damaged, which the reader tells in its place
    }
  }
}
