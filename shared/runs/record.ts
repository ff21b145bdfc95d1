/**
 * `run.json` read back: its text enters, a checked RunRecord leaves. The configuration inside was checked when the run
 * was made; what a backend or dataset makes of it is left to them.
 */
import { LabError, quoteStart } from '../errors/errors.ts'
import type { DatasetConfig, ExperimentConfig } from '../experiments/config.ts'
import { STRATEGIES } from '../experiments/strategies.ts'
import { parseJson } from '../exchange/parse-json.ts'
import { isDivergence } from './divergence.ts'
import { isDeviceLoss, isEngineStretch } from './engine-history.ts'
import type { RunRecord, RunStatus } from './run.ts'

const STATUSES: readonly RunStatus[] = ['queued', 'running', 'paused', 'stopped', 'finished', 'diverged', 'failed']
const REMEDY = 'Restore `run.json` from a copy, or move the folder out of `runs`.'

type FileDataset = Extract<DatasetConfig, { kind: 'file' }>
type Check = readonly [field: string, expected: string, holds: (value: unknown) => boolean]

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isTime = (value: unknown): boolean => typeof value === 'string' && !Number.isNaN(Date.parse(value))
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const orNull =
  (holds: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === null || holds(value)

const isRemark = (value: unknown): boolean => isObject(value) && isText(value.kind)
const isDigest = (value: unknown): boolean =>
  isObject(value) && isText(value.sha256) && Number.isSafeInteger(value.bytes)
const isContent = (value: unknown): boolean =>
  isObject(value) &&
  isDigest(value) &&
  orNull(isDigest)(value.test) &&
  ['seriesCount', 'maxSteps', 'inputSize', 'outputSize'].every((field) => Number.isSafeInteger(value[field])) &&
  (value.classNames === null || (Array.isArray(value.classNames) && value.classNames.every(isText)))
const isRunData = (value: unknown): boolean =>
  isContent(value) && isObject(value) && Array.isArray(value.earlier) && value.earlier.every(isContent)

const CHECKS: readonly Check[] = [
  ['id', 'a text', isText],
  ['groupId', 'a text', isText],
  ['strategy', STRATEGIES.join(', '), (value) => STRATEGIES.some((strategy) => strategy === value)],
  [
    'config',
    'a whole configuration',
    (value) =>
      isObject(value) &&
      isText(value.name) &&
      ['dataset', 'warmup', 'training', 'measures'].every((field) => isObject(value[field])) &&
      ['layers', 'seeds'].every((field) => Array.isArray(value[field])),
  ],
  ['createdAt', 'a time', isTime],
  [
    'forkedFrom',
    'a run with a phase and a step, or null',
    orNull(
      (value) => isObject(value) && isText(value.runId) && isText(value.phase) && Number.isSafeInteger(value.step),
    ),
  ],
  ['versions', 'the versions of the lab and of Node', isObject],
  ['remarks', 'a list of remarks', (value) => Array.isArray(value) && value.every(isRemark)],
  ['data', 'what the file of series held, or null', orNull(isRunData)],
  ['status', STATUSES.join(', '), (value) => STATUSES.some((status) => status === value)],
  ['backend', 'a name or null', orNull(isText)],
  ['engines', 'a list of engines', (value) => Array.isArray(value) && value.every(isEngineStretch)],
  ['deviceLosses', 'a list of lost devices', (value) => Array.isArray(value) && value.every(isDeviceLoss)],
  ['startedAt', 'a time or null', orNull(isTime)],
  ['endedAt', 'a time or null', orNull(isTime)],
  ['heartbeatAt', 'a time or null', orNull(isTime)],
  ['error', 'an error or null', orNull((value) => isObject(value) && isText(value.code))],
  ['diverged', 'a list of diverged seeds', (value) => Array.isArray(value) && value.every(isDivergence)],
  [
    'result',
    'a result or null',
    orNull((value) => isObject(value) && Array.isArray(value.best) && Array.isArray(value.last)),
  ],
  [
    'digests',
    'digests of the metrics and the weights, or null',
    orNull(
      (value) =>
        isObject(value) &&
        isObject(value.metrics) &&
        Number.isSafeInteger(value.metrics.bytes) &&
        isText(value.metrics.sha256) &&
        orNull(isText)(value.weights),
    ),
  ],
]

export interface ParsedRecord {
  readonly record: RunRecord
  /** Everything that the text has, as it has it. */
  readonly written: Readonly<Record<string, unknown>>
}

/**
 * @param where the file's name, for messages
 * @throws LabError `run-folder` for other text, another version and a missing or wrong field
 */
export function parseRunRecord(text: string, where: string): ParsedRecord {
  let written: unknown
  try {
    written = parseJson(text)
  } catch (cause) {
    throw new LabError('run-folder', 'the record of the run is not JSON.', {
      where,
      expected: 'a JSON object',
      found: text === '' ? 'an empty file' : quoteStart(text),
      remedy: REMEDY,
      cause,
    })
  }
  if (!isObject(written))
    throw new LabError('run-folder', 'the record of the run is no object.', {
      where,
      expected: 'a JSON object',
      found: JSON.stringify(written).slice(0, 40),
      remedy: REMEDY,
    })
  if (written.formatVersion !== 1)
    throw new LabError('run-folder', 'the record of the run has another version.', {
      where,
      expected: 'formatVersion 1',
      found: JSON.stringify(written.formatVersion) ?? 'none',
      remedy: 'Open it with the version of the lab that wrote it.',
    })
  const record: Record<string, unknown> = { ...written }
  delete record.recordSha256 // of the file, not of the run
  // Records of earlier versions lack them.
  record.forkedFrom ??= null
  record.digests ??= null
  record.remarks ??= []
  record.data ??= null
  record.diverged ??= []
  record.engines ??= []
  record.deviceLosses ??= []
  for (const [field, expected, holds] of CHECKS)
    if (!holds(record[field]))
      throw new LabError('run-folder', `\`${field}\` of the record is wrong.`, {
        where,
        expected,
        found: JSON.stringify(record[field])?.slice(0, 60) ?? 'nothing',
        remedy: REMEDY,
      })
  const checked = record as unknown as RunRecord
  return { record: { ...checked, config: completeConfig(checked.config) }, written }
}

/**
 * Gives the configuration of a run of an earlier version what it lacks: such a run goes on as it began. Of records and of checkpoints, which
 * are compared with them.
 */
export function completeConfig(config: ExperimentConfig): ExperimentConfig {
  const { measures } = config
  return {
    ...config,
    dataset: completeDataset(config.dataset),
    measures: { ...measures, histograms: measures.histograms ?? false },
  }
}

/**
 * Own series without a seed of their split are of a version in which each seed of a run drew its own, a fraction of 0 still was one series,
 * and classes were numbers from 0.
 */
function completeDataset(given: DatasetConfig): DatasetConfig {
  if (given.kind !== 'file') return given
  const dataset = { ...given, testPath: given.testPath ?? null }
  return isObject(dataset.split) && dataset.split.seed === undefined ? asBeforeSplitSeeds(dataset) : dataset
}

/** What own series were made from before their split had a seed; for the points of a sweep that began then, too. */
export function asBeforeSplitSeeds(dataset: FileDataset): FileDataset {
  const { validation, test } = dataset.split
  const orOneSeries = (fraction: number): number => Math.max(fraction, Number.MIN_VALUE)
  return {
    ...dataset,
    classes: 'numbered',
    split: { validation: orOneSeries(validation), test: orOneSeries(test), seed: null, group: null, given: null },
  }
}
