/**
 * Every command of the lab: its payload as a schema, its result as a type. One map serves the WebSocket server, Electron's IPC and
 * the renderer; a command that is not here does not exist. Events are in events.ts, envelopes in messages.ts.
 */
import { z } from 'zod'
import { BACKEND_NAMES } from '../backends/names.ts'
import { hasKnownEnding, LISTED_ENDINGS } from '../datasets/file-kinds.ts'
import { fieldRule } from '../experiments/field-rules.ts'
import { LONGEST_NAME } from '../experiments/schema.ts'
import { SEED_LIMIT } from '../experiments/seeds.ts'
import { annotationsChangeSchema } from '../runs/annotations.ts'
import { isCheckpointName, isWeightsName, type CheckpointName, type WeightsName } from '../runs/run.ts'
import { isSeriesName, type SeriesName } from '../runs/series.ts'
import type { TimedStep } from '../runs/trained-time.ts'
import type { DeviceReport, EngineChoice } from './devices.ts'
import { fileName } from './file-dialogs.ts'
import {
  configurationQuerySchema,
  MOST_RUN_IDS,
  runIdsQuerySchema,
  runQuerySchema,
  type ConfigurationPage,
  type RunFacets,
  type RunPage,
} from './run-query.ts'
import { settingsChangeSchema, type Settings } from './settings.ts'
import { TENSORFLOW_FLAVOURS, type TensorflowView } from './tensorflow.ts'
import {
  manyTrashKeysSchema,
  trashIdsQuerySchema,
  trashKeysSchema,
  trashQuerySchema,
  type TrashDone,
  type TrashKey,
  type TrashPage,
  type TrashState,
  type TrashSum,
} from './trash.ts'
import type {
  CheckedCell,
  CheckedSweep,
  DataFileView,
  DatasetPreview,
  DesignEstimate,
  ExportedFile,
  ExportedRun,
  ForkPointView,
  LabSnapshot,
  PresetView,
  ResolvedConfig,
  RunDetail,
  RunGradientByLag,
  RunLog,
  RunMeasures,
  RunMetrics,
  RunPredictions,
  RunSpreads,
  RunsDone,
  SweepDetail,
} from './views.ts'

const runId = z.string().min(1).max(200)
const oneRun = z.strictObject({ runId })
const someRuns = z.strictObject({ runIds: z.array(runId).min(1).max(MOST_RUN_IDS) })
const oneSweep = z.strictObject({ sweepId: z.string().min(1).max(200) })
const jobId = z.string().min(1).max(200)
const uploadId = z.string().min(1).max(80)
export const MOST_DATA_FILE_BYTES = 512 * 1024 * 1024
/** Under the most that a message may hold, in base64. */
export const DATA_FILE_PIECE_BYTES = 2 * 1024 * 1024
/** Chosen by the window. */
const estimateId = z.string().min(1).max(80)
const measureId = estimateId
const nothing = z.strictObject({})
/** A checkpoint of a run, to go on from with another configuration. */
const checkpointName = z.string().max(40).refine(isCheckpointName, 'Not a checkpoint') as z.ZodType<
  CheckpointName,
  CheckpointName
>
const forkSource = z.strictObject({ runId, checkpoint: checkpointName.default('last') })
/** Of the past, for each step; 0: not smoothed. */
const smoothingWeight = z.number().min(0).lt(1).default(0)
const seriesName = z.string().max(60).refine(isSeriesName, 'Not a series') as z.ZodType<SeriesName, SeriesName>
const seed = z.number().int().min(0).lt(SEED_LIMIT)
const size = z.number().int().min(1).max(100_000)

