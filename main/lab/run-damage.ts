/** What of a run's metrics is damaged, as a window is told: lines that cannot be read and a file that is not what was written enter. */
import path from 'node:path'
import type { MetricsChange, RunDamage } from '../../shared/protocol/run-views.ts'
import type { DamagedLines } from '../../shared/runs/damaged-lines.ts'
import { RUN_FILES } from '../store/run-files.ts'

/** @returns null when nothing is */
export function describeDamage(
  folder: string,
  lines: DamagedLines | null,
  change: MetricsChange | null,
): RunDamage | null {
  if (lines === null && change === null) return null
  return { file: path.join(folder, RUN_FILES.metrics), lines, change }
}
