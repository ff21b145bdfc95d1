/** The names of the files in a run folder. */
import { keptStep, type CheckpointName } from '../../shared/runs/run.ts'
import { LOCK_FILE } from './run-lock.ts'

export const RUN_FILES = {
  record: 'run.json',
  /** The user's, not the writer's. */
  annotations: 'annotations.json',
  metrics: 'metrics.jsonl',
  checkpoint: 'checkpoint.safetensors',
  warmedUp: 'warmed-up.safetensors',
  weights: 'weights.safetensors',
  /** What long metrics come to, see columns-file.ts. */
  columns: 'metrics.columns',
  log: 'log.jsonl',
  lock: LOCK_FILE,
} as const

/** The folder of `step-N` checkpoints, `N.safetensors` each. */
export const KEPT_FOLDER = 'checkpoints'
export const KEPT_ENDING = '.safetensors'

export function checkpointFile(name: CheckpointName): string {
  if (name === 'last') return RUN_FILES.checkpoint
  return name === 'warmed-up' ? RUN_FILES.warmedUp : `${KEPT_FOLDER}/${keptStep(name)}${KEPT_ENDING}`
}
