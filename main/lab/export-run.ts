/** A run as a file to keep: its weights, its series as CSV, or its configuration. Where the file goes is left to the window. */
import type { CheckedPayload } from '../../shared/protocol/commands.ts'
import type { ExportedFile, ExportedRun } from '../../shared/protocol/views.ts'
import { metricsCsv } from '../../shared/runs/metrics-csv.ts'
import { encodeWeights } from '../engine/trained-weights.ts'
import { findMetricsChange } from '../store/metrics-change.ts'
import type { RunStore } from '../store/run-store.ts'
import { describeDamage } from './run-damage.ts'

/** @throws LabError `weights` without weights yet, `usage` for a seed that the run has not, `run-folder` */
export async function exportRun(
  store: RunStore,
  { runId, format, seed, weights, smoothing }: CheckedPayload<'run.export'>,
): Promise<ExportedRun> {
  const record = await store.readRecord(runId)
  switch (format) {
    case 'safetensors':
    case 'npz': {
      const file = await encodeWeights(store, record, { format, seed, weights })
      const { fileName } = file
      return {
        fileName,
        mediaType: 'application/octet-stream',
        base64: Buffer.from(file.bytes).toString('base64'),
        damaged: null,
        weights: { seed: file.seed, which: file.weights, at: file.at, tensors: file.tensors },
      }
    }
    case 'config':
      return {
        ...textFile(`${runId}.json`, 'application/json', `${JSON.stringify(record.config, null, 2)}\n`),
        damaged: null,
        weights: null,
      }
    case 'csv': {
      const { events, damaged } = await store.readMetrics(runId)
      const change = await findMetricsChange(store, runId, 'digest')
      return {
        ...textFile(`${runId}.csv`, 'text/csv', metricsCsv(events, record.config.seeds, smoothing)),
        damaged: describeDamage(store.folder(runId), damaged, change),
        weights: null,
      }
    }
  }
}

function textFile(fileName: string, mediaType: string, text: string): ExportedFile {
  return { fileName, mediaType, base64: Buffer.from(text, 'utf8').toString('base64') }
}
