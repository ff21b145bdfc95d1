/** Training steps of all engines side by side, as a Markdown table. */
import type { Result } from './report.ts'

interface StepTime extends Result {
  readonly case: string
  readonly replicas: number
  readonly engine: string
  readonly stepMs: number
}

const OURS = 'webgpu'
const isStepTime = (result: Result): result is StepTime => 'stepMs' in result && 'engine' in result

export function speedTable(results: readonly Result[]): string {
  const times = results.filter(isStepTime)
  const engines = [...new Set(times.map(({ engine }) => engine))]
  const rows = [...new Set(times.map(({ case: name, replicas }) => `${name} R${replicas}`))]
  const timeOf = (row: string, engine: string): number | undefined =>
    times.find((time) => `${time.case} R${time.replicas}` === row && time.engine === engine)?.stepMs
  const lines = rows.map((row) => {
    const ours = timeOf(row, OURS)
    const peers = engines.filter((engine) => engine !== OURS).flatMap((engine) => timeOf(row, engine) ?? [])
    const ratio = ours === undefined || peers.length === 0 ? '-' : (Math.min(...peers) / ours).toFixed(2)
    return [row, ...engines.map((engine) => timeOf(row, engine)?.toFixed(2) ?? '-'), ratio]
  })
  const header = ['case', ...engines.map((engine) => `${engine}, ms`), 'best peer ÷ ours']
  return [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
