/** Results as Markdown: one table a group, with the columns that any of its results has. */
import { formatNumber } from '../../main/cli/output.ts'
import type { BenchResult, ResultGroup, ResultGroups } from './result.ts'

interface Column {
  readonly title: string
  /** Numbers stand to the right. */
  readonly isNumber: boolean
  cell(result: BenchResult): string | undefined
}

const HEADINGS: Readonly<Record<ResultGroup, string>> = {
  training: 'Training step',
  programs: 'Other programs',
  scaling: 'Scaling',
}

const text = (title: string, cell: Column['cell']): Column => ({ title, isNumber: false, cell })
const number = (title: string, value: (result: BenchResult) => number | null | undefined): Column => ({
  title,
  isNumber: true,
  cell: (result) => {
    const found = value(result)
    return found === null || found === undefined ? undefined : formatNumber(found)
  },
})

/** The library without its version: sessions mix versions no more than once. */
function peerNames(results: readonly BenchResult[]): string[] {
  return [...new Set(results.flatMap(({ peers }) => peers?.map(({ peer }) => peer) ?? []))]
}

function kernelNames(results: readonly BenchResult[]): string[] {
  return [...new Set(results.flatMap(({ kernelMs }) => Object.keys(kernelMs ?? {})))]
}

function columnsOf(results: readonly BenchResult[]): Column[] {
  return [
    text('case', (result) => result.case),
    text('backend', (result) => result.backend),
    number('threads', ({ threads }) => threads),
    number('ms (median)', ({ stepMs }) => stepMs),
    number('fastest', ({ minMs }) => minMs),
    number('GFLOP/s', ({ gflops }) => gflops),
    ...peerNames(results).map((name) =>
      number(`${name}, ms`, ({ peers }) => peers?.find(({ peer }) => peer === name)?.stepMs),
    ),
    number('best peer ÷ ours', ({ ratio }) => ratio),
    number('of the peak, %', ({ peakShare }) => (peakShare === undefined ? undefined : Math.round(100 * peakShare))),
    number('memory, MiB', ({ memoryMiB }) => memoryMiB),
    number('time ÷ linear', ({ relativeToLinear }) => relativeToLinear),
    text('target', ({ target }) => target && `${target.what}: ${target.met ? 'met' : 'missed'}`),
    ...kernelNames(results).map((name) => number(`${name}, ms`, ({ kernelMs }) => kernelMs?.[name])),
    text('note', ({ note }) => note),
  ].filter(({ cell }) => results.some((result) => cell(result) !== undefined))
}

/** A Markdown table; a cell that a result does not have is a dash. */
export function markdownTable(results: readonly BenchResult[]): string {
  const columns = columnsOf(results)
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [
    row(columns.map(({ title }) => title)),
    row(columns.map(({ isNumber }) => (isNumber ? '---:' : '---'))),
    ...results.map((result) => row(columns.map(({ cell }) => cell(result) ?? '-'))),
  ].join('\n')
}

/** The whole report. @param preamble what was measured on, a line each */
export function markdownReport(preamble: readonly string[], groups: ResultGroups): string {
  const sections = (Object.keys(HEADINGS) as ResultGroup[])
    .filter((group) => groups[group].length > 0)
    .map((group) => `## ${HEADINGS[group]}\n\n${markdownTable(groups[group])}`)
  return [...preamble.map((line) => `- ${line}`), '', sections.join('\n\n'), ''].join('\n')
}
