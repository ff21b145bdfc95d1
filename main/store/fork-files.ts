/**
 * The files that a fork begins with, beside its record: the metrics of its run up to the checkpoint, a line there and in
 * the log that says where they are from, and the checkpoint. All of them are on the disk when it is done.
 */
import { copyFile, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { isSameContent, type RunData } from '../../shared/runs/data-content.ts'
import type { LogEntry } from '../../shared/runs/log.ts'
import type { Checkpoint, RunEvent, RunOrigin } from '../../shared/runs/run.ts'
import { complainOfMetrics, encodeCheckpoint, type SavedCheckpoint, type Trial } from './checkpoint-file.ts'
import { digestOfBytes } from './digests.ts'
import { replaceFile } from './durable-file.ts'
import { codeOf } from './file-errors.ts'
import { openMetrics } from './metrics-file.ts'
import { openRegularFile } from './regular-file.ts'
import { RUN_FILES } from './run-files.ts'

/** More than the line that begins a test. */
const LAST_LINE_BYTES = 256

/** What a fork takes over: of the metrics, those of its run. */
export type ForkCheckpoint = Checkpoint & Pick<SavedCheckpoint, 'metricsBytes' | 'metricsSha256'>

/**
 * @param trial what the fork goes on with
 * @param data what its run was on, and what it is on itself
 */
export async function writeForkFiles(
  source: string,
  folder: string,
  checkpoint: ForkCheckpoint,
  from: RunOrigin,
  trial: Trial,
  data: { readonly before: RunData | null; readonly now: RunData | null },
): Promise<void> {
  const file = path.join(folder, RUN_FILES.metrics)
  try {
    await (await openMetrics(source)).close() // copying a pipe would wait for ever
    await copyFile(path.join(source, RUN_FILES.metrics), file)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error // a run without metrics: its fork has only its own
  }
  const metrics = await openRegularFile(file, 'a+')
  try {
    const { size } = await metrics.stat()
    const complaint = await complainOfMetrics(checkpoint, size, (end) => digestOfBytes(file, end))
    // The run may have gone on since.
    let metricsBytes = Math.min(size, checkpoint.metricsBytes)
    metricsBytes -= await testLineBytes(metrics, metricsBytes)
    await metrics.truncate(metricsBytes)
    const events: RunEvent[] = [{ type: 'fork', from }]
    if (complaint !== null) events.push({ type: 'log', level: 'warning', message: complaint })
    await metrics.appendFile(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    await metrics.sync()
    metricsBytes = (await metrics.stat()).size
    const metricsSha256 = await digestOfBytes(file, metricsBytes)
    const at = new Date().toISOString()
    const entries: LogEntry[] = [{ kind: 'fork', from, at }]
    if (data.before !== null && data.now !== null && !isSameContent(data.before, data.now))
      entries.push({ kind: 'other-data', sha256: data.now.sha256, before: data.before.sha256, at })
    const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    await replaceFile(path.join(folder, RUN_FILES.log), lines)
    const bytes = encodeCheckpoint({ ...checkpoint, metricsBytes, metricsSha256, trial })
    await replaceFile(path.join(folder, RUN_FILES.checkpoint), bytes)
  } finally {
    await metrics.close()
  }
}

/** A checkpoint of the test stands behind the line that begins it; the fork goes back to the end of its training. */
async function testLineBytes(metrics: FileHandle, end: number): Promise<number> {
  const length = Math.min(end, LAST_LINE_BYTES)
  const { buffer } = await metrics.read(Buffer.alloc(length), 0, length, end - length)
  const text = buffer.toString('utf8')
  const line = text.slice(text.lastIndexOf('\n', text.length - 2) + 1)
  return /^\{"type":"phase","phase":"test","step":\d+\}\n$/.test(line) ? Buffer.byteLength(line) : 0
}
