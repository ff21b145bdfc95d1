import { describe, expect, it } from 'vitest'
import type { BenchResult } from '../../bench/result.ts'
import { markdownReport, markdownTable } from '../../bench/table.ts'

const plain: BenchResult = { case: 'a', backend: 'wasm', threads: 2, stepMs: 12.345, minMs: 12, gflops: 50 }
const compared: BenchResult = {
  ...plain,
  case: 'b',
  gflops: null,
  peers: [
    { peer: 'jax 1', stepMs: 24.69, minMs: 20, gflops: 25 },
    { peer: 'torch 2', stepMs: 30, minMs: 29, gflops: 20 },
  ],
  ratio: 2,
  peakShare: 0.254,
  kernelMs: { forward: 4 },
}

describe('the table', () => {
  it('has no column that no result has a value for', () => {
    expect(markdownTable([plain])).toBe(
      [
        '| case | backend | threads | ms (median) | fastest | GFLOP/s |',
        '| --- | --- | ---: | ---: | ---: | ---: |',
        '| a | wasm | 2 | 12.3 | 12 | 50 |',
      ].join('\n'),
    )
  })

  it('has a column for each peer and kernel, and a dash where a result has no value', () => {
    const [header, , first, second] = markdownTable([plain, compared]).split('\n')
    expect(header).toBe(
      '| case | backend | threads | ms (median) | fastest | GFLOP/s | jax 1, ms | torch 2, ms | best peer ÷ ours | of the peak, % | forward, ms |',
    )
    expect(first).toBe('| a | wasm | 2 | 12.3 | 12 | 50 | - | - | - | - | - |')
    expect(second).toBe('| b | wasm | 2 | 12.3 | 12 | - | 24.7 | 30 | 2 | 25 | 4 |')
  })

  it('stands under its group, and empty groups are left out', () => {
    const report = markdownReport(['a machine'], { training: [plain], programs: [], scaling: [] })
    expect(report).toContain('- a machine\n\n## Training step\n\n| case')
    expect(report).not.toContain('Scaling')
  })
})