export const COMMAND_PAYLOADS = {
  'lab.snapshot': nothing,
  'settings.change': settingsChangeSchema,
  /** What is set up of it; a command line may have changed it meanwhile. */
  'tensorflow.read': nothing,
  /** Begins to; how it goes on is told by events. */
  'tensorflow.set-up': z.strictObject({ flavour: z.enum(TENSORFLOW_FLAVOURS) }),
  /** Keeps what has arrived. */
  'tensorflow.cancel': nothing,
  'tensorflow.remove': nothing,
  'presets.list': nothing,
  /** Under the configuration's name; one of the user's own of that name is replaced. */
  'presets.save': z.strictObject({ config: z.unknown() }),
  'presets.remove': z.strictObject({ name: z.string().min(1).max(LONGEST_NAME) }),
  /** Any JSON that a configuration file may hold; with `fork`, also what a fork of that run may not change. */
  'config.resolve': z.strictObject({ config: z.unknown(), fork: forkSource.nullable().default(null) }),
  /** Measures a few steps of every strategy in a thread of its own. */
  'design.estimate': z.strictObject({ estimateId, config: z.unknown() }),
  /** Ends a measurement that nobody waits for any more; its command then fails with `interrupted`. */
  'design.cancel-estimate': z.strictObject({ estimateId }),
  /** Engines and devices of the lab's machine. */
  'devices.list': z.strictObject({
    /** Whether the lab looks again. */
    isAnew: z.boolean().default(false),
  }),
  /** Times a training step of a design on each, one after the other; each is an event of its own on the way. */
  'devices.measure': z.strictObject({ measureId, config: z.unknown() }),
  /** The command that measures then fails with `interrupted`. */
  'devices.cancel-measure': z.strictObject({ measureId }),
  'cells.list': nothing,
  'cell.check': z.strictObject({
    name: z.string().max(80),
    text: z.string().max(50_000),
    inputSize: size.default(1),
    units: size.default(fieldRule('layers.*.units').default as number),
  }),
  'dataset.preview': z.strictObject({
    /** The `dataset` of a configuration. */
    dataset: z.unknown(),
    seed: seed.default(0),
    seriesCount: z.number().int().min(1).max(16).default(4),
  }),
  /** A file of series comes in pieces; it is copied into the lab's home. */
  'data-file.begin': z.strictObject({
    fileName: fileName.refine(hasKnownEnding, `A name that ends in ${LISTED_ENDINGS}`),
    byteCount: z.number().int().min(1).max(MOST_DATA_FILE_BYTES),
  }),
  'data-file.append': z.strictObject({ uploadId, base64: z.base64().max(Math.ceil(DATA_FILE_PIECE_BYTES / 3) * 4) }),
  'data-file.finish': z.strictObject({ uploadId }),
  'data-file.abort': z.strictObject({ uploadId }),
  /** Of a file that is there, relative to the lab's home. */
  'data-file.read': z.strictObject({ path: z.string().min(1).max(4000) }),
  /** Makes a group of runs, one a strategy, and queues it. */
  'run.start': z.strictObject({ config: z.unknown() }),
  /** Saves and leaves; the later runs of its group wait with it. */
  'run.pause': oneRun,
  /** Takes a run up again, and the queued ones of its group after it; with another backend than it began on, which its record then says. */
  'run.resume': z.strictObject({ runId, backend: z.enum(BACKEND_NAMES).optional() }),
  /** Saves and ends this run; the later ones of its group go on. */
  'run.stop': oneRun,
  /** Says where the file of series of a run lies now; `takesOther`: or that the run goes on with other data, which its record then says. */
  'run.locate-data': z.strictObject({
    runId,
    /** Absolute, or relative to the lab's home. */
    path: z.string().min(1).max(4000),
    takesOther: z.boolean().default(false),
  }),
  /** Where a run can be forked. */
  'run.fork-points': oneRun,
  /** Makes a run that goes on from a checkpoint of another, and queues it. */
  'run.fork': z.strictObject({ source: forkSource, config: z.unknown() }),
  /** A window of the runs that a filter leaves, in some order. */
  'run.query': runQuerySchema,
  /** The same runs by configuration, with mean and deviation over seeds. */
  'run.configurations': configurationQuerySchema,
  /** Ids of all runs that a filter leaves, newest first, or of a range of rows: one question, so that they are of one moment. */
  'run.ids': runIdsQuerySchema,
  /** Tags, states and how many runs have them. */
  'run.facets': nothing,
  'run.read': oneRun,
  /**
   * A range of positions, inclusive, in so many buckets that keep each seed's least and greatest value. With a weight of the past, curves that
   * were logged at every step are smoothed, too, as a whole and whatever the range.
   */
  'run.metrics': z.strictObject({
    runId,
    series: z.array(seriesName).min(1).max(200),
    from: z.number().nullable().default(null),
    to: z.number().nullable().default(null),
    buckets: z.number().int().min(1).max(8192),
    smoothing: smoothingWeight,
  }),
  /** The last VAA and VAA* of the network, its layers and parts, with how their states converged. */
  'run.measures': oneRun,
  /** How long it was trained until which step, from its log. */
  'run.time-steps': oneRun,
  /** What happened to a run and when: its last part, or what was added since. */
  'run.log': z.strictObject({
    runId,
    /** `nextByte` of the part before. */
    fromByte: z.number().int().nonnegative().nullable().default(null),
  }),
  /** Targets and predictions of a few test series, with the run's weights as they are, and their agreement over a sample. */
  'run.predict': z.strictObject({
    runId,
    /** Null: the first. */
    seed: z.number().int().nullable().default(null),
    weights: z.enum(['best', 'last']).default('best'),
    firstSeries: z.number().int().min(0).default(0),
    seriesCount: z.number().int().min(1).max(16).default(4),
    sampleCount: z.number().int().min(1).max(1024).default(64),
  }),
  'run.export': z.strictObject({
    runId,
    format: z.enum(['safetensors', 'npz', 'csv', 'config']),
    /** Null: the one with the best test result. Weights only. */
    seed: z.number().int().nullable().default(null),
    weights: z
      .custom<WeightsName>((value) => typeof value === 'string' && isWeightsName(value), {
        error: 'Expected best, last, warmed-up or step-N',
      })
      .default('best'),
    /** Weight of the past a step, of a column beside the values; 0: none. CSV only. */
    smoothing: smoothingWeight,
  }),
  /** Tags, notes, star and archive of these runs. */
  'run.annotate': z.strictObject({ ...someRuns.shape, change: annotationsChangeSchema }),
  /** Into the lab's trash, from which undelete takes them back. */
  'run.delete': someRuns,
  'run.undelete': someRuns,
  /** ‖∂L/∂h_{T−k}‖ by lag k before warm-up, after it and now, measured anew. @param seed null: the first */
  'run.gradient-by-lag': z.strictObject({ runId, seed: z.number().int().nullable().default(null) }),
  /** How weights or gradients of a layer, a part or the readout spread over time, as it was measured along the way. */
  'run.spreads': z.strictObject({
    runId,
    /** Null: the first. */
    seed: z.number().int().nullable().default(null),
    what: z.enum(['weights', 'gradients']),
    /** Null: the readout. */
    layerIndex: z.number().int().min(0).nullable().default(0),
    /** Null: the whole layer. */
    partIndex: z.number().int().min(0).nullable().default(null),
  }),
  /** To another place in line, from 0; before the job at work: that one saves and waits. */
  'queue.move': z.strictObject({ jobId, index: z.number().int().min(0) }),
  /** Pauses a job at work; takes one that waits, or is held from an earlier session, out of the line. */
  'queue.remove': z.strictObject({ jobId }),
  /** Puts jobs that are held from an earlier session at the end of the line. @param jobId null: all, in their order */
  'queue.resume-held': z.strictObject({ jobId: jobId.nullable() }),
  /** Any JSON that the file of a sweep may hold. Nothing is made. */
  'sweep.check': z.strictObject({ definition: z.unknown() }),
  /** Writes a sweep down and queues it. */
  'sweep.start': z.strictObject({ definition: z.unknown() }),
  'sweep.read': oneSweep,
  'sweep.pause': oneSweep,
  'sweep.resume': z.strictObject({
    ...oneSweep.shape,
    /** Takes up runs that have failed, too. */
    rerunFailed: z.boolean().default(false),
  }),
  /** Into the lab's trash, from which undelete takes it back. */
  'sweep.delete': z.strictObject({
    ...oneSweep.shape,
    /** Its runs go with it, and come back with it. */
    withRuns: z.boolean().default(false),
  }),
  'sweep.undelete': oneSweep,
  /** Every seed of every run as CSV. */
  'sweep.export': oneSweep,
  /** How much is in the trash; it is read the first time that somebody asks. */
  'trash.state': nothing,
  /** A window of what lies there, newest deletion first. */
  'trash.list': trashQuerySchema,
  /** Whether a deleted run lies there. */
  'trash.holds': oneRun,
  /** Keys of all entries that the search leaves, or of a range of rows; answered when all of them are known. */
  'trash.ids': trashIdsQuerySchema,
  /** What erasing these would erase: with the runs that go with a sweep. */
  'trash.sum': manyTrashKeysSchema,
  /** Back to where they were; a sweep with the runs that went with it. */
  'trash.restore': trashKeysSchema,
  /** For good; a sweep with the runs that went with it. */
  'trash.erase': trashKeysSchema,
} satisfies Record<string, z.ZodType>

