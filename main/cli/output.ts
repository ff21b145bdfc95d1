/** What the command line prints: JSON lines, tables, colours only where a terminal shows them and NO_COLOR does not forbid it. */
import type { Interval } from '../../shared/runs/read-vaa.ts'
import { isTerminal, writeError, writeOut } from './streams.ts'

/**
 * Names, notes and files hold what others wrote: a control character in them would move the cursor, retitle the window or hide a line. All
 * are shown as JSON writes them (`\u001b`) but line ends, tabs and this file's own bold and dim, which can do no harm whoever wrote them.
 */
export function showControls(text: string): string {
  // eslint-disable-next-line no-control-regex -- what is looked for
  return text.replace(/\u001b\[(?:1|2|22)m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (found) =>
    found.length > 1 && usesColour ? found : found.replace(CONTROL, escapeCode),
  )
}

export function print(text: string): void {
  writeOut(`${showControls(text)}\n`)
}

export function printJson(value: unknown): void {
  writeOut(`${toJsonLine(value)}\n`)
}

/** To standard error, beside what a command yields. */
export function printNotice(text: string): void {
  writeError(`${showControls(text)}\n`)
}

/** @param kind an error ends the command, a warning stands beside its work */
export function printError(code: string, message: string, json: boolean, kind: 'error' | 'warning' = 'error'): void {
  if (json) writeError(`${toJsonLine({ type: kind, code, message })}\n`)
  else printNotice(`${kind} [${code}]: ${message}`)
}

/** JSON leaves the second set of control characters, which some terminals obey, as they are. */
const toJsonLine = (value: unknown): string => JSON.stringify(value).replace(/[\u007f-\u009f]/g, escapeCode)

// eslint-disable-next-line no-control-regex -- what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g
const escapeCode = (control: string): string => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`

const usesColour = isTerminal && !process.env.NO_COLOR && process.env.TERM !== 'dumb'

export function bold(text: string): string {
  return usesColour ? `\u001b[1m${text}\u001b[22m` : text
}

export function dim(text: string): string {
  return usesColour ? `\u001b[2m${text}\u001b[22m` : text
}

/** Three significant digits; small numbers with an exponent. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return '0'
  const size = Math.abs(value)
  return size < 1e-3 || size >= 1e6 ? value.toExponential(2) : String(Number(value.toPrecision(3)))
}

/** A point, or the ends of an interval: `0.0156..0.531`. */
export function formatVaa(interval: Interval | null): string {
  if (interval === null) return '-'
  const { low, high } = interval
  return low === high ? formatNumber(low) : `${formatNumber(low)}..${formatNumber(high)}`
}

export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?'
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** `231 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1000)} kB`
}

/** Columns as wide as their widest cell; numbers to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  const isNumeric = header.map((_, column) => rows.every((row) => /^[-\d.]|^NaN/.test(row[column]!)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd()
  return [bold(line(header)), ...rows.map(line)].join('\n')
}
