/** What the designs' thread and whoever asks it say to each other over their MessagePort. */
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import type { CheckedPayload } from '../../../shared/protocol/commands.ts'
import type { DataFileView, DatasetPreview, ResolvedConfig } from '../../../shared/protocol/views.ts'
import type { RunRecord } from '../../../shared/runs/run.ts'

/** What the thread starts with. */
export interface DesignTask {
  readonly home: string
}

/** Every question, with its answer. */
export type DesignQuestions = {
  resolve: { ask: CheckedPayload<'config.resolve'>; answer: ResolvedConfig }
  preview: { ask: CheckedPayload<'dataset.preview'>; answer: DatasetPreview }
  'data-file': { ask: CheckedPayload<'data-file.read'>; answer: DataFileView }
  /** Throws whatever is wrong with a configuration; nothing is made. */
  prepare: { ask: ExperimentConfig; answer: null }
  /** The same for every point. @param ask a definition */
  'prepare-sweep': { ask: unknown; answer: null }
  /** Makes the run of a fork. */
  fork: { ask: CheckedPayload<'run.fork'>; answer: RunRecord }
}
