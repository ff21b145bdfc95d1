/**
 * Forks: a run, one of its checkpoints and an edited configuration enter; what the edit may not change is told at its field, and a new run
 * that goes on from there leaves. What the command line and the lab both call.
 */
import type { ExperimentConfig } from '../../shared/experiments/config.ts'
import { findForkMistakes, type ForkPoint } from '../../shared/experiments/fork.ts'
import type { ConfigMistake } from '../../shared/experiments/judge-config.ts'
import { parseConfig } from '../../shared/experiments/read-config.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { ForkPointView } from '../../shared/protocol/views.ts'
import { withContent } from '../../shared/runs/data-content.ts'
import { keptStep, type CheckpointName, type RunRecord } from '../../shared/runs/run.ts'
import { stepsPerEpoch } from '../../shared/training/batches.ts'
import { forkCheckpoint, forkPointOf } from '../../shared/training/fork.ts'
import type { SavedCheckpoint } from '../store/checkpoint-file.ts'
import { keptSteps } from '../store/kept-checkpoints.ts'
import type { RunStore } from '../store/run-store.ts'
import type { EngineOptions } from './engine-options.ts'
import { AS_RECORDED, openRunData, type DataChoice, type OpenedRunData } from './run-data.ts'
import { keepPlace, prepareRun } from './run-group.ts'

export interface ForkSource {
  readonly runId: string
  readonly checkpoint: CheckpointName
}

interface OpenedSource {
  readonly record: RunRecord
  /** Whole, and of the one strategy of the run. */
  readonly original: ExperimentConfig
  readonly saved: SavedCheckpoint
  readonly point: ForkPoint
  readonly data: OpenedRunData
}

/** Where a run can be forked, the latest first; none for a run that never began. @throws LabError `checkpoint`, `run-folder` */
export async function listForkPoints(store: RunStore, runId: string): Promise<ForkPointView[]> {
  const { config } = await store.readRecord(runId)
  const read = async (checkpoint: 'last' | 'warmed-up'): Promise<ForkPointView[]> => {
    const saved = await store.readCheckpoint(runId, checkpoint)
    if (saved === null) return []
    const { phase, step } = forkPointOf(saved, config)
    return [{ checkpoint, phase, step }]
  }
  const last = await read('last')
  const kept = (await keptSteps(store.folder(runId))).map((step): ForkPointView => ({
    checkpoint: `step-${step}`,
    phase: 'training',
    step,
  }))
  const isLast = ({ phase, step }: ForkPointView): boolean => phase === last[0]?.phase && step === last[0].step
  return [...last, ...kept.filter((point) => !isLast(point)), ...(await read('warmed-up'))]
}

/** The configuration of a run as its fork begins with it: of the one strategy. */
export function configOfFork({ config, strategy }: RunRecord): ExperimentConfig {
  return { ...config, strategies: config.strategies === null ? null : [strategy] }
}

export interface JudgedFork {
  readonly mistakes: readonly ConfigMistake[]
  /** What it goes on with: that of its run, and the data. */
  readonly backend: string
  readonly data: OpenedRunData
}

/** What an edited configuration may not change, and the data that the fork goes on with. @throws LabError `checkpoint`, `run-folder`, `dataset` */
export async function judgeFork(
  store: RunStore,
  source: ForkSource,
  edited: ExperimentConfig,
  where: string,
): Promise<JudgedFork> {
  const opened = await openSource(store, source, AS_RECORDED)
  const backend = opened.record.backend ?? edited.backend
  return { mistakes: await judge(store, opened, edited, where), backend, data: opened.data }
}

/**
 * Makes the run; starting it is left to the caller.
 * @param choice what the user says of the data of the run that is forked
 * @throws LabError `config` with the first field that may not be another; `checkpoint` for a run that has none
 */
export async function forkRun(
  store: RunStore,
  source: ForkSource,
  edited: ExperimentConfig,
  where: string,
  versions: RunRecord['versions'],
  engine: EngineOptions,
  choice = AS_RECORDED,
): Promise<RunRecord> {
  const opened = await openSource(store, source, choice)
  const { record, original, saved, point } = opened
  const [mistake] = await judge(store, opened, edited, where)
  if (mistake) throw mistake.error
  const { config, remarks } = await prepareRun(edited, record.backend ?? edited.backend, opened.data, engine)
  await keepPlace(store, opened.data, choice)
  const { phase, step } = point
  const { metricsBytes, metricsSha256 } = saved
  const checkpoint = { ...forkCheckpoint(saved, original, config), metricsBytes, metricsSha256 }
  const { content } = opened.data
  // Of other data all is asked anew; of the same, batches alone are the fork's own.
  const ofData = opened.data.isOther ? [] : record.remarks.filter(({ kind }) => kind !== 'batch')
  const known = { remarks: [...ofData, ...remarks], data: content && withContent(record.data, content) }
  return store.createFork(record, config, { runId: record.id, phase, step }, checkpoint, versions, known)
}

async function openSource(
  store: RunStore,
  { runId, checkpoint }: ForkSource,
  choice: DataChoice,
): Promise<OpenedSource> {
  const record = await store.readRecord(runId)
  const saved = await store.readCheckpoint(runId, checkpoint)
  if (saved === null)
    throw new LabError('checkpoint', 'this run has no such checkpoint to fork from.', {
      where: runId,
      expected:
        (await listForkPoints(store, runId)).map((known) => known.checkpoint).join(', ') || 'a run that has begun',
      found: `no checkpoint \`${checkpoint}\``,
      remedy:
        keptStep(checkpoint) === null
          ? 'Start the run first, or start a new one with its configuration.'
          : 'Steps are kept where the configuration has `keepCheckpointEverySteps`.',
    })
  const original = parseConfig(configOfFork(record), `run ${runId}`, { hasRecordedCells: true })
  const data = await openRunData(store.home, record, original.seeds, process.cwd(), choice)
  return { record, original, saved, point: forkPointOf(saved, original), data }
}

async function judge(
  store: RunStore,
  { record, original, point, data }: OpenedSource,
  edited: ExperimentConfig,
  where: string,
): Promise<ConfigMistake[]> {
  const { steps, epochs, batch } = edited.training
  // Only the run's own data can say how long an epoch is.
  const trainingSteps = steps ?? epochs * stepsPerEpoch(data.datasets[0]!.counts.train, batch)
  const mistakes = findForkMistakes(original, edited, point, trainingSteps, where)
  if (mistakes.length === 0 || !(await hasLostWeights(store, record))) return mistakes
  // To end at once with the result of its run is what brings lost weights back.
  return mistakes.filter(({ isReached }) => !isReached)
}

async function hasLostWeights(store: RunStore, { id, status }: RunRecord): Promise<boolean> {
  if (status !== 'finished') return false
  return store.readWeights(id).then(
    () => false,
    (error: unknown) => {
      if (error instanceof LabError && error.code === 'weights') return true
      throw error
    },
  )
}
