/**
 * Every command of the lab: its payload as a schema, its result as a type. One map serves the WebSocket server, Electron's IPC and
 * the renderer; a command that is not here does not exist. Events are in events.ts, envelopes in messages.ts.
 */
import { z } from 'zod'
import { SERIES_NAMES } from '../runs/series.ts'
import { annotationsChangeSchema } from '../runs/annotations.ts'
import {
  configurationQuerySchema,
  MOST_RUN_IDS,
  runFilterSchema,
  runQuerySchema,
  type ConfigurationPage,
  type RunFacets,
  type RunPage,
} from './run-query.ts'
import { settingsChangeSchema, type Settings } from './settings.ts'
import type {
  CheckedCell,
  DatasetPreview,
  ExportedFile,
  LabSnapshot,
  PresetView,
  ResolvedConfig,
  RunDetail,
  RunMetrics,
  RunsDone,
} from './views.ts'

const runId = z.string().min(1).max(200)
const oneRun = z.strictObject({ runId })
const someRuns = z.strictObject({ runIds: z.array(runId).min(1).max(MOST_RUN_IDS) })
const nothing = z.strictObject({})
const size = z.number().int().min(1).max(100_000)

export const COMMAND_PAYLOADS = {
  'lab.snapshot': nothing,
  'settings.change': settingsChangeSchema,
  'presets.list': nothing,
  /** Any JSON that a configuration file may hold. */
  'config.resolve': z.strictObject({ config: z.unknown() }),
  'cells.list': nothing,
  'cell.check': z.strictObject({
    name: z.string().max(80),
    text: z.string().max(50_000),
    inputSize: size.default(1),
    units: size.default(128),
  }),
  'dataset.preview': z.strictObject({
    /** The `dataset` of a configuration. */
    dataset: z.unknown(),
    seed: z
      .number()
      .int()
      .min(0)
      .lt(2 ** 32)
      .default(0),
    seriesCount: z.number().int().min(1).max(16).default(4),
  }),
  /** Makes a group of runs, one a strategy, and queues it. */
  'run.start': z.strictObject({ config: z.unknown() }),
  /** Saves and leaves; the later runs of its group wait with it. */
  'run.pause': oneRun,
  /** Takes a run up again, and the queued ones of its group after it. */
  'run.resume': oneRun,
  /** Saves and ends this run; the later ones of its group go on. */
  'run.stop': oneRun,
  /** A window of the runs that a filter leaves, in some order. */
  'run.query': runQuerySchema,
  /** The same runs by configuration, with mean and deviation over seeds. */
  'run.configurations': configurationQuerySchema,
  /** Ids of the runs that a filter leaves, newest first, as many as a command takes. */
  'run.ids': z.strictObject({ filter: runFilterSchema.prefault({}) }),
  /** Tags, states and how many runs have them. */
  'run.facets': nothing,
  'run.read': oneRun,
  /** A range of positions, inclusive, in so many buckets that keep each seed's least and greatest value. */
  'run.metrics': z.strictObject({
    runId,
    series: z.array(z.enum(SERIES_NAMES)).min(1),
    from: z.number().nullable().default(null),
    to: z.number().nullable().default(null),
    buckets: z.number().int().min(1).max(8192),
  }),
  'run.export': z.strictObject({
    runId,
    format: z.enum(['safetensors', 'npz', 'csv', 'config']),
    /** Null: the one with the best test result. Weights only. */
    seed: z.number().int().nullable().default(null),
    weights: z.enum(['best', 'last']).default('best'),
  }),
  /** Tags, notes, star and archive of these runs. */
  'run.annotate': z.strictObject({ ...someRuns.shape, change: annotationsChangeSchema }),
  /** Into the lab's trash, from which undelete takes them back. */
  'run.delete': someRuns,
  'run.undelete': someRuns,
} satisfies Record<string, z.ZodType>

export type CommandName = keyof typeof COMMAND_PAYLOADS

export interface CommandResults {
  'lab.snapshot': LabSnapshot
  'settings.change': Settings
  'presets.list': readonly PresetView[]
  'config.resolve': ResolvedConfig
  'cells.list': readonly { readonly name: string; readonly text: string }[]
  'cell.check': CheckedCell
  'dataset.preview': DatasetPreview
  'run.start': { readonly groupId: string; readonly runIds: readonly string[] }
  'run.pause': null
  'run.resume': null
  'run.stop': null
  'run.query': RunPage
  'run.configurations': ConfigurationPage
  'run.ids': readonly string[]
  'run.facets': RunFacets
  'run.read': RunDetail
  'run.metrics': RunMetrics
  'run.export': ExportedFile
  'run.annotate': RunsDone
  'run.delete': RunsDone
  'run.undelete': RunsDone
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