export type CommandName = keyof typeof COMMAND_PAYLOADS

export interface CommandResults {
  'lab.snapshot': LabSnapshot
  'settings.change': Settings
  'tensorflow.read': TensorflowView
  'tensorflow.set-up': null
  'tensorflow.cancel': null
  'tensorflow.remove': null
  'presets.list': readonly PresetView[]
  'presets.save': { readonly replaced: PresetView | null }
  'presets.remove': { readonly removed: PresetView }
  'config.resolve': ResolvedConfig
  'design.estimate': DesignEstimate
  'design.cancel-estimate': null
  'devices.list': readonly DeviceReport[]
  'devices.measure': EngineChoice
  'devices.cancel-measure': null
  'cells.list': readonly { readonly name: string; readonly text: string }[]
  'cell.check': CheckedCell
  'dataset.preview': DatasetPreview
  'data-file.begin': { readonly uploadId: string }
  'data-file.append': null
  'data-file.finish': DataFileView
  'data-file.abort': null
  'data-file.read': DataFileView
  'run.start': { readonly groupId: string; readonly runIds: readonly string[] }
  'run.pause': null
  'run.resume': null
  'run.stop': null
  'run.locate-data': null
  'run.fork-points': readonly ForkPointView[]
  'run.fork': { readonly groupId: string; readonly runIds: readonly string[] }
  'run.query': RunPage
  'run.configurations': ConfigurationPage
  'run.ids': readonly string[]
  'run.facets': RunFacets
  'run.read': RunDetail
  'run.metrics': RunMetrics
  'run.measures': RunMeasures
  'run.time-steps': readonly TimedStep[]
  'run.log': RunLog
  'run.predict': RunPredictions
  'run.export': ExportedRun
  'run.annotate': RunsDone
  'run.delete': RunsDone
  'run.undelete': RunsDone
  'run.gradient-by-lag': RunGradientByLag
  'run.spreads': RunSpreads
  'queue.move': null
  'queue.remove': null
  'queue.resume-held': null
  'sweep.check': CheckedSweep
  'sweep.start': { readonly sweepId: string }
  'sweep.read': SweepDetail
  'sweep.pause': null
  'sweep.resume': null
  'sweep.delete': { readonly runCount: number }
  'sweep.undelete': RunsDone
  'sweep.export': ExportedFile
  'trash.state': TrashState
  'trash.list': TrashPage
  'trash.holds': boolean
  'trash.ids': readonly TrashKey[]
  'trash.sum': TrashSum
  'trash.restore': TrashDone
  'trash.erase': TrashDone
}

/** What a sender writes: defaults may be left out. */
export type CommandPayload<Name extends CommandName> = z.input<(typeof COMMAND_PAYLOADS)[Name]>
/** What a handler reads: checked and whole. */
export type CheckedPayload<Name extends CommandName> = z.output<(typeof COMMAND_PAYLOADS)[Name]>
export type CommandResult<Name extends CommandName> = CommandResults[Name]

/** One handler a command: what implements the lab. */
export type CommandHandlers = {
  readonly [Name in CommandName]: (payload: CheckedPayload<Name>) => Promise<CommandResult<Name>>
}

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMAND_PAYLOADS, name)
}
