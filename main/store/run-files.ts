/** The names of the files in a run folder. */
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
