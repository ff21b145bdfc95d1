/** What the designs' threads and whoever asks them say to each other over their MessagePorts. */
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import type { SweepDefinition } from '../../../shared/experiments/sweep.ts'
import type { CheckedPayload } from '../../../shared/protocol/commands.ts'
import type {
  CheckedCell,
  CheckedSweep,
  DataFileView,
  DatasetPreview,
  ResolvedConfig,
} from '../../../shared/protocol/views.ts'
import type { EngineChoice } from '../../../shared/protocol/devices.ts'
import type { WireError } from '../../../shared/errors/wire-error.ts'
import type { RunRecord } from '../../../shared/runs/run.ts'
import type { EngineOptions } from '../../engine/engine-options.ts'
import type { PreparedConfig } from '../../engine/run-group.ts'
import type { SweepOutline } from '../../engine/run-sweep.ts'
import type { SweepRecord } from '../../store/sweep-writer.ts'

/** What a thread starts with. */
export interface DesignTask {
  readonly home: string
  readonly engine: EngineOptions
}

/** Every question, with its answer. */
export type DesignQuestions = {
  'check-cell': { ask: CheckedPayload<'cell.check'>; answer: CheckedCell }
  /** @param ask any JSON that a configuration file may hold */
  read: { ask: unknown; answer: ExperimentConfig }
  resolve: { ask: CheckedPayload<'config.resolve'>; answer: ResolvedConfig }
  'own-presets': {
    ask: null
    answer: { readonly configs: readonly ExperimentConfig[]; readonly errors: readonly WireError[] }
  }
  preview: { ask: CheckedPayload<'dataset.preview'>; answer: DatasetPreview }
  'data-file': { ask: CheckedPayload<'data-file.read'>; answer: DataFileView }
  /** Throws whatever is wrong with a configuration; nothing is made. Own series are absolute in the answer, so that a resume from elsewhere finds them. */
  prepare: { ask: unknown; answer: { readonly prepared: PreparedConfig; readonly choice: EngineChoice } }
  /** Every point is read. @param ask any JSON that the file of a sweep may hold */
  'check-sweep': { ask: unknown; answer: CheckedSweep }
  /** Throws whatever is wrong with any point; nothing is made. */
  'prepare-sweep': {
    ask: unknown
    answer: {
      readonly definition: SweepDefinition
      readonly outline: SweepOutline
      readonly data: NonNullable<SweepRecord['data']>
      /** See `PreparedSweep`. */
      readonly backend: string
    }
  }
  /** @param ask the id of one that is written down */
  'open-sweep': { ask: string; answer: { readonly record: SweepRecord; readonly outline: SweepOutline } }
  'locate-data': { ask: CheckedPayload<'run.locate-data'>; answer: null }
  /** Makes the run of a fork. */
  fork: { ask: CheckedPayload<'run.fork'>; answer: RunRecord }
}
