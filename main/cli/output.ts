/** What the command line prints: JSON lines, tables, colours only where a terminal shows them and NO_COLOR does not forbid it. */
import { isTerminal, writeOut } from './streams.ts'

export function print(text: string): void {
  writeOut(`${text}\n`)
}

export function printJson(value: unknown): void {
  writeOut(`${JSON.stringify(value)}\n`)
}

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
