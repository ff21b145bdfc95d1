/**
 * What a run is: one trial (a strategy of a configuration) with its seeds side by side. `lab run` with three
 * strategies makes a group of three runs. The folder format and every port the trainer writes through stand here;
 * main/store implements them on files.
 */
import type { ExperimentConfig, Strategy } from '../experiments/config.ts'
import type { ConfigRemark } from '../experiments/remarks.ts'
import type { TensorMap } from '../numerics/dims.ts'
import type { RunData } from './data-content.ts'
import type { Divergence } from './divergence.ts'
import type { DeviceLoss, EngineStretch } from './engine-history.ts'
import type { PartSpread } from './spreads.ts'

/**
 * `stopped`: ended by the user before its end; its checkpoint stays, and it can be taken up again. `diverged`: no seed is left, and going on
 * would come to the same.
 */
export type RunStatus = 'queued' | 'running' | 'paused' | 'stopped' | 'finished' | 'diverged' | 'failed'

/** Whether going on with a run would come to nothing else: it is finished, or no seed is left. */
export const isOver = (status: RunStatus): boolean => status === 'finished' || status === 'diverged'

/** Which checkpoint of which run a fork began with. */
export interface RunOrigin {
  readonly runId: string
  readonly phase: 'warm-up' | 'training'
  /** Of the phase, restarts of a warm-up counted on. */
  readonly step: number
}

/** `run.json`. */
export interface RunRecord {
  readonly formatVersion: 1
  readonly id: string
  /** All runs of one `lab run` share it. */
  readonly groupId: string
  readonly strategy: Strategy
  readonly config: ExperimentConfig
  readonly createdAt: string
  /** Null for a run that began with itself. */
  readonly forkedFrom: RunOrigin | null
  readonly versions: { readonly lab: string; readonly node: string }
  /** What of the configuration was fitted to the data before the run was made; `config` is what is used. */
  readonly remarks: readonly ConfigRemark[]
  /** What its own file of series holds; null for other data, and for a run of an earlier version until it goes on. */
  data: RunData | null
  status: RunStatus
  /** The backend that ran it last, once known; a resume insists on the same unless it is asked for another. */
  backend: string | null
  /** Which of its steps ran where, in their order; none in runs of earlier versions until they go on. */
  engines: readonly EngineStretch[]
  /** Where it lost a device and went on by itself. */
  deviceLosses: readonly DeviceLoss[]
  startedAt: string | null
  endedAt: string | null
  /** ISO time of the writer's last sign of life; a running run whose heartbeat is stale has crashed. */
  heartbeatAt: string | null
  error: { readonly code: string; readonly message: string } | null
  /** Seeds that trained no further; none in runs of earlier versions, which one such seed ended. */
  diverged: readonly Divergence[]
  result: RunResult | null
  /** Null while it runs, and for runs of earlier versions, whose files cannot be checked. */
  digests: RunDigests | null
}

/** What the files of a run held when it ended or was paused: whoever reads them tells what is no longer so. */
export interface RunDigests {
  readonly metrics: { readonly bytes: number; readonly sha256: string }
  /** Of a finished run, as `weights.safetensors` has it, too. */
  readonly weights: string | null
}

/** Test results of a finished run, one entry a seed of `seeds`: those of the configuration that have not diverged. */
export interface RunResult {
  readonly metric: 'mse' | 'accuracy' | 'cross-entropy'
  /** With the weights of the best validation; with the last ones where there is none. */
  readonly best: readonly number[]
  /** There is no validation set. */
  readonly bestIsLast?: true
  /** With the last weights. */
  readonly last: readonly number[]
  readonly seeds: readonly number[]
  readonly warmupRestarts: readonly number[]
}

/** Of those that have one. */
export function seedOfBestTest({ metric, best, seeds }: RunResult): number {
  const isBetter = (one: number, other: number): boolean => (metric === 'accuracy' ? one > other : one < other)
  return seeds[best.reduce((kept, value, index) => (isBetter(value, best[kept]!) ? index : kept), 0)]!
}

/** Whether the best weights of a run are those of a validation, and not the last. */
export function hasValidation({ remarks, config: { dataset } }: Pick<RunRecord, 'remarks' | 'config'>): boolean {
  if ('counts' in dataset) return dataset.counts.validation > 0
  return !remarks.some(({ kind }) => kind === 'no-validation')
}

