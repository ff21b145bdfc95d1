/** Pipes in the place of files of a home: a lab that is opened over them waits for none of them, and says which it cannot read. */
import { execFileSync } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import { RunStore } from '../../../main/store/run-store.ts'
import type { LabSnapshot } from '../../../shared/protocol/views.ts'
import type { SeriesName } from '../../../shared/runs/series.ts'
import { toyConfig } from '../training/toy.ts'
import { makeHome, openLab, runIs } from './lab-helpers.ts'
import { POSIX_LACK, itUnless } from '../../needs.ts'

const versions = { lab: '0.0.0', node: process.versions.node }

async function putPipe(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await rm(file, { force: true })
  execFileSync('mkfifo', [file])
}

itUnless(POSIX_LACK)('a lab opens over pipes, shows their runs as damaged, and answers', async () => {
  const home = await makeHome()
  const store = new RunStore(home)
  const [whole, damaged] = await store.createGroup(toyConfig([0]), ['none', 'double'], versions)
  for (const file of ['settings.json', 'index/runs.sqlite', 'presets/odd.json', `runs/${damaged!.id}/run.json`])
    await putPipe(path.join(home, file))
  for (const file of ['log.jsonl', 'metrics.jsonl', 'metrics.columns', 'annotations.json'])
    await putPipe(path.join(home, 'runs', whole!.id, file))
  const { lab, run, until } = await openLab(home)
  const isDamaged = ({ runs }: LabSnapshot): boolean =>
    runs.some(({ id, state }) => id === damaged!.id && state === 'damaged')
  if (!isDamaged(lab.snapshot())) await until(runIs(damaged!.id, 'damaged'))
  await run('presets.list', {})
  await until((event) => event.type === 'notice' && event.error.message.includes('a pipe'))
  await expect(run('run.log', { runId: whole!.id, fromByte: null })).rejects.toMatchObject({ code: 'run-folder' })
  const asked = { series: ['loss'] as SeriesName[], from: null, to: null, buckets: 10 }
  await expect(run('run.metrics', { runId: whole!.id, ...asked })).rejects.toMatchObject({ code: 'run-folder' })
})
