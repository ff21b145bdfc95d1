/**
 * Runs as windows see them: in a list, whole, their metrics and logs, what was done to several of them. Plain data made for showing, ready for
 * JSON, made in main/lab from records and configurations; the renderer shows it and makes none of it up.
 */
import type { ExperimentConfig, Strategy } from '../experiments/config.ts'
import type { LearningPhase } from '../experiments/phases.ts'
import type { ConfigRemark } from '../experiments/remarks.ts'
import type { LogEntry } from '../runs/log.ts'
import type { RunAnnotations } from '../runs/annotations.ts'
import type { RunData } from '../runs/data-content.ts'
import type { DamagedLines } from '../runs/damaged-lines.ts'
import type { Divergence } from '../runs/divergence.ts'
import type { EngineStretch } from '../runs/engine-history.ts'
import type { CheckpointName, RunOrigin, RunResult, WeightsName } from '../runs/run.ts'
import type { DecimatedSeries, SeriesName, SeriesPoint } from '../runs/series.ts'
import type { PhaseStep, TimelineMarks } from '../runs/timeline.ts'
import type { WireError } from '../errors/wire-error.ts'
import type { RunState } from '../runs/run-state.ts'

/** What a table shows of a run's configuration, a number or a word a column; null where a run has none of it. */
export interface RunSettings {
  /** Cells of all layers, each once: `gru, lstm`. */
  readonly cells: string
  /** Of the first layer. */
  readonly units: number
  readonly layerCount: number
  /** T of a generated dataset. */
  readonly seriesSteps: number | null
  readonly learningRate: number
  readonly batch: number
  readonly trainingSteps: number | null
  /** Null where steps are set. */
  readonly epochs: number | null
  /** Null where the number of training series is not known: of own files in runs of earlier versions. */
  readonly stepsPerEpoch: number | null
  readonly warmupSteps: number | null
}

/** A run as a list shows it. */
export interface RunSummary {
  readonly id: string
  readonly groupId: string
  readonly name: string
  readonly state: RunState
  readonly strategy: Strategy | null
  /** `gru 128 + gru 128`; empty for a damaged run. */
  readonly network: string
  readonly dataset: string
  /** Null for a damaged run. */
  readonly task: 'regression' | 'classification' | null
  readonly seeds: readonly number[]
  /** n of its VAA; null where it measures none. */
  readonly vaaSeries: number | null
  /** VAA* above which its warm-up begins anew; null without a warm-up. */
  readonly restartAbove: number | null
  readonly createdAt: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly result: RunResult | null
  /** Seeds that the result is not over. */
  readonly diverged: readonly Divergence[]
  /** Which of its steps ran where. */
  readonly engines: readonly EngineStretch[]
  /** How often it lost a device and went on by itself. */
  readonly deviceLossCount: number
  /** Null for a run that began with itself. */
  readonly forkedFrom: RunOrigin | null
  readonly error: { readonly code: string; readonly message: string } | null
  /** Equal for runs that differ in name and seeds alone; null for a damaged run. */
  readonly configurationId: string | null
  /** Null for a damaged run. */
  readonly settings: RunSettings | null
  readonly annotations: RunAnnotations
  /** Whether this lab's engine holds it: running, or waiting for its turn. */
  readonly active: boolean
}

/** What a command came to that is carried out run by run. */
export interface RunsDone {
  readonly runIds: readonly string[]
  readonly failed: readonly { readonly runId: string; readonly error: WireError }[]
}

/** A checkpoint from which a run can be forked. */
export interface ForkPointView {
  readonly checkpoint: CheckpointName
  readonly phase: LearningPhase
  readonly step: number
}

export interface RunDetail {
  readonly summary: RunSummary
  /** Null for a damaged run. */
  readonly config: ExperimentConfig | null
  readonly versions: { readonly lab: string; readonly node: string } | null
  readonly backend: string | null
  /** What its own file of series held; null for other data, and where it is not known. */
  readonly data: RunData | null
  /** What was told of its configuration when it was made. */
  readonly remarks: readonly ConfigRemark[]
}

/** How long a run's metrics were when it ended or was paused, and are: of the same length, they have another digest. */
export interface MetricsChange {
  readonly writtenBytes: number
  readonly foundBytes: number
}

/** What of a run's metrics cannot be read, or is no longer what was written; everything else is there. */
export interface RunDamage {
  readonly file: string
  /** Null: every line that is there can be read. */
  readonly lines: DamagedLines | null
  /** Null: they are what was written, as far as was looked. */
  readonly change: MetricsChange | null
}

/** A range of a run's series, and how much of the run it knows: live events from `eventCount` on continue it. */
export interface RunMetrics {
  readonly runId: string
  readonly eventCount: number
  /** The last position of any series. */
  readonly lastPosition: number
  readonly marks: TimelineMarks
  /** Every series that the run has, asked for or not. */
  readonly names: readonly SeriesName[]
  readonly damaged: RunDamage | null
  /** As it was asked for; series that are not smoothed have 0 themselves. */
  readonly smoothing: number
  readonly series: readonly DecimatedSeries[]
  /** The last point of every series of the whole network, whatever the range. */
  readonly latest: readonly SeriesPoint[]
}

/** A part of a run's log. */
export interface RunLog {
  readonly entries: readonly LogEntry[]
  readonly nextByte: number
  /** Of the file, before the first entry. */
  readonly skippedBytes: number
}

export interface ExportedFile {
  readonly fileName: string
  readonly mediaType: string
  readonly base64: string
}

export interface ExportedRun extends ExportedFile {
  /** Lines that its values lack; null for a file that is not made of them. */
  readonly damaged: RunDamage | null
  /** Null for a file of anything else. */
  readonly weights: ExportedWeights | null
}

/** What a file of weights holds. */
export interface ExportedWeights {
  readonly seed: number
  /** Without validation, the best ones are the last. */
  readonly which: WeightsName
  /** The checkpoint that they are from; null: those of the finished run. */
  readonly at: PhaseStep | null
  /** By the names that the file has. */
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[]
}
