/**
 * Whether the metrics of a run that rests are still what its record says was written: a run enters, what is otherwise leaves. How long
 * the file is, is looked at whenever it is read; its digest only where all of it is read anyway.
 */
import path from 'node:path'
import type { MetricsChange } from '../../shared/protocol/run-views.ts'
import type { RunDigests } from '../../shared/runs/run.ts'
import { digestOfBytes } from './digests.ts'
import { statMetrics } from './metrics-file.ts'
import { RUN_FILES } from './run-files.ts'
import type { RunStore } from './run-store.ts'

/** @returns null as well where the record does not say: of a run that goes on, of one of an earlier version, or damaged itself, which is told elsewhere */
export async function findMetricsChange(
  store: RunStore,
  id: string,
  how: 'length' | 'digest',
): Promise<MetricsChange | null> {
  const written = await writtenMetrics(store, id)
  if (written === undefined) return null
  const folder = store.folder(id)
  const { sizeBytes: foundBytes } = await statMetrics(folder)
  if (foundBytes === written.bytes) {
    if (how === 'length' || foundBytes === 0) return null
    if ((await digestOfBytes(path.join(folder, RUN_FILES.metrics), foundBytes)) === written.sha256) return null
  }
  // It may have been taken up meanwhile, and grown.
  const now = await writtenMetrics(store, id)
  return now?.sha256 === written.sha256 ? { writtenBytes: written.bytes, foundBytes } : null
}

async function writtenMetrics(store: RunStore, id: string): Promise<RunDigests['metrics'] | undefined> {
  const { record } = await store.listOne(id)
  return record?.digests?.metrics
}
