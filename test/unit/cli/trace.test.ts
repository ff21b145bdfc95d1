/** `lab run --trace`: every thread's kernels in Chrome's trace format. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { lab, smallRun, temporaryFolder } from './lab.ts'

it('shows the kernels of both threads, none before the one before it has ended', async () => {
  const home = temporaryFolder()
  const file = path.join(home, 'trace.json')
  expect(await lab([...smallRun(5), '--threads', '2', '--trace', file], home)).toMatchObject({ code: 0 })
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as {
    traceEvents: { ph: string; name: string; tid: number; ts: number; dur: number }[]
  }
  for (const thread of [0, 1]) {
    const spans = traceEvents.filter(({ ph, tid }) => ph === 'X' && tid === thread)
    expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['l0p0forward', 'l0p1backward', 'addOuter']))
    for (const [i, { ts }] of spans.entries())
      if (i > 0) expect(ts).toBeGreaterThanOrEqual(spans[i - 1]!.ts + spans[i - 1]!.dur - 1e-3)
  }
})
