/**
 * What the points of a sweep have come to: points and the records of their runs enter; a row for each strategy of each point, sums by
 * axes for a chart, and CSV leave. The same for the command line and the screens.
 */
import type { Strategy } from '../experiments/config.ts'
import { formatAxisValue } from '../experiments/sweep.ts'
import { summarize, type Summary } from '../statistics/summary.ts'
import type { Divergence } from './divergence.ts'
import type { RunRecord, RunResult } from './run.ts'
import type { RunStatus } from './run-state.ts'

/** `not made`: its turn has not come; `missing`: its folder is gone or damaged. */
export type SweepRowStatus = RunStatus | 'crashed' | 'not made' | 'missing'

/** One strategy of one point. */
export interface SweepRow {
  /** Its place among the rows of the sweep. */
  readonly index: number
  /** From 1. */
  readonly point: number
  /** What the point has of each axis, by field. */
  readonly values: Readonly<Record<string, unknown>>
  readonly strategy: Strategy
  readonly runId: string | null
  readonly status: SweepRowStatus
  readonly metric: RunResult['metric'] | null
  /** One a seed that has not diverged, with the weights of its best validation; none until the run has finished. */
  readonly seeds: readonly { readonly seed: number; readonly value: number }[]
  readonly summary: Summary | null
  /** Seeds that the summary is not over. */
  readonly diverged: readonly Divergence[]
  /** From its start to its end, pauses included; null until it has ended. */
  readonly elapsedMs: number | null
  readonly error: string | null
}

/** The place of a row before anything is known of its run. */
export type SweepSlot = Pick<SweepRow, 'index' | 'point' | 'values' | 'strategy'>

/** @param record of the slot's run: null before it is made, undefined where it is gone or damaged */
export function sweepRow(
  slot: SweepSlot,
  runId: string | null,
  record: RunRecord | null | undefined,
  isCrashed: boolean,
): SweepRow {
  const result = record?.result ?? null
  const { startedAt = null, endedAt = null } = record ?? {}
  return {
    ...slot,
    runId,
    status: runId === null ? 'not made' : record ? (isCrashed ? 'crashed' : record.status) : 'missing',
    metric: result?.metric ?? null,
    seeds: result ? result.seeds.map((seed, i) => ({ seed, value: result.best[i]! })) : [],
    summary: result ? summarize(result.best) : null,
    diverged: record?.diverged ?? [],
    elapsedMs: startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : null,
    error: record?.error?.message ?? null,
  }
}

/** The axis that every sweep has beside its fields: each point is run with each of its strategies. */
export const STRATEGY_AXIS = 'strategy'

/** A row's place on an axis, as text. */
export function axisText(row: SweepRow, axis: string): string {
  return axis === STRATEGY_AXIS ? row.strategy : formatAxisValue(row.values[axis])
}

/** The texts of an axis, in the order of the sweep's file. */
export function axisTexts(rows: readonly SweepRow[], axis: string): string[] {
  return [...new Set(rows.map((row) => axisText(row, axis)))]
}

/** Rows that agree on some axes, taken together. */
export interface SweepGroup {
  /** One a axis. */
  readonly texts: readonly string[]
  /** Over every seed of every run of the group: its spread is not that of one configuration where `runCount` is above 1. */
  readonly summary: Summary
  readonly runCount: number
}

/** Finished rows by the texts of these axes, in the order in which they come first. */
export function groupByAxes(rows: readonly SweepRow[], axes: readonly string[]): SweepGroup[] {
  const groups = new Map<string, { texts: string[]; values: number[]; runCount: number }>()
  for (const row of rows) {
    if (row.summary === null) continue
    const texts = axes.map((axis) => axisText(row, axis))
    const key = JSON.stringify(texts)
    const group = groups.get(key) ?? { texts, values: [], runCount: 0 }
    group.values.push(...row.seeds.map(({ value }) => value))
    group.runCount++
    groups.set(key, group)
  }
  return [...groups.values()].map(({ texts, values, runCount }) => ({ texts, summary: summarize(values), runCount }))
}

/** A line for every seed of every run, without a value where it has diverged; numbers in full. */
export function sweepCsv(rows: readonly SweepRow[], axes: readonly string[]): string {
  const lines = rows.flatMap((row) => {
    const { point, strategy, runId, status, metric, seeds, diverged } = row
    const start = [String(point), ...axes.map((axis) => axisText(row, axis)), strategy, runId ?? '']
    const ofSeeds = [
      ...seeds.map(({ seed, value }) => [...start, status, metric ?? '', String(seed), String(value)]),
      ...diverged.map(({ seed }) => [...start, 'diverged', metric ?? '', String(seed), '']),
    ]
    return ofSeeds.length === 0 ? [[...start, status, '', '', '']] : ofSeeds
  })
  const header = ['point', ...axes, 'strategy', 'run', 'status', 'metric', 'seed', 'value']
  return [header, ...lines].map((cells) => `${cells.map(csvCell).join(',')}\n`).join('')
}

/** Quoted where it has to be (RFC 4180). */
export function csvCell(value: string): string {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}
