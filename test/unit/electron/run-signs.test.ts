/** What the desktop shows of runs outside of its windows, from the lab's events. */
import { describe, expect, it } from 'vitest'
import { RunSigns } from '../../../main/electron/run-signs.ts'
import type { LabEvent } from '../../../shared/protocol/events.ts'

const progress = (step: number, totalSteps: number | null): LabEvent =>
  ({ type: 'progress', progress: { runId: 'a', step, totalSteps } }) as unknown as LabEvent
const run = (state: string, id = 'a'): LabEvent =>
  ({ type: 'run', run: { id, name: `run ${id}`, state } }) as unknown as LabEvent

function watch(): { signs: RunSigns; seen: unknown[] } {
  const seen: unknown[] = []
  const signs = new RunSigns({
    progress: (share) => seen.push(['progress', share]),
    notify: (runId, name, state) => seen.push(['notify', runId, name, state]),
    stayAwake: (isTraining) => seen.push(['awake', isTraining]),
  })
  return { signs, seen }
}

describe('the desktop’s signs', () => {
  it('show progress, keep the machine awake while something is trained, and tell once that it ended', () => {
    const { signs, seen } = watch()
    signs.hear(progress(0, null))
    signs.hear(progress(50, 100))
    signs.hear(progress(50, 100))
    signs.hear({ type: 'progress-end', runId: 'a' })
    signs.hear(run('finished'))
    signs.hear(run('finished'))
    expect(seen).toEqual([
      ['awake', true],
      ['progress', 'unknown'],
      ['progress', 0.5],
      ['awake', false],
      ['progress', null],
      ['notify', 'a', 'run a', 'finished'],
    ])
  })

  it('say nothing of a pause, and nothing of a run that another process trains', () => {
    const { signs, seen } = watch()
    signs.hear(progress(1, 100))
    signs.hear({ type: 'progress-end', runId: 'a' })
    signs.hear(run('paused'))
    signs.hear(run('finished', 'of another process'))
    expect(seen.filter((sign) => (sign as unknown[])[0] === 'notify')).toEqual([])
  })

  it('do not move the taskbar for less than it can show', () => {
    const { signs, seen } = watch()
    for (let step = 0; step <= 100_000; step++) signs.hear(progress(step, 100_000))
    expect(seen.length).toBeLessThanOrEqual(203)
    expect(seen.at(-1)).toEqual(['progress', 1])
  })
})
