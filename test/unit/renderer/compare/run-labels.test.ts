/** What compared runs are called: by what tells them apart, by their names where nothing else does, and never two alike. */
import { describe, expect, it } from 'vitest'
import { configLabels, runLabels } from '../../../../renderer/compare/run-labels.ts'
import type { ComparedRun } from '../../../../renderer/compare/use-compared-runs.ts'
import { parseConfig } from '../../../../shared/experiments/read-config.ts'
import type { RunSummary } from '../../../../shared/protocol/views.ts'

function compared(name: string, strategy: RunSummary['strategy'], steps = 50): ComparedRun {
  const config = parseConfig({ name, dataset: { kind: 'copy-first-input', steps }, layers: [{ cell: 'gru' }] }, 'test')
  return { summary: { id: `${name}-${steps}-${strategy}`, name, strategy } as RunSummary, config }
}

const damaged: ComparedRun = { summary: { id: 'lost', name: 'lost', strategy: null } as RunSummary, config: null }
const nameOf = (strategy: string): string => strategy

describe('compared runs', () => {
  it('are told apart by their configurations, whatever their names', () => {
    expect(configLabels([compared('a', 'none', 50), compared('b', 'none', 100)])).toEqual(['steps 50', 'steps 100'])
  })

  it('have no names beside the strategies of one group', () => {
    expect(runLabels([compared('a', 'none'), compared('a', 'double')], nameOf)).toEqual(['none', 'double'])
  })

  it('have their names where the same was run twice', () => {
    const runs = [compared('first', 'none'), compared('first', 'double'), compared('second', 'none')]
    expect(configLabels(runs)).toEqual(['first', 'first', 'second'])
    expect(runLabels(runs, nameOf)).toEqual(['none · first', 'double · first', 'none · second'])
    const longer = compared('third', 'none', 100)
    expect(configLabels([...runs, longer])).toEqual([
      'steps 50 · first',
      'steps 50 · first',
      'steps 50 · second',
      'steps 100',
    ])
  })

  it('are numbered where their names are the same, too', () => {
    expect(runLabels([compared('a', 'none'), compared('a', 'none')], nameOf)).toEqual(['none (1)', 'none (2)'])
  })

  it('are called as without a damaged one beside them', () => {
    expect(runLabels([compared('a', 'none'), damaged], nameOf)).toEqual(['none', 'lost'])
  })
})
