/** A run as a file to keep: its weights, its series as CSV, or its configuration. Where the file goes is left to the window. */
import type { CheckedPayload } from '../../shared/protocol/commands.ts'
import type { ExportedFile } from '../../shared/protocol/views.ts'
import { Timeline } from '../../shared/runs/timeline.ts'
import { encodeWeights } from '../engine/trained-weights.ts'
import type { RunStore } from '../store/run-store.ts'

/** @throws LabError `weights` without weights yet, `usage` for a seed that the run has not, `run-folder` */
export async function exportRun(
  store: RunStore,
  { runId, format, seed, weights }: CheckedPayload<'run.export'>,
): Promise<ExportedFile> {
  const record = await store.readRecord(runId)
  switch (format) {
    case 'safetensors':
    case 'npz': {
      const { bytes, fileName } = await encodeWeights(store, record, { format, seed, weights })
      return { fileName, mediaType: 'application/octet-stream', base64: Buffer.from(bytes).toString('base64') }
    }
    case 'config':
      return textFile(`${runId}.json`, 'application/json', `${JSON.stringify(record.config, null, 2)}\n`)
    case 'csv':
      return textFile(`${runId}.csv`, 'text/csv', await writeCsv(store, runId, record.config.seeds))
  }
}

/** In long form, every value of every series: nothing is left out or rounded. */
async function writeCsv(store: RunStore, runId: string, seeds: readonly number[]): Promise<string> {
  const timeline = new Timeline()
  const lines = ['series,position,seed,value']
  for (const event of await store.readMetrics(runId))
    for (const { series, position, values } of timeline.push(event))
      values.forEach((value, r) => {
        if (value !== null && !Number.isNaN(value)) lines.push(`${series},${position},${seeds[r]},${value}`)
      })
  return `${lines.join('\n')}\n`
}

function textFile(fileName: string, mediaType: string, text: string): ExportedFile {
  return { fileName, mediaType, base64: Buffer.from(text, 'utf8').toString('base64') }
}