/** One line of `metrics.jsonl`. Values a seed are in the order of `config.seeds`; null where a seed has none. */
export type RunEvent =
  | { type: 'phase'; phase: 'warm-up' | 'training' | 'test'; step: number }
  | {
      type: 'warmup-step'
      step: number
      loss: (number | null)[]
      vaaStar: (number[] | null)[]
      convergenceSteps: (number | null)[]
      gradientNorm: (number | null)[]
    }
  | { type: 'warmup-end'; vaaStar: number[][]; restarted: boolean[]; restarts: number[] }
  | { type: 'train-step'; step: number; loss: number[]; gradientNorm: number[]; learningRate: number[] }
  | { type: 'validation'; step: number; epoch: number; loss: number[]; accuracy: number[] | null; best: boolean[] }
  | {
      type: 'measure'
      phase: 'warm-up' | 'training'
      step: number
      vaa: unknown[] | null
      vaaStar: (number | null)[][] | null
    }
  /** `type` stands first: it is how these lines are found among all others. */
  | { type: 'spreads'; phase: 'warm-up' | 'training'; step: number; seeds: (readonly PartSpread[] | null)[] }
  | ({ type: 'diverged' } & Divergence)
  | { type: 'test'; result: RunResult }
  /** The first line after those of the run that this one is a fork of. */
  | { type: 'fork'; from: RunOrigin }
  | { type: 'log'; level: 'info' | 'warning' | 'error'; message: string }

/** Everything that a resume needs beside the configuration. */
export interface Checkpoint {
  /** Small facts: phase, counters per seed, plateau state, best losses; JSON, no numbers lost. */
  readonly counters: Record<string, unknown>
  /** Tensors by full name (`seed0/parameters/layers.0.parts.0.W_r`, `seed0/first/...`, `seed0/best/...`). */
  readonly tensors: TensorMap
}

/** Checkpoints that stay, for forks with another training: `warmed-up` of the end of the warm-up, `step-N` of training steps. */
export type KeptCheckpoint = 'warmed-up' | `step-${number}`

/** `last`: what a resume takes. */
export type CheckpointName = 'last' | KeptCheckpoint

export function isCheckpointName(text: string): text is CheckpointName {
  return text === 'last' || text === 'warmed-up' || keptStep(text) !== null
}

/** Weights of a run that can be taken: those of the best validation, the last ones, or those of a checkpoint that was kept on the way. */
export type WeightsName = 'best' | CheckpointName

export function isWeightsName(text: string): text is WeightsName {
  return text === 'best' || isCheckpointName(text)
}

/** What its words depend on: `kept` for every `step-N`. */
export function checkpointKind(name: CheckpointName): 'last' | 'warmed-up' | 'kept' {
  return name === 'last' || name === 'warmed-up' ? name : 'kept'
}

/** The training step of a `step-N`; null for any other text. */
export function keptStep(name: string): number | null {
  const [, digits] = /^step-([1-9]\d{0,14})$/.exec(name) ?? []
  return digits === undefined ? null : Number(digits)
}

/** The trainer's hold on one run folder. One writer. */
export interface RunWriter {
  readonly record: RunRecord
  /**
   * Merges and writes `run.json` durably. A status is written only when all rows, log entries and files that came before it are on the disk:
   * whoever reads it finds them.
   */
  update(
    change: Partial<
      Pick<
        RunRecord,
        | 'status'
        | 'backend'
        | 'engines'
        | 'deviceLosses'
        | 'startedAt'
        | 'endedAt'
        | 'error'
        | 'diverged'
        | 'result'
        | 'data'
      >
    >,
  ): Promise<void>
  /** Adds lines to `metrics.jsonl`; durable at the next checkpoint or status. */
  append(events: readonly RunEvent[]): void
  /**
   * Flushes the metrics, then replaces `checkpoint.safetensors` durably. The checkpoint remembers how many bytes of metrics belong to it.
   * @param keptAs also keeps it under this name, whatever is saved later
   */
  saveCheckpoint(checkpoint: Checkpoint, keptAs?: KeptCheckpoint): Promise<void>
  /**
   * The last checkpoint, or null; metrics written after it are cut off by the next write, since a resume writes them again.
   * @throws LabError `checkpoint` for one that is damaged, and for one that was made with another configuration than the record's
   */
  loadCheckpoint(): Promise<Checkpoint | null>
  /** Writes `weights.safetensors`: the final best weights. */
  saveWeights(tensors: TensorMap, metadata: Record<string, string>): Promise<void>
  heartbeat(): Promise<void>
  /** Once all that was added is on the disk, releases the lock. */
  close(): Promise<void>
}
